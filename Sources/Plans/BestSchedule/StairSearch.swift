/// The best non-increasing schedule, by adding falls where they pay until none pays.
///
/// From a staircase of a few jumps: (1) the depths of its falls are optimised together; (2) the
/// slope of the loss by a fall onto every single step is taken, and the step where one pays most
/// gets a jump; again from (1), until the Frank–Wolfe gap over all schedules is below `tolerance`
/// (Frank and Wolfe 1956; Jaggi 2013, "Revisiting Frank–Wolfe", whose fully corrective variant
/// this is). Then whole jumps are moved along the steps while that lowers the loss, which slopes
/// do not see where the loss is concave in splitting a jump, and (1) and (2) follow once more.
///
/// Why not a gradient method on all rates: the multi-power law credits a drop with the rate it
/// lands on, which makes few deep jumps better than any smooth way down. Its optima have three or
/// four jumps; 20,000 free rates find them slowly, a handful of jumps at once.
struct StairSearch {
    let problem: StairProblem
    /// In nats, over all schedules.
    var tolerance = 1e-9

    /// More jumps than this are a smooth way down in small steps; see `RampSearch`.
    static let mostJumps = 16
    /// Rounds of moving jumps and correcting depths at most.
    private static let maximumRounds = 60
    /// Two searches agree when their losses are this close, in nats.
    static let agreement = 1e-6
    /// Starts have 1 to so many jumps.
    private static let startJumps = 6
    /// A move of a jump that lowers the loss by less, in nats, is not made.
    private static let worthwhile = 1e-8
    /// A fall that shallow is none.
    private static let shallowest = 1e-9

    struct Outcome {
        var stairs: Stairs
        var loss: Double
        var gap: Double
        /// Of the minimiser, all starts together.
        var iterations = 0
        var evaluations = 0
        var starts = 0
        var agreeing = 0
    }

    /// Searches from staircases of one jump, of two, and so on; coarsely at first, and the best
    /// once more to the end.
    func best(progress: (Double) -> Void) -> Outcome {
        var best = StairSearch(problem: problem.coarse, tolerance: tolerance).bestEnd(progress)
        // Where stairs only stand for a smooth way down, their last digits are wasted work.
        if best.stairs.jumps.count < Self.mostJumps {
            finish(&best)
        } else {
            best.loss = problem.loss(best.stairs)
        }
        return best
    }

    private func bestEnd(_ progress: (Double) -> Void) -> Outcome {
        let count = min(Self.startJumps, max(1, problem.freeSteps - 1))
        var ends: [Outcome] = []
        for jumps in 1...count {
            ends.append(end(from: start(jumps)))
            progress(Double(jumps) / Double(count))
        }
        guard var best = ends.first else { preconditionFailure("there is a start") }
        for end in ends.dropFirst() where end.loss < best.loss { best = end }
        best.iterations = ends.reduce(0) { $0 + $1.iterations }
        best.evaluations = ends.reduce(0) { $0 + $1.evaluations }
        best.starts = ends.count
        best.agreeing = ends.count { $0.loss <= best.loss + Self.agreement }
        return best
    }

    /// Jumps at half of the steps, then at two fifths of what is left, and so on; e^−6 deep in all.
    private func start(_ count: Int) -> Stairs {
        let free = problem.freeSteps
        var left = Double(free) * 0.5
        var jumps: [Int] = []
        for _ in 0..<count {
            let jump = min(max(free - Int(left), (jumps.last ?? 0) + 1), free - 1)
            if jump > jumps.last ?? 0 { jumps.append(jump) }
            left *= 0.4
        }
        return Stairs(
            jumps: jumps, falls: Array(repeating: 6 / Double(count), count: jumps.count))
    }

    private func end(from start: Stairs) -> Outcome {
        var outcome = Outcome(stairs: start, loss: .infinity, gap: .infinity)
        guard problem.freeSteps > 1 else {
            outcome.stairs = Stairs(jumps: [], falls: [])
            outcome.loss = problem.loss(outcome.stairs)
            outcome.gap = 0
            return outcome
        }
        finish(&outcome)
        return outcome
    }

    private func finish(_ outcome: inout Outcome) {
        correct(&outcome)
        for _ in 0..<Self.maximumRounds where outcome.stairs.jumps.count < Self.mostJumps {
            guard moveJumps(&outcome) else { break }
            correct(&outcome)
        }
    }

    /// Rounds of (1) and (2) until the gap is closed or nothing changes any more.
    private func correct(_ outcome: inout Outcome) {
        for _ in 0..<Self.maximumRounds {
            optimiseDepths(&outcome)
            let optimality = problem.optimality(of: outcome.stairs)
            outcome.evaluations += 1
            outcome.gap = optimality.gap
            guard optimality.gap > tolerance, outcome.stairs.jumps.count < Self.mostJumps,
                !outcome.stairs.jumps.contains(optimality.bestJump)
            else { return }
            let place =
                outcome.stairs.jumps.firstIndex { $0 > optimality.bestJump }
                ?? outcome.stairs.jumps.count
            outcome.stairs.jumps.insert(optimality.bestJump, at: place)
            outcome.stairs.falls.insert(0, at: place)
        }
    }

    private func optimiseDepths(_ outcome: inout Outcome) {
        let jumps = outcome.stairs.jumps
        let found = BoundedMinimizer().minimum(
            from: outcome.stairs.falls, upper: StairProblem.deepestFall
        ) { falls, slopes in
            problem.loss(Stairs(jumps: jumps, falls: falls), slopes: &slopes)
        }
        outcome.iterations += found.iterations
        outcome.evaluations += found.evaluations
        outcome.loss = found.value
        let kept = jumps.indices.filter { found.point[$0] > Self.shallowest }
        outcome.stairs = Stairs(
            jumps: kept.map { jumps[$0] }, falls: kept.map { found.point[$0] })
    }

    /// Moves whole jumps by ever smaller distances while that lowers the loss.
    ///
    /// - Returns: Whether it was lowered by more than `worthwhile`.
    private func moveJumps(_ outcome: inout Outcome) -> Bool {
        let before = outcome.loss
        var distance = max(problem.stride, problem.freeSteps / 64)
        while distance >= problem.stride {
            var improved = false
            for index in outcome.stairs.jumps.indices
            where move(&outcome, jump: index, by: distance) {
                improved = true
            }
            // Depths follow where they fell to together, or else the next moves would be small.
            if improved { optimiseDepths(&outcome) } else { distance /= 2 }
        }
        return outcome.loss < before - Self.worthwhile
    }

    /// Moves one jump by a distance, later or earlier, while each such move lowers the loss.
    private func move(_ outcome: inout Outcome, jump index: Int, by distance: Int) -> Bool {
        // Depths that vanished took their jumps along.
        guard index < outcome.stairs.jumps.count else { return false }
        var moved = false
        for offset in [distance, -distance] {
            while true {
                var trial = outcome.stairs
                trial.jumps[index] += offset
                let lowest = index > 0 ? trial.jumps[index - 1] : 0
                let highest =
                    index + 1 < trial.jumps.count ? trial.jumps[index + 1] : problem.freeSteps
                guard trial.jumps[index] > lowest, trial.jumps[index] < highest else { break }
                let loss = problem.loss(trial)
                outcome.evaluations += 1
                guard loss < outcome.loss - Self.worthwhile else { break }
                (outcome.stairs, outcome.loss) = (trial, loss)
                moved = true
            }
            if moved { break }
        }
        return moved
    }
}
