import Contract
import Foundation
import JSONText
import Laws
import Testing

/// Answers without data: the fits that papers printed.
@Suite struct PublishedProgramTests {
    let program: Program

    init() throws {
        program = Program(folder: try TemporaryFolder())
    }

    @Test func `a published fit predicts without a file, and says why there is no interval`()
        throws
    {
        let outcome = try program(
            "predict --law chinchilla --published hoffmann-2022 --parameter-count 7e10 "
                + "--token-count 1.4e12 --format json")
        #expect(outcome.code == 0, "\(outcome.error)")
        let answer = try JSONDecoding.value(LossResponse.self, from: Array(outcome.output.utf8))
        let values = try PublishedFit.named("hoffmann-2022", law: "chinchilla").parameters
        let expected =
            values[0] + values[1] / pow(7e10, values[3]) + values[2] / pow(1.4e12, values[4])
        #expect(abs(try #require(answer.loss) - expected) < 1e-12)
        #expect(answer.lower == nil && !answer.warnings.isEmpty)
    }

    @Test(arguments: [
        ("--published nobody-2020", "nobody-2020"),
        ("--law kaplan --published hoffmann-2022", "kaplan"),
        ("--published hoffmann-2022 --fit fit.json", "--fit and --published"),
        ("--law chinchilla --fit fit.json", "--law goes with --published"),
        ("", "no fit was named"),
    ])
    func `a fit that is not there, or not one, is refused`(options: String, part: String) throws {
        let outcome = try program("predict \(options) --parameter-count 1e9 --token-count 1e10")
        #expect(outcome.code == 2)
        #expect(outcome.error.contains(part), "\(outcome.error)")
    }
}
