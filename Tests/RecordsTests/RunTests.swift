import Foundation
import Records
import Schedules
import Testing

struct RunTests {
    private let run = Run(
        id: "a",
        points: [
            Point(step: 0, loss: 5), Point(step: 10, loss: .nan, learningRate: 1e-3),
            Point(step: 20, loss: 4, learningRate: 2e-3, series: ["val": 4.5]),
            Point(step: 30, series: ["val": .infinity]), Point(step: 40, learningRate: 1e-3),
        ])

    @Test func `a curve holds the finite losses and the steps of the others`() {
        #expect(
            run.curve
                == LossCurve(
                    steps: [0, 20], losses: [5, 4], learningRates: [nil, 2e-3],
                    notFiniteSteps: [10]))
        #expect(
            run.series == [
                "val": LossCurve(
                    steps: [20], losses: [4.5], learningRates: [2e-3], notFiniteSteps: [30])
            ])
        #expect(run.curve(of: "code") == nil)
        #expect(run.finalLoss == 4 && run.lastStep == 40)
        #expect(Run(id: "b", loss: 2, points: run.points).finalLoss == 2)
    }

    @Test func `a run can be made of curves`() {
        let curve = LossCurve(steps: [1, 2], losses: [3, 2], learningRates: [0.1, nil])
        var made = Run(
            id: "a", curve: curve, series: ["val": LossCurve(steps: [2, 7], losses: [4, 3])])
        #expect(
            made.points == [
                Point(step: 1, loss: 3, learningRate: 0.1),
                Point(step: 2, loss: 2, series: ["val": 4]), Point(step: 7, series: ["val": 3]),
            ])
        #expect(made.curve == curve)
        made.series = [:]
        #expect(made.points.map(\.step) == [1, 2])
        made.curve = nil
        #expect(made.points.isEmpty)
    }

    @Test func `a time as text is the same millisecond when it is read again`() throws {
        for index in 0..<500 {
            let time = Date(timeIntervalSince1970: Double(1_796_000_000_000 + index * 977) / 1_000)
            let again = try #require(Date(rfc3339: time.rfc3339))
            #expect(again.milliseconds == time.milliseconds, "\(time.rfc3339)")
        }
    }
}
