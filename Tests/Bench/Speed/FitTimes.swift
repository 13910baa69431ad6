import Fitting
import Laws
import Records

/// Where the time of one fit to its global optimum goes, in CPU seconds.
struct FitTimes {
    /// Checking the request and collecting its points.
    var preparing: Double
    /// Making the design of starts and putting it in order.
    var designing: Double
    /// Each local search, in the order made.
    var starts: [Double]
    /// Metrics, covariance, intervals and the rest of the report.
    var reporting: Double
    var report: FitReport

    var total: Double { preparing + designing + starts.reduce(0, +) + reporting }

    /// Fits and takes the time at each of the search's own announcements of a start.
    ///
    /// The last start has no announcement after it: it is taken to last as long as the median of
    /// the others, and the report gets the rest.
    init(_ request: FitRequest, runs: [Run]) throws {
        let fitter = Fitter()
        let began = Stopwatch.cpuSeconds
        let prepared = try fitter.prepare(request, runs: runs)
        let isPrepared = Stopwatch.cpuSeconds
        var marks: [Double] = []
        marks.reserveCapacity(128)
        report = try fitter.fit(
            prepared, progress: { _ in marks.append(Stopwatch.cpuSeconds) })
        let ended = Stopwatch.cpuSeconds
        let first = marks.first ?? ended
        let last = marks.last ?? ended
        var starts = zip(marks, marks.dropFirst()).map { $1 - $0 }
        let lastStart = starts.isEmpty ? 0 : min(Stopwatch.median(starts), ended - last)
        starts.append(lastStart)
        preparing = isPrepared - began
        designing = first - isPrepared
        self.starts = starts
        reporting = ended - last - lastStart
    }
}

extension FitTimes {
    /// Where the time goes, in medians over fits of the same thing.
    static func summary(of fits: [FitTimes]) -> String {
        func median(_ part: (FitTimes) -> Double) -> String {
            Figures.seconds(Stopwatch.median(fits.map(part)))
        }
        let starts = Figures.seconds(Stopwatch.median(fits.flatMap(\.starts)))
        return """
            checking \(median(\.preparing)), design \(median(\.designing)), each start \(starts), \
            report \(median(\.reporting))
            """
    }
}
