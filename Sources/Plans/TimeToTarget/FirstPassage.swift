import Fitting
import Schedules

/// The first step of a schedule at which its loss is at or below a target, and the interval's.
struct FirstPassage {
    /// By the predicted loss; nil where it is never reached.
    let step: Int?
    /// By the interval's lower end: no sooner than this.
    let earliest: Int?
    /// By the interval's upper end: by this surely.
    let latest: Int?
    /// The lowest predicted loss, and where.
    let lowest: (loss: Double, step: Int)
    /// The predicted loss at `step`.
    let reached: PlannedLoss?

    /// Steps that are all looked at; longer schedules are first looked at on so many.
    private static let gridSteps = 20_000

    /// Walks the predicted curve.
    ///
    /// A curve need not fall all the way, so the first passage is found on a grid and then step by
    /// step within the grid's gap; a dip shorter than a gap of a long schedule may be missed.
    init(context: PlanContext, schedule: LearningRateSchedule, target: Double) throws {
        let last = schedule.totalSteps - 1
        let spacing = last / Self.gridSteps + 1
        var grid = Array(stride(from: 0, through: last, by: spacing))
        if grid.last != last { grid.append(last) }
        func band(_ steps: [Int]) throws(FittingError) -> LawPredictor.Band {
            try context.predictor.curve(
                schedule: schedule, features: context.features, steps: steps,
                interval: context.interval)
        }
        let coarse = try band(grid)
        func first(_ line: (LawPredictor.Band) -> [Double]?) throws -> Int? {
            guard let values = line(coarse),
                let index = values.firstIndex(where: { $0 <= target })
            else { return nil }
            guard spacing > 1, index > 0 else { return grid[index] }
            let steps = Array((grid[index - 1] + 1)...grid[index])
            let fine = line(try band(steps)) ?? []
            return fine.firstIndex { $0 <= target }.map { steps[$0] } ?? grid[index]
        }
        step = try first { $0.losses }
        earliest = try first { $0.lower }
        latest = try first { $0.upper }
        let best = coarse.losses.indices.min {
            (coarse.losses[$0].isNaN ? .infinity : coarse.losses[$0])
                < (coarse.losses[$1].isNaN ? .infinity : coarse.losses[$1])
        }
        lowest = best.map { (coarse.losses[$0], grid[$0]) } ?? (.infinity, last)
        reached = try step.map { PlannedLoss(try band([$0]), 0) }
    }
}
