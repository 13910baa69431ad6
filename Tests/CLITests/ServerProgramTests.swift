import API
import Contract
import Fitting
import Foundation
import JSONText
import Testing

@Suite struct ServerProgramTests {
    let folder: TemporaryFolder
    let program: Program

    init() throws {
        folder = try TemporaryFolder()
        program = Program(folder: folder)
    }

    @Test func `imports, fits, predicts and scores on a server as with files`() throws {
        let study = try FittedStudy.shared.get()
        try SyntheticStudy.write(to: folder)
        let server = try RunningServer(in: folder)
        #expect(try program("health --server \(server.url)").code == 0)

        let imported = try program("import study --server \(server.url)")
        #expect(imported.code == 0)
        #expect(imported.lines.contains { $0.hasPrefix("wsd ") && $0.contains(" 55 ") })
        #expect(imported.output.contains("4 runs created, 0 updated; 220 points stored"))
        let again = try program("import study --server \(server.url)")
        #expect(again.output.contains("0 runs created, 4 updated; 220 points stored, 220 of them"))

        let fitted = try program(
            "fit --law lr-annealing --server \(server.url) --study synthetic --format json")
        let fit = try JSONDecoding.value(
            FitReport.self, from: Array(fitted.output.utf8))
        let local = try JSONDecoding.value(
            FitReport.self, from: Array(study.folder.text("fit.json").utf8))
        let id = try #require(fit.id)
        #expect(fit.runs == local.runs)
        #expect(fit.parameters == local.parameters)
        #expect(fit.cost == local.cost)

        let heldOut = try program(
            "fit --law lr-annealing --server \(server.url) --study synthetic --holdout wsd,constant"
        )
        #expect(heldOut.lines.first?.hasSuffix("1 run of role train: cosine") == true)
        #expect(heldOut.lines.contains { $0.hasPrefix("constant ") })

        let schedule = "warmup:100@3e-3,cosine:900@3e-4"
        let there = try program(
            "predict --fit \(id) --server \(server.url) --schedule \(schedule) --format csv")
        let here = try study.program("predict --fit fit.json --schedule \(schedule) --format csv")
        #expect(there.output == here.output)

        let continued = "--schedule from:wsd@600,cosine:300@0 --format csv"
        let thence = try program("predict --fit \(id) --server \(server.url) \(continued)")
        let hence = try study.program("predict --fit fit.json \(continued) study")
        #expect(thence.code == 0 && thence.output == hence.output, "\(thence.error)")

        for plan in [
            "--best-schedule --total-steps 1200 --peak 3e-3 --families cosine,wsd-sqrt",
            "--time-to-target 2.4 --schedule \(schedule)", "--anneal-now --run wsd --from-step 500",
        ] {
            let there = try program("plan --fit \(id) --server \(server.url) \(plan)")
            let files = plan.replacing("--anneal-now", with: "--anneal-now study")
            let here = try study.program("plan --fit fit.json \(files)")
            #expect(there.code == 0 && there.output == here.output, "\(there.error)")
        }
        let draw = "predict --run wsd --every 10 --format csv --plot"
        let drawnThere = try program("\(draw) there.svg --fit \(id) --server \(server.url)")
        let drawnHere = try study.program(
            "\(draw) \(folder.url("here.svg").path) --fit fit.json study")
        #expect(drawnThere.code == 0 && drawnHere.code == 0, "\(drawnThere.error)")
        #expect(try folder.text("there.svg") == folder.text("here.svg"))

        let scored = try program("score --fit \(id) --server \(server.url) --study synthetic")
        let scoredHere = try study.program("score --fit fit.json study")
        #expect(scored.output == scoredHere.output)
        let drawn = try program("score --fit \(id) --server \(server.url) --runs wsd")
        #expect(drawn.lines.contains("loss:  ⠒⠒ predicted   o measured   ░░ 90 % interval"))
        #expect(server.stop() == 0)
    }

    @Test func `predicts one loss on a server`() throws {
        try folder.write("table.csv", SyntheticStudy.table())
        #expect(try program("import table.csv --study sizes --database runs.db").code == 0)
        let server = try RunningServer(in: folder)
        let fitted = try program(
            "fit --law chinchilla --server \(server.url) --study sizes --format json")
        let fit = try JSONDecoding.value(
            FitReport.self, from: Array(fitted.output.utf8))
        let outcome = try program(
            "predict --fit \(fit.id ?? "") --server \(server.url) --parameter-count 1e9 "
                + "--token-count 2e10 --format json")
        #expect(outcome.code == 0)
        let loss = try JSONDecoding.value(
            LossResponse.self, from: Array(outcome.output.utf8))
        #expect(loss.interval == 0.9)
        #expect(abs((loss.loss ?? 0) - 2.45) < 0.1)
    }

