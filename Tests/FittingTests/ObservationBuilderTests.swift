import Fitting
import LawTestSupport
import Laws
import Records
import Schedules
import Testing

/// Which points a fit takes, and what it says when runs cannot be used.
@Suite struct ObservationBuilderTests {
    private func builder(_ law: String, options: [String: String] = [:]) throws
        -> ObservationBuilder
    {
        ObservationBuilder(law: try LawCatalog.standard.law(law, options: options))
    }

    private func curve(_ id: String, schedule: String?, steps: [Int], rates: [Double?]? = nil)
        throws -> Run
    {
        Run(
            id: id, schedule: try schedule.map { try LearningRateSchedule(parsing: $0) },
            curve: LossCurve(
                steps: steps, losses: steps.map { 4 - 1e-4 * Double($0) }, learningRates: rates))
    }

    @Test func `points inside the warm-up are left out and counted`() throws {
        let run = try curve(
            "a", schedule: "warmup:100@1e-3,hold:900", steps: [50, 99, 100, 500])
        let observations = try builder("lr-annealing").observations(of: [run])
        #expect(observations.groups[0].input.steps == [100, 500])
        #expect(observations.warmupPointsLeftOut == 2)
        #expect(
            observations.warnings == [
                "2 points inside the warm-up are left out; points_from=start keeps them"
            ])
    }

    @Test func `points_from=start keeps the warm-up, less the steps with no learning yet`() throws {
        let run = try curve("a", schedule: "warmup:100@1e-3,hold:900", steps: [0, 50, 100, 500])
        let observations = try builder("lr-annealing", options: ["points_from": "start"])
            .observations(of: [run])
        #expect(observations.groups[0].input.steps == [50, 100, 500])
        #expect(observations.warnings.contains { $0.hasPrefix("1 points with no learning") })
    }

    @Test func `from-step leaves earlier points out`() throws {
        var builder = try builder("lr-annealing")
        builder.fromStep = 300
        let run = try curve("a", schedule: "step@1e-3,hold:900", steps: [100, 300, 500])
        #expect(try builder.observations(of: [run]).groups[0].input.steps == [300, 500])
    }

    @Test func `the highest losses are left out on request`() throws {
        var builder = try builder("chinchilla")
        builder.excludeHighest = 5
        let runs = try SyntheticStudy.table(noise: 0, seed: 1)
        let kept = try builder.observations(of: runs)
        let dropped = runs.compactMap(\.loss).sorted(by: >).prefix(5)
        #expect(kept.pointCount == runs.count - 5)
        #expect(kept.losses.allSatisfy { $0 < (dropped.last ?? 0) })
    }

    @Test func `of equal losses the first are left out, and never a lower one`() throws {
        var builder = try builder("chinchilla")
        builder.excludeHighest = 2
        let runs = [4, 4, 5, 3.9].enumerated().map { index, loss in
            Run(
                id: "r\(index)", features: [.parameterCount: 1e6, .tokenCount: 1e9], loss: loss)
        }
        #expect(try builder.observations(of: runs).losses == [4, 3.9])
    }

    @Test func `a first step for a table is refused`() throws {
        var builder = try builder("chinchilla")
        builder.fromStep = 10
        let run = Run(id: "a", features: [.parameterCount: 1e6, .tokenCount: 1e9], loss: 3)
        let error = #expect(throws: FittingError.self) { try builder.observations(of: [run]) }
        #expect(error?.pointer == "/from_step")
    }

    @Test func `logged rates last as long as any series of the run`() throws {
        var run = try curve("a", schedule: nil, steps: [10, 20, 30], rates: [1e-3, 1e-3, 1e-3])
        run.series["validation"] = LossCurve(steps: [10, 39], losses: [4, 3.9])
        var builder = try builder("lr-annealing")
        builder.series = "validation"
        #expect(try builder.observations(of: [run]).groups[0].input.steps == [10, 39])
    }

    @Test func `a missing feature names the field and the runs`() throws {
        let runs = [
            Run(id: "a", features: [.parameterCount: 1e6, .tokenCount: 1e9], loss: 3),
            Run(id: "b", features: [.parameterCount: 1e6], loss: 3),
        ]
        let error = #expect(throws: FittingError.self) {
            try builder("chinchilla").observations(of: runs)
        }
        #expect(
            error?.message
                == "the law chinchilla needs token_count, which is missing in run b; add it to the "
                + "runs' metadata.")
    }

    @Test func `a missing schedule says where one can come from`() throws {
        let run = try curve("a", schedule: nil, steps: [1, 2, 3])
        let error = #expect(throws: FittingError.self) {
            try builder("lr-annealing").observations(of: [run])
        }
        #expect(
            error?.message
                == "the law lr-annealing needs a schedule, which is missing in run a; add schedule "
                + "to the runs' metadata, or log learning_rate with the points.")
    }

    @Test func `logged rates serve where no schedule is given, and the answer says so`() throws {
        let run = try curve(
            "a", schedule: nil, steps: [10, 20, 30], rates: [1e-3, 1e-3, 5e-4])
        let observations = try builder("lr-annealing").observations(of: [run])
        #expect(observations.groups[0].input.steps == [10, 20, 30])
        #expect(
            observations.warnings.contains {
                $0.contains("logged learning rates are used, linear between logged steps")
            })
    }

    @Test func `logged rates that disagree with the schedule are reported`() throws {
        let run = try curve(
            "a", schedule: "step@1e-3,hold:100", steps: [10, 20], rates: [1e-3, 2e-3])
        let observations = try builder("lr-annealing").observations(of: [run])
        #expect(
            observations.warnings.contains {
                $0.hasPrefix("run a: 1 of 2 logged learning rates disagree with its schedule")
            })
    }

    @Test func `a point after the end of the schedule is refused, one at the end is not`() throws {
        let fine = try curve("a", schedule: "step@1e-3,hold:100", steps: [50, 100])
        #expect(try builder("lr-annealing").observations(of: [fine]).pointCount == 2)
        let late = try curve("a", schedule: "step@1e-3,hold:100", steps: [50, 101])
        #expect(throws: FittingError.stepBeyondSchedule(run: "a", step: 101, totalSteps: 100)) {
            try builder("lr-annealing").observations(of: [late])
        }
    }

    @Test(arguments: [0, -1, Double.infinity, .nan])
    func `a loss that is no positive number is refused`(loss: Double) throws {
        let run = Run(id: "a", features: [.parameterCount: 1e6, .tokenCount: 1e9], loss: loss)
        let error = #expect(throws: FittingError.self) {
            try builder("chinchilla").observations(of: [run])
        }
        #expect(error?.message == "run a: loss = \(loss) must be a finite number above 0.")
    }

    @Test func `a series goes by its column's name too`() {
        #expect(FitRequest(law: "chinchilla", series: "loss/validation").series == "validation")
        #expect(FitRequest(law: "chinchilla", series: "val_loss").series == "val_loss")
    }

    @Test func `an unknown series lists the known ones`() throws {
        var run = try curve("a", schedule: "step@1e-3,hold:100", steps: [50])
        run.series["validation"] = LossCurve(steps: [50], losses: [4])
        var builder = try builder("lr-annealing")
        builder.series = "valid"
        let error = #expect(throws: FittingError.self) { try builder.observations(of: [run]) }
        #expect(error?.message == #"series "valid" is missing in run a; there is validation."#)
    }

    @Test func `a table row takes the last point of a curve that has no final loss`() throws {
        var run = try curve("a", schedule: nil, steps: [10, 20])
        run.features = [.parameterCount: 1e6, .tokenCount: 1e9]
        let losses = try builder("chinchilla").observations(of: [run]).losses
        #expect(losses == [4 - 1e-4 * 20])
    }
}
