import API
import Contract
import Fitting
import Foundation
import JSONText
import Laws
import Records
import Schedules
import Testing

@Suite struct CatalogueProgramTests {
    let program: Program

    init() throws {
        program = Program(folder: try TemporaryFolder())
    }

    @Test func `lists every law with formula and needs`() throws {
        let outcome = try program("laws")
        #expect(outcome.code == 0)
        for law in LawCatalog.standard.laws {
            #expect(
                outcome.lines.contains {
                    $0.hasPrefix(law.about.id) && $0.contains(law.about.formula)
                })
        }
    }

    @Test func `shows parameters, options, limits and source of a law`() throws {
        let outcome = try program("laws lr-annealing")
        for text in [
            "annealing_decay", "annealing_from", "a run must carry  schedule, points",
            "arXiv:2408.11029",
        ] {
            #expect(outcome.output.contains(text))
        }
    }

    @Test func `prints the laws as the objects of the API`() throws {
        let all = try JSONDecoding.value(
            LawListResponse.self, from: Array(program("laws --format json").output.utf8))
        #expect(try all == LawListResponse(.standard))
        let one = try JSONDecoding.value(
            LawResponse.self, from: Array(program("laws chinchilla --format json").output.utf8))
        #expect(try one == LawResponse(ChinchillaLaw.self))
        #expect(try program("laws --format csv").lines[0].hasPrefix("id,title,kind,formula"))
    }

    @Test func `draws every segment and every named schedule`() throws {
        let outcome = try program("schedules")
        #expect(outcome.code == 0)
        let forms = ScheduleCatalog.segments + ScheduleCatalog.named + ScheduleCatalog.lists
        for form in forms { #expect(outcome.lines.contains(form.usage)) }
        let examples = forms.flatMap(\.examples)
        #expect(
            outcome.lines.filter { $0.hasPrefix("  example: ") }
                == examples.map { "  example: \($0)" })
        #expect(outcome.lines.count { $0.contains("└") } == examples.count)
    }

    @Test(arguments: [
        "constant(", "linear(", "cosine(", "cycles=3", "polynomial(", "exponential(", "rsqrt(",
        "step(", "two-stage(", "decay=200)", "shape=cosine", "shape=sqrt", "shape=exp",
        "triangular(", "cyclic(", "rewarm(", "infinite(", "final=3e-5,shape=rsqrt", "from:",
        "\"points\":[[0,0]", "\"interpolation\":\"step\"", "\"values\":",
    ])
    func `draws every schedule that has a name in the field`(words: String) throws {
        let outcome = try program("schedules")
        #expect(outcome.lines.contains { $0.hasPrefix("  example: ") && $0.contains(words) })
    }

    @Test func `draws what continues a run of a study folder`() throws {
        try SyntheticStudy.write(to: program.folder)
        let outcome = try program("schedules from:stage@700,sqrt:500@0 study")
        #expect(outcome.lines[0] == "warmup:100@3e-3,hold:500,step@1e-3,hold:100,sqrt:500@0")
        #expect(outcome.lines.contains("total steps          1200"))
    }

    @Test func `shows one entry of the language by its name`() throws {
        let outcome = try program("schedules wsd")
        #expect(outcome.lines.contains { $0.hasPrefix("wsd(") })
        #expect(outcome.lines.count { $0.hasPrefix("  example: ") } == 4)
        #expect(outcome.output.contains("highest learning rate"))
    }

    @Test func `draws a schedule and writes out its segments and size`() throws {
        let outcome = try program(["schedules", "wsd(peak=1e-3,steps=1000,warmup=100,decay=200)"])
        #expect(outcome.lines[0] == "warmup:100@1e-3,hold:700,linear:200@0")
        #expect(outcome.lines.contains("total steps          1000"))
        #expect(outcome.lines.contains("peak learning rate   0.001"))
        // Σ η: 100·99/200·1e-3 + 700·1e-3 + 200·201/400·1e-3.
        #expect(outcome.lines.contains("forward area S1      0.85"))
    }

    @Test func `prints a schedule's numbers as JSON and its rates as CSV`() throws {
        struct Answer: Decodable {
            var schedule: String
            var totalSteps: Int
            var forwardArea: Double

            private enum CodingKeys: String, CodingKey {
                case schedule
                case totalSteps = "total_steps"
                case forwardArea = "forward_area"
            }
        }
        let json = try program("schedules warmup:10@1e-3,hold:90 --format json")
        let answer = try JSONDecoding.value(
            Answer.self, from: Array(json.output.utf8))
        #expect(answer.schedule == "warmup:10@1e-3,hold:90")
        #expect(answer.totalSteps == 100)
        #expect(abs(answer.forwardArea - 0.0945) < 1e-12)
        let csv = try program("schedules warmup:10@1e-3,hold:90 --format csv")
        #expect(csv.lines[0] == "step,learning_rate")
        #expect(csv.lines.count == 102)
    }

    @Test func `fails with a sentence when the answer cannot be written`() throws {
        let folder = program.folder
        let err = folder.url("err")
        let process = try Program.start(
            ["laws"], in: folder, out: URL(fileURLWithPath: "/dev/full"), err: err)
        process.waitUntilExit()
        #expect(process.terminationStatus == 1)
        #expect(
            try folder.text("err")
                == "error: cannot write the answer: No space left on device.\n")
    }

    @Test func `prints the Python client`() throws {
        let client = try program("client")
        #expect(client.code == 0 && client.error.isEmpty)
        #expect(client.output.contains("def init(") && client.output.hasSuffix("\n"))
        #expect(client.output.utf8.count == PythonClient.source.count)
    }

    @Test func `prints its version and help with exit code 0`() throws {
        #expect(try program("--version").output == Version.current + "\n")
        let help = try program("--help")
        #expect(help.code == 0)
        for command in [
            "fit", "predict", "score", "laws", "schedules", "import", "serve", "health", "client",
        ] {
            #expect(help.output.contains("  \(command) "))
            let own = try program([command, "--help"])
            #expect(own.code == 0)
            // The usage, and two examples.
            #expect(own.lines.count { $0.contains("isoloss \(command)") } >= 3)
        }
    }
}