    @Test func `scores a study of more runs than a URL can name`() throws {
        let rows = (0..<600).map { index in
            let (size, tokens) = (1e7 * Double(1 + index % 7), 1e9 * Double(1 + index % 11))
            let loss = 1.8 + 480 * pow(size, -0.35) + 2_100 * pow(tokens, -0.37)
            return "run-with-quite-a-long-name-\(index),\(size),\(tokens),\(loss),test"
        }
        try folder.write(
            "table.csv", "id,N,D,loss,role\n" + rows.joined(separator: "\n") + "\n")
        #expect(try program("import table.csv --study many --database runs.db").code == 0)
        let server = try RunningServer(in: folder)
        let named = rows.prefix(30).compactMap { $0.split(separator: ",").first }
        let fitted = try program(
            "fit --law chinchilla --server \(server.url) --runs \(named.joined(separator: ",")) "
                + "--format json")
        let fit = try JSONDecoding.value(
            FitReport.self, from: Array(fitted.output.utf8))
        let id = try #require(fit.id)
        let scored = try program("score --fit \(id) --server \(server.url) --study many")
        #expect(scored.code == 0, "\(scored.error)")
        #expect(scored.lines.first?.contains("600 runs") == true)
        let none = try program(
            "score --fit \(id) --server \(server.url) --study many --role train")
        #expect(none.code == 2)
    }

    @Test func `says what a server refuses, and what it does not know`() throws {
        let server = try RunningServer(in: folder)
        let missing = try program("predict --fit f --server \(server.url) --schedule hold:9")
        #expect(missing.code == 2)
        #expect(
            missing.error.hasPrefix(
                "error: \(server.url)/v1/fits/f answered 404: There is no fit \"f\""))
        let unknown = try program("fit --law lr-annealing --server \(server.url) --runs a,b")
        #expect(unknown.code == 2)
        #expect(unknown.error.contains("answered 404: /runs/0: There is no run \"a\""))
        let empty = try program("fit --law lr-annealing --server \(server.url) --study none")
        #expect(empty.code == 2)
        #expect(
            empty.error
                == "error: the server has no run of study \"none\"; check the name, or import the "
                + "runs first.\n")
        #expect(unknown.output.isEmpty && missing.output.isEmpty && empty.output.isEmpty)
    }

    @Test func `sends the token of the environment, and says when it is wanted`() throws {
        let server = try RunningServer(in: folder, environment: ["ISOLOSS_TOKEN": "secret"])
        let arguments = ["fit", "--law", "chinchilla", "--server", server.url, "--study", "s"]
        let without = try program(arguments)
        #expect(without.code == 2)
        #expect(
            without.error
                == "error: \(server.url) wants a token; set ISOLOSS_TOKEN to the one that the "
                + "server was started with.\n")
        let wrong = try program(arguments, environment: ["ISOLOSS_TOKEN": "guess"])
        #expect(
            wrong.error
                == "error: \(server.url) refused the token in ISOLOSS_TOKEN; set the one that the "
                + "server was started with.\n")
        let right = try program(arguments, environment: ["ISOLOSS_TOKEN": "secret"])
        #expect(right.error.contains("no run of study"))
        #expect(try program("health --server \(server.url)").code == 0)
    }

    @Test func `has no answer when nothing listens`() throws {
        for command in ["health", "predict --fit f", "import a.csv"] {
            try folder.write("a.csv", "step,loss\n1,2\n")
            let outcome = try program("\(command) --server http://127.0.0.1:1")
            #expect(outcome.code == 1)
            #expect(outcome.output.isEmpty)
            #expect(outcome.error.contains("nothing listens there; is `isoloss serve` running"))
        }
    }

    @Test(arguments: [SIGTERM, SIGINT])
    func `stops gracefully on a signal`(number: Int32) throws {
        let server = try RunningServer(in: folder)
        #expect(server.url.hasPrefix("http://127.0.0.1:"))
        #expect(server.stop(by: number) == 0)
        #expect(try folder.text(".serve.err").contains("stopped"))
        #expect(try program("health --server \(server.url)").code == 1)
    }

    @Test func `keeps its data in the file from one start to the next`() throws {
        try SyntheticStudy.write(to: folder)
        let first = try RunningServer(in: folder)
        #expect(try program("import study --server \(first.url)").code == 0)
        #expect(first.stop() == 0)
        let second = try RunningServer(in: folder)
        let fit = try program(
            "fit --law lr-annealing --server \(second.url) --runs cosine --fix "
                + "annealing_decay=0.995")
        #expect(fit.code == 0)
        #expect(fit.lines.first?.contains("55 points of 1 run: cosine") == true)
    }

    @Test func `a server may open as many files as this machine allows`() throws {
        let server = try RunningServer(in: folder, softFileLimit: 64)
        let limits = try String(
            contentsOfFile: "/proc/\(server.process.processIdentifier)/limits", encoding: .utf8)
        let line = try #require(limits.split(separator: "\n").first { $0.hasPrefix("Max open") })
        let columns = line.split(separator: " ")
        #expect(columns[3] == columns[4], "\(line)")
        #expect(server.stop() == 0)
    }

    @Test func `refuses a port that is taken`() throws {
        let server = try RunningServer(in: folder)
        let port = server.url.split(separator: ":").last.map(String.init) ?? ""
        let outcome = try program("serve --database other.db --port \(port)")
        #expect(outcome.code == 1)
        #expect(outcome.error.contains("Address already in use"))
        #expect(outcome.output.isEmpty)
    }
}
