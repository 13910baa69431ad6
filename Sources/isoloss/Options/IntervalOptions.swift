import ArgumentParser
import Fitting

extension LawPredictor.Interval.Target: ExpressibleByArgument {
    /// The targets, for help and errors.
    public static let allValueStrings = ["mean", "observation"]
}

/// The interval of a prediction.
struct IntervalOptions: ParsableArguments {
    @Option(help: ArgumentHelp("How sure the interval is to be.", valueName: "level"))
    var interval = 0.9

    @Option(
        help: ArgumentHelp(
            "What lies in it: the law's mean, or an observation with its noise.",
            valueName: "mean|observation"))
    var intervalOf = LawPredictor.Interval.Target.observation

    var value: LawPredictor.Interval {
        LawPredictor.Interval(level: interval, target: intervalOf)
    }
}
