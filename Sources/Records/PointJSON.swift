import Foundation
package import JSONText

extension Point {
    /// Writes the point as the API answers and takes it.
    ///
    ///     {"step":100,"loss":6.2,"learning_rate":0.0003,"time":"2026-01-31T12:00:00.000Z"}
    ///     {"step":110,"loss":null,"not_finite":"nan"}
    ///
    /// - Parameters:
    ///   - writer: Receives an object.
    ///   - isRow: Whether the time stands as a number beside its text, as in `?format=rows`.
    package func write(to writer: inout JSONWriter, isRow: Bool = false) {
        writer.object { writer in
            writer.name("step")
            writer.write(step)
            Self.write(loss, "loss", "not_finite", to: &writer)
            for quantity in Quantity.allCases {
                guard let value = self[quantity] else { continue }
                writer.name(quantity.rawValue)
                writer.write(value)
            }
            if let time {
                writer.name("time")
                writer.write(time.rfc3339)
                if isRow {
                    writer.name("time_ms")
                    writer.write(time.milliseconds)
                }
            }
            guard !series.isEmpty else { return }
            for (name, loss) in series.sorted(by: { $0.key < $1.key }) {
                Self.write(loss, "loss/\(name)", "not_finite/\(name)", to: &writer)
            }
        }
    }

    private static func write(
        _ loss: Double?, _ name: String, _ kind: String, to writer: inout JSONWriter
    ) {
        guard let loss else { return }
        writer.name(name)
        writer.write(loss)
        guard let notFinite = NotFinite(loss) else { return }
        writer.name(kind)
        writer.write(notFinite.rawValue)
    }
}

extension [Point] {
    /// Points as a JSON array.
    ///
    /// - Parameters:
    ///   - writer: Receives the array.
    ///   - asRows: Whether times stand as numbers, too.
    package func write(to writer: inout JSONWriter, asRows: Bool = false) {
        writer.array { writer in
            for point in self { point.write(to: &writer, isRow: asRows) }
        }
    }

    /// The names of all further losses, sorted.
    package var seriesNames: [String] {
        var names: Set<String> = []
        for point in self where !point.series.isEmpty { names.formUnion(point.series.keys) }
        return names.sorted()
    }

    /// The one step that all points have, where several replace each other's loss: what a logger
    /// leaves that never set its step.
    package var onlyStep: Int? {
        guard count > 2, let first, allSatisfy({ $0.step == first.step }) else { return nil }
        return count { $0.loss != nil } > 2 ? first.step : nil
    }
}

extension Date {
    /// A time as text, UTC to the millisecond (RFC 3339).
    package var rfc3339: String {
        // Foundation cuts off what lies below the millisecond, and half of all milliseconds are doubles
        // a little below themselves: a quarter of one more keeps each what it is.
        let time = Date(timeIntervalSince1970: (Double(milliseconds) + 0.25) / 1_000)
        return time.formatted(Date.ISO8601FormatStyle(includingFractionalSeconds: true))
    }

    /// Milliseconds since 1970-01-01 UTC.
    package var milliseconds: Int { Int((timeIntervalSince1970 * 1_000).rounded()) }

    /// A time from RFC 3339 text, with or without fractions of a second and with any offset.
    ///
    /// - Parameter text: As in `2026-01-31T12:00:00Z` or `2026-01-31T13:00:00.250+01:00`.
    package init?(rfc3339 text: String) {
        let styles = [
            Date.ISO8601FormatStyle(includingFractionalSeconds: true), Date.ISO8601FormatStyle(),
        ]
        for style in styles {
            guard let date = try? style.parse(text) else { continue }
            self = date
            return
        }
        return nil
    }
}
