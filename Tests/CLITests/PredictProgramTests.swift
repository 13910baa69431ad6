import API
import Contract
import Foundation
import JSONText
import Schedules
import Testing

@Suite struct PredictProgramTests {
    private static let schedule = "warmup:100@3e-3,hold:300,cosine:800@3e-4"

    let study: FittedStudy

    init() throws {
        study = try FittedStudy.shared.get()
    }

    @Test func `predicts a curve at 0, k, 2k and the last step, with an interval`() throws {
        let outcome = try study.program(
            "predict --fit fit.json --schedule \(Self.schedule) --every 250 --format json")
        #expect(outcome.code == 0)
        let curve = try JSONDecoding.value(
            CurveResponse.self, from: Array(outcome.output.utf8), readsNullAsNaN: true)
        #expect(curve.steps == [0, 250, 500, 750, 1_000, 1_199])
        #expect(curve.schedule.segmentText == Self.schedule)
        #expect(curve.interval == 0.9)
        let lower = try #require(curve.lower)
        let upper = try #require(curve.upper)
        for index in 1..<curve.steps.count {
            #expect(lower[index] < curve.loss[index])
            #expect(curve.loss[index] < upper[index])
        }
        // Before any learning the law says nothing.
        #expect(curve.loss[0].isNaN)
        #expect(outcome.output.contains("\"loss\":[null,"))
    }

