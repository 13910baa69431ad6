/// Where a free schedule takes its law beyond what any trained run has shown.
///
/// A fitted law is a good interpolator. An optimiser looks for the place where it errs most in the
/// right direction: LR annealing is linear in every drop, so its optimum is a cliff from the peak
/// to nothing; the multi-power law credits a drop with the rate it lands on, so its optimum is a
/// few cliffs.
struct FreeScheduleDoubts {
    var warnings: [String] = []

    /// A fall at one step by more than this share of the peak is called a cliff: a linear way down
    /// over twenty steps is as steep.
    private static let cliff = 0.05

    init(_ free: BestScheduleResult.Free, peak: Double, family: BestScheduleResult.Member) {
        let cliffs = free.falls.filter { $0.from - $0.to > Self.cliff * peak }
        if let deepest = cliffs.max(by: { $0.from - $0.to < $1.from - $1.to }) {
            let count = cliffs.count == 1 ? "a cliff" : "\(cliffs.count) cliffs"
            warnings.append(
                "the free schedule falls by \(count), the deepest at step \(deepest.step) from "
                    + "\(PlanText.number(deepest.from)) to \(PlanText.number(deepest.to)): there "
                    + "the law is taken at its word, beyond what smooth schedules have shown; "
                    + "\(family.name) is the sensible choice")
        }
        if let step = free.idleFromStep {
            warnings.append(
                "the free schedule has a rate of next to nothing from step \(step) on, where "
                    + "nothing is learned any more; the law does not know that")
        }
    }
}
