package import Laws
package import Records

/// The split of data that judges a law on what it has not seen.
///
/// Curves: each run in turn is left out, since points of one run know each other. Tables: train
/// small, test large, since a law of sizes is asked about sizes beyond its data; with the rows in
/// order of training compute, each fold fits the first 50, 60 … 90 % and is judged on the next
/// tenth. A single curve: the first part of the run, then the next, in the same way.
package struct CrossValidation: Sendable {
    /// One split: what is fitted and what is judged.
    package struct Split: Sendable {
        package var leftOut: String
        package var training: [Run]
        package var test: [Run]
    }

    package let method: String
    package let splits: [Split]

    private static let firstTenth = 5

    /// Splits runs for laws of a kind.
    ///
    /// - Parameters:
    ///   - runs: The runs to compare on.
    ///   - kind: Whether the laws are of tables or of curves.
    package init(_ runs: [Run], kind: LawDescription.Kind) {
        if kind == .table {
            method = "train small, test large"
            splits = Self.bySize(runs)
        } else if runs.count > 1 {
            method = "leave one run out"
            splits = runs.indices.map { index in
                var rest = runs
                let run = rest.remove(at: index)
                return Split(leftOut: run.id, training: rest, test: [run])
            }
        } else {
            method = "fit the beginning, predict what follows"
            splits = runs.first.map(Self.byTime) ?? []
        }
    }

    private static func bySize(_ runs: [Run]) -> [Split] {
        let ordered = runs.enumerated().sorted { left, right in
            let (small, large) = (compute(of: left.element), compute(of: right.element))
            return small == large ? left.offset < right.offset : small < large
        }.map(\.element)
        return (firstTenth..<10).compactMap { tenth in
            let (start, end) = (ordered.count * tenth / 10, ordered.count * (tenth + 1) / 10)
            guard start < end else { return nil }
            return Split(
                leftOut: "\(10 * tenth)–\(10 * tenth + 10) % by compute",
                training: Array(ordered[..<start]), test: Array(ordered[start..<end]))
        }
    }

    /// Training compute, or 6·N·D, or what there is of N and D.
    private static func compute(of run: Run) -> Double {
        if let given = run.features[.trainingFLOPs] { return given }
        return 6 * max(size(of: run) ?? 1, 1) * (run.features[.tokenCount] ?? 1)
    }

    /// N, by the first of the ways in which runs carry it.
    static func size(of run: Run) -> Double? {
        let sizes: [Feature] = [.averageParameterCount, .parameterCount]
        if let size = sizes.compactMap({ run.features[$0] }).first { return size }
        let parts: [Feature] = [.encoderParameterCount, .decoderParameterCount]
        let known = parts.compactMap { run.features[$0] }
        return known.isEmpty ? nil : known.reduce(0, +)
    }

    private static func byTime(_ given: Run) -> [Split] {
        var run = given
        // Each part is judged on the rates of the whole run: what was logged before it is known.
        if run.schedule == nil, RunSchedule.isKnown(for: run) {
            run.schedule = (try? RunSchedule.resolve(run))?.schedule
        }
        guard let curve = run.curve else { return [] }
        return (firstTenth..<10).compactMap { tenth in
            let count = curve.steps.count
            let (start, end) = (count * tenth / 10, count * (tenth + 1) / 10)
            guard start < end else { return nil }
            let (first, last) = (curve.steps[start], curve.steps[end - 1])
            return Split(
                leftOut: "steps \(first)–\(last)", training: [part(of: run, steps: 0..<first)],
                test: [part(of: run, steps: first..<(last + 1))])
        }
    }

    /// The run with only the points of some steps, in its main curve and in every series.
    private static func part(of run: Run, steps: Range<Int>) -> Run {
        var part = run
        part.points = run.points.filter { steps.contains($0.step) }
        return part
    }
}