    @Test func `draws the curve and thins its table to a screen`() throws {
        let outcome = try study.program("predict --fit fit.json --schedule \(Self.schedule)")
        #expect(
            outcome.lines.first == "lr-annealing under \(Self.schedule) (1200 steps)")
        #expect(outcome.lines.contains("loss:  ⠒⠒ predicted   ░░ 90 % interval"))
        #expect(outcome.lines.count < 45)
        #expect(outcome.lines.dropLast().last?.hasPrefix("1199 ") == true)
        let longest = outcome.lines.map(\.count).max() ?? 0
        #expect(longest <= 80)
    }

    @Test func `prints the curve as CSV`() throws {
        let outcome = try study.program(
            "predict --fit fit.json --schedule \(Self.schedule) --every 600 --format csv")
        #expect(outcome.lines[0] == "step,loss,lower,upper,learning_rate")
        #expect(outcome.lines[1] == "0,,,,0")
        #expect(outcome.lines.count == 5)
    }

    @Test func `narrows the interval for the mean and for a lower level`() throws {
        func width(_ options: String) throws -> Double {
            let outcome = try study.program(
                "predict --fit fit.json --schedule \(Self.schedule) --every 1000 --format json "
                    + options)
            let curve = try JSONDecoding.value(
                CurveResponse.self, from: Array(outcome.output.utf8), readsNullAsNaN: true)
            let upper = try #require(curve.upper?.last)
            let lower = try #require(curve.lower?.last)
            return upper - lower
        }
        let observation = try width("")
        let mean = try width("--interval-of mean")
        let half = try width("--interval 0.5")
        #expect(mean < observation)
        #expect(half < observation)
    }

    @Test func `continues a run of a study folder`() throws {
        let outcome = try study.program(
            "predict --fit fit.json --schedule from:cosine@700,sqrt:500@0 study --format json")
        #expect(outcome.code == 0, "\(outcome.error)")
        let curve = try JSONDecoding.value(
            CurveResponse.self, from: Array(outcome.output.utf8), readsNullAsNaN: true)
        #expect(curve.schedule.segmentText == "warmup:100@3e-3,cosine:600/1100@3e-4,sqrt:500@0")
        let again = try study.program(
            "predict --fit fit.json --format json --schedule \(curve.schedule.segmentText ?? "")")
        #expect(again.output == outcome.output)
        let without = try study.program("predict --fit fit.json --schedule from:cosine@700")
        #expect(without.code == 2)
        #expect(
            without.error
                == "error: schedule: character 6, in `from:cosine@700`: there are no runs to "
                + "continue here; `from:RUN@s` is for a prediction or a plan that is given run "
                + "files or a server.\n")
    }

    @Test func `predicts a log beyond its last step, along the rates that it follows`() throws {
        let history = stride(from: 50, through: 600, by: 50).map { step in
            let rate = 3e-3 * Double(min(step * 8, 1_000 - step)) / 900
            return #"{"step":\#(step),"loss":\#(2.5 + 30 / Double(step)),"learning_rate":\#(rate)}"#
        }
        try study.folder.write(
            "trainer_state.json",
            #"{"max_steps":1000,"log_history":[\#(history.joined(separator: ","))]}"#)
        let outcome = try study.program(
            "predict --fit fit.json --run trainer_state --every 500 --format json "
                + "trainer_state.json")
        #expect(outcome.code == 0, "\(outcome.error)")
        let curve = try JSONDecoding.value(
            CurveResponse.self, from: Array(outcome.output.utf8), readsNullAsNaN: true)
        #expect(curve.steps == [0, 500, 999])
        #expect(
            curve.warnings.contains { $0.contains("no schedule given") && $0.contains(",linear:") },
            "\(curve.warnings)")
    }

    @Test func `predicts from law and parameters alone, and says that there is no interval`() throws
    {
        try study.folder.write(
            "bare.json",
            """
            {"law":"chinchilla","parameters":[
              {"name":"irreducible_loss","value":1.8},{"name":"parameter_coefficient","value":400},
              {"name":"token_coefficient","value":400},{"name":"parameter_exponent","value":0.5},
              {"name":"token_exponent","value":0.5}]}
            """)
        let outcome = try study.program(
            "predict --fit bare.json --parameter-count 1e6 --token-count 1e8")
        #expect(outcome.code == 0)
        #expect(outcome.lines[0] == "chinchilla  parameter_count 1e6, token_count 1e8")
        #expect(outcome.lines[1] == "loss        2.24")
        #expect(
            outcome.lines.contains(
                "warning: the fit carries no covariance and noise, so there is no interval; fit "
                    + "again to get one"))
    }

    @Test func `warns of a size far beyond the fitted ones`() throws {
        let outcome = try study.program(
            "predict --fit table.json --parameter-count 1e13 --token-count 2e10")
        #expect(
            outcome.lines.contains {
                $0.hasPrefix(
                    "warning: parameter_count = 1e13 is 977 times the highest that the law")
            }, "\(outcome.output)")
    }

    @Test func `predicts the loss of a size and a number of tokens`() throws {
        let outcome = try study.program(
            "predict --fit table.json --parameter-count 1e9 --token-count 2e10 --format csv")
        #expect(outcome.lines[0] == "parameter_count,token_count,loss,lower,upper,interval")
        let cells = outcome.lines[1].split(separator: ",").compactMap { Double($0) }
        let truth =
            1.8 + 480 * pow(1e9, -SyntheticStudy.tableExponents.parameters)
            + 2_100 * pow(2e10, -SyntheticStudy.tableExponents.tokens)
        #expect(cells.count == 6)
        #expect(abs(cells[2] - truth) < 0.01)
        #expect(cells[3] < cells[2] && cells[2] < cells[4])
    }

    /// A run that lies a percent above its law is forecast from where it is, and not from the law.
    @Test func `a run that trains is predicted from where its log is`() throws {
        let schedule = "warmup:100@3e-3,cosine:1100@3e-4"
        let curve = try SyntheticStudy.curve(under: schedule, seed: 12).split(separator: "\n")
        let half = curve[0...25].enumerated().map { index, line in
            let cells = line.split(separator: ",")
            guard index > 0, let loss = Double(cells[2]) else { return String(line) }
            return "\(cells[0]),\(cells[1]),\(1.01 * loss)"
        }
        try study.folder.write("young/half.csv", half.joined(separator: "\n") + "\n")
        try study.folder.write(
            "young/runs.json",
            #"{"runs":[{"id":"half","file":"half.csv","role":"train","schedule":"\#(schedule)"}]}"#)
        let fit = try study.program("fit --law forecast study young --output young.json")
        #expect(fit.code == 0, "\(fit.error)")
        let step = 100 + 20 * 24
        func loss(_ arguments: String) throws -> Double {
            let outcome = try study.program(
                "predict --fit young.json --every \(step) --format csv " + arguments)
            #expect(outcome.code == 0, "\(outcome.error)")
            let cells = outcome.lines[2].split(separator: ",", omittingEmptySubsequences: false)
            #expect(cells[0] == "\(step)")
            return try #require(Double(cells[1]))
        }
        let logged = try #require(Double(half[25].split(separator: ",")[2]))
        let (own, law) = try (
            loss("--run half young"), loss("--schedule \(schedule)")
        )
        #expect(abs(own / logged - 1) < 0.5 * abs(law / logged - 1), "\(own), \(law), \(logged)")
        // What has ended is what the law is held against.
        #expect(try loss("--run cosine study") == law)
    }
}
