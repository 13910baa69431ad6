/// One logged step of a run.
///
/// A point may carry only series values (`loss` nil), since validation is logged more rarely.
package struct PointRecord: Equatable, Sendable {
    /// Highest step that is stored: a schedule has at most 10^8 steps.
    package static let maximumStep = 100_000_000

    /// Optimizer step, 0-based.
    package var step: Int
    /// Main loss, nats per token.
    package var loss: Double?
    package var learningRate: Double?
    package var tokenCount: Double?
    /// Other losses, `loss/<name>`, by `<name>`.
    package var series: [String: Double]

    package init(
        step: Int, loss: Double? = nil, learningRate: Double? = nil, tokenCount: Double? = nil,
        series: [String: Double] = [:]
    ) {
        self.step = step
        self.loss = loss
        self.learningRate = learningRate
        self.tokenCount = tokenCount
        self.series = series
    }
}

/// What became of appended points.
package struct AppendSummary: Equatable, Sendable {
    /// Points stored, replacing ones included: the whole batch.
    package var accepted: Int
    /// Those of them whose step had been stored before, in the run or earlier in the batch.
    package var replaced: Int
    /// The run's highest step afterwards; nil while it has no points.
    package var lastStep: Int?

    package init(accepted: Int, replaced: Int, lastStep: Int?) {
        self.accepted = accepted
        self.replaced = replaced
        self.lastStep = lastStep
    }
}

/// A run together with points for it, for `RunStore.importRuns`.
package struct RunImport: Equatable, Sendable {
    package var run: RunRecord
    package var points: [PointRecord]

    package init(run: RunRecord, points: [PointRecord]) {
        self.run = run
        self.points = points
    }
}

/// What an import did, over all its runs.
package struct ImportSummary: Equatable, Sendable {
    package var created: Int
    package var updated: Int
    package var accepted: Int
    package var replaced: Int

    package init(created: Int, updated: Int, accepted: Int, replaced: Int) {
        self.created = created
        self.updated = updated
        self.accepted = accepted
        self.replaced = replaced
    }
}
