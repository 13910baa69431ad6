/// The way down after a warm-up: rates at some steps, with jumps or straight lines between.
struct Descent: Equatable {
    struct Point: Equatable {
        /// Counted from the end of the warm-up; the last one is where the schedule ends.
        var step: Int
        var rate: Double
    }

    var points: [Point]
    /// Whether a point's rate holds until the next point; else it goes there in a straight line.
    var isStairs: Bool

    init(points: [Point], isStairs: Bool) {
        self.points = points
        self.isStairs = isStairs
    }

    init(_ outcome: StairSearch.Outcome, of problem: StairProblem) {
        let rates = problem.heights(outcome.stairs).map { problem.floor + $0 }
        points = zip([0] + outcome.stairs.jumps, rates).map { Point(step: $0, rate: $1) }
        points.append(Point(step: problem.freeSteps, rate: rates[rates.count - 1]))
        isStairs = true
    }

    /// The same with rates of so many digits, and the minimum where the search's floor was reached.
    func rounded(to digits: Int, minimum: Double, peak: Double) -> Descent {
        let lowest = max(minimum, FreeSchedule.lowestShare * peak)
        var descent = self
        for index in points.indices {
            let rate = points[index].rate
            // The floor stands for the minimum, and a hair above the floor for the floor.
            let isLowest = rate < lowest + FreeSchedule.lowestShare * peak
            descent.points[index].rate =
                isLowest ? minimum : PlanText.rounded(rate, digits: digits)
        }
        return descent
    }

    /// In the schedule language, from the peak on.
    var text: String {
        var parts: [String] = []
        var index = 0
        while index < points.count - 1 {
            let point = points[index]
            // Equal rates in a row, by rounding or because nothing falls there, are one hold.
            var end = index + 1
            while end < points.count - 1, points[end].rate == point.rate { end += 1 }
            let steps = points[end].step - point.step
            if isStairs || points[end].rate == point.rate {
                if isStairs, index > 0 { parts.append("step@\(point.rate)") }
                parts.append("hold:\(steps)")
            } else if end > index + 1 {
                // The line begins at the last of the equal rates.
                end -= 1
                parts.append("hold:\(points[end].step - point.step)")
            } else {
                parts.append("linear:\(steps)@\(points[end].rate)")
            }
            index = end
        }
        return parts.joined(separator: ",")
    }
}
