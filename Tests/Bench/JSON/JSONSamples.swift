import Foundation
import JSONText

/// A point as training jobs log it, with all the digits that Python prints.
struct LoggedPoint: Codable, Equatable {
    var step: Int
    var loss: Double
    var learningRate: Double

    enum CodingKeys: String, CodingKey {
        case step
        case loss
        case learningRate = "learning_rate"
    }

    struct Body: Codable {
        var points: [LoggedPoint]
    }

    static func body(_ points: [LoggedPoint]) -> [UInt8] {
        Array("{\"points\":[\(points.map(\.text).joined(separator: ","))]}".utf8)
    }

    static func lines(_ points: [LoggedPoint]) -> [UInt8] {
        Array(points.map { $0.text + "\n" }.joined().utf8)
    }

    private var text: String {
        "{\"step\": \(step), \"loss\": \(loss), \"learning_rate\": \(learningRate)}"
    }
}

extension LoggedPoint {
    init(number: Int) {
        let progress = Double(number) / 1e5
        self.init(
            step: 10 * number, loss: 2.1 + 0.9 / (0.01 + progress).squareRoot(),
            learningRate: 3e-4 * (0.55 + 0.45 * cos(.pi * progress)))
    }
}

/// A predicted curve with an interval: the answer that is asked for most.
struct SampleCurve: Codable, Equatable {
    var schedule: String
    var steps: [Int]
    var loss: [Double]
    var lower: [Double]
    var upper: [Double]
    var learningRate: [Double]

    init(pointCount: Int) {
        let points = (0..<pointCount).map(LoggedPoint.init(number:))
        schedule = "warmup:2160@0.0003,cosine:21840@3e-05"
        steps = points.map(\.step)
        loss = points.map(\.loss)
        lower = points.map { $0.loss / 1.00123 }
        upper = points.map { $0.loss * 1.00123 }
        learningRate = points.map(\.learningRate)
    }

    init(reading text: [UInt8]) throws {
        self = try JSONDecoder().decode(SampleCurve.self, from: Data(text))
    }

    var dictionary: [String: Any] {
        [
            "schedule": schedule, "steps": steps, "loss": loss, "lower": lower, "upper": upper,
            "learningRate": learningRate,
        ]
    }

    var written: [UInt8] {
        var writer = JSONWriter(capacity: 100 * steps.count)
        writer.object { writer in
            writer.name("schedule")
            writer.write(schedule)
            writer.name("steps")
            writer.write(steps)
            for (name, values) in [
                ("loss", loss), ("lower", lower), ("upper", upper), ("learningRate", learningRate),
            ] {
                writer.name(name)
                writer.write(values)
            }
        }
        return writer.bytes
    }
}
