import Schedules
import Testing

/// Input that is refused: exit code 2, one sentence that says where and what to do, nothing else.
@Suite struct BadInputTests {
    struct Case: Sendable, CustomTestStringConvertible {
        var title: String
        var files: [String: String] = [:]
        var arguments: String
        var sentence: String

        var testDescription: String { title }
    }

    private static let curve = "step,loss,learning_rate\n0,4,1e-3\n1,3,1e-3\n"
    private static let fit =
        """
        {"law":"lr-annealing","parameters":[{"name":"irreducible_loss","value":2},\
        {"name":"area_coefficient","value":1},{"name":"area_exponent","value":0.5},\
        {"name":"annealing_coefficient","value":1},{"name":"annealing_decay","value":0.99}]}
        """

    static let runFiles = [
        Case(
            title: "unknown law", files: ["a.csv": curve], arguments: "fit --law nope a.csv",
            sentence: "law = \"nope\" is not known; choose one of chinchilla, "),
        Case(
            title: "negative loss", files: ["a.csv": "step,loss\n0,-1\n"],
            arguments: "import a.csv --database runs.db",
            sentence:
                "a.csv, line 2, column \"loss\": loss = -1.0, must be a finite number above 0."),
        Case(
            title: "zero loss", files: ["a.csv": "step,loss\n0,0\n"],
            arguments: "import a.csv --database runs.db",
            sentence: "a.csv, line 2, column \"loss\": loss = 0.0, must be a finite number above 0."
        ),
        Case(
            title: "negative step", files: ["a.csv": "step,loss\n-1,3\n"],
            arguments: "fit --law lr-annealing a.csv",
            sentence: "a.csv, line 2, column \"step\": step = -1, must be a whole number from 0 to "
                + "100000000."),
        Case(
            title: "fractional step", files: ["a.csv": "step,loss\n0.5,3\n"],
            arguments: "fit --law lr-annealing a.csv",
            sentence:
                "a.csv, line 2, column \"step\": step = 0.5, must be a whole number from 0 to "
                + "100000000."),
        Case(
            title: "step too large", files: ["a.csv": "step,loss\n200000000,3\n"],
            arguments: "fit --law lr-annealing a.csv",
            sentence: "a.csv, line 2, column \"step\": step = 200000000, must be a whole number "
                + "from 0 to 100000000."),
        Case(
            title: "missing column", files: ["a.csv": "step,accuracy\n1,3\n"],
            arguments: "fit --law lr-annealing a.csv",
            sentence: "a.csv: there is no column `loss`; columns seen: accuracy."),
        Case(
            title: "missing file", arguments: "fit --law lr-annealing a.csv",
            sentence: "a.csv: cannot be read: no such file or folder."),
        Case(
            title: "missing metadata", files: ["a.csv": "N,loss\n1e6,3\n2e6,2\n"],
            arguments: "fit --law chinchilla a.csv",
            sentence: "the law chinchilla needs token_count, which is missing in runs a-1, a-2; "
                + "add it to the runs' metadata."),
        Case(
            title: "missing schedule", files: ["a.csv": "step,loss\n0,4\n1,3\n"],
            arguments: "fit --law lr-annealing a.csv",
            sentence: "the law lr-annealing needs a schedule, which is missing in run a; add "
                + "schedule to the runs' metadata, or log learning_rate with the points."),
        Case(
            title: "more parameters than points", files: ["a.csv": curve],
            arguments: "fit --law lr-annealing a.csv",
            sentence: "2 points cannot determine 5 free parameters; add points or fix parameters."),
        Case(
            title: "unknown run", files: ["a.csv": curve],
            arguments: "fit --law lr-annealing a.csv --runs b",
            sentence: "there is no run \"b\"; there is a."),
    ]

    static let options = [
        Case(
            title: "unknown segment", files: ["a.csv": "step,loss\n0,4\n"],
            arguments: "fit --law lr-annealing a.csv --schedule foo:3@1",
            sentence: "schedule: character 1, in `foo:3@1`: unknown segment `foo`; known segments "
                + "are \(ScheduleCatalog.segmentNames.joined(separator: ", ")) and the schedules"),
        Case(
            title: "schedule of zero steps", files: ["fit.json": fit],
            arguments: "predict --fit fit.json --schedule hold:0",
            sentence: "schedule: character 6, in `hold:0`: steps = 0, must be a whole number of "
                + "steps from 1 to 100000000."),
        Case(
            title: "schedule too long", files: ["fit.json": fit],
            arguments: "predict --fit fit.json --schedule hold:9,hold:100000000",
            sentence: "schedule: character 8, in `hold:100000000`: the schedule has too many "
                + "steps, must be at most 100000000."),
        Case(
            title: "unknown parameter", files: ["a.csv": curve],
            arguments: "fit --law lr-annealing a.csv --fix beta=1",
            sentence: "parameter \"beta\" is not one of the law lr-annealing; its parameters are "
                + "irreducible_loss, area_coefficient"),
        Case(
            title: "unknown option", files: ["a.csv": curve],
            arguments: "fit --law lr-annealing a.csv --option a=b",
            sentence: "option \"a\" is not one of the law lr-annealing; it has annealing_from"),
        Case(
            title: "value that is no number", files: ["a.csv": curve],
            arguments: "fit --law lr-annealing a.csv --fix annealing_decay=x",
            sentence: "--fix annealing_decay = \"x\" must be a number, as in --fix "
                + "annealing_decay=0.999."),
        Case(
            title: "unknown objective", files: ["a.csv": curve],
            arguments: "fit --law lr-annealing a.csv --objective foo",
            sentence: "objective = \"foo\" is not known; use log-huber"),
        Case(
            title: "no runs", arguments: "fit --law lr-annealing",
            sentence: "no runs were given; add the path of a study folder, a curve or a table, or "
                + "ask a server with --server URL."),
        Case(
            title: "schedule for runs that have one",
            files: [
                "runs.json":
                    "{\"runs\":[{\"id\":\"a\",\"file\":\"a.csv\",\"schedule\":\"hold:9\"}]}",
                "a.csv": curve,
            ], arguments: "fit --law lr-annealing runs.json --schedule hold:5",
            sentence: "--schedule is for curves without metadata, and every run has it already; "
                + "leave it out."),
        Case(
            title: "fit file that is not there", arguments: "predict --fit fit.json",
            sentence: "cannot read fit.json: there is no such file or folder."),
        Case(
            title: "fit file that is no fit", files: ["fit.json": "{\"law\":\"chinchilla\"}"],
            arguments: "predict --fit fit.json",
            sentence: "fit.json is not a fit: parameters is missing; a fit is a JSON object with "
                + "law and parameters, as `isoloss fit --output` writes it."),
        Case(
            title: "curve law without a schedule", files: ["fit.json": fit],
            arguments: "predict --fit fit.json",
            sentence: "the law lr-annealing predicts along a schedule; give one with --schedule "
                + "SPEC, as in --schedule warmup:100@3e-4,cosine:900@3e-5."),
        Case(
            title: "sizes for a law of schedules", files: ["fit.json": fit],
            arguments: "predict --fit fit.json --parameter-count 1e9 --token-count 1e10",
            sentence: "the law lr-annealing cannot predict a loss without a schedule; fit one that "
                + "can: chinchilla, "),
        Case(
            title: "interval level of 1", files: ["fit.json": fit],
            arguments: "predict --fit fit.json --schedule hold:9 --interval 1",
            sentence: "interval = 1.0 must lie between 0 and 1, as in 0.9."),
        Case(
            title: "interval level below 0", files: ["fit.json": fit],
            arguments: "predict --fit fit.json --schedule hold:9 --interval=-0.5",
            sentence: "interval = -0.5 must lie between 0 and 1, as in 0.9."),
        Case(
            title: "negative number after a space", files: ["fit.json": fit],
            arguments: "predict --fit fit.json --schedule hold:9 --interval -0.5",
            sentence: "interval = -0.5 must lie between 0 and 1, as in 0.9."),
        Case(
            title: "spacing of zero", files: ["fit.json": fit],
            arguments: "predict --fit fit.json --schedule hold:9 --every 0",
            sentence: "every = 0 must be a whole number of steps of at least 1."),
        Case(
            title: "unknown law to show", arguments: "laws nope",
            sentence: "law = \"nope\" is not known; choose one of chinchilla, "),
    ]

    static let services = [
        Case(
            title: "open to the network without a token",
            arguments: "serve --host 0.0.0.0 --port 0 --database runs.db",
            sentence: "host = 0.0.0.0 is reachable from other machines, which needs a token; set "
                + "ISOLOSS_TOKEN, or listen on 127.0.0.1."),
        Case(
            title: "host that is no address", arguments: "serve --host nowhere --database runs.db",
            sentence: "host = nowhere, must be an IPv4 or IPv6 address or localhost."),
        Case(
            title: "port out of range", arguments: "serve --port 99999 --database runs.db",
            sentence: "port = 99999, must be 0 to 65535 (0 takes a free one)."),
        Case(
            title: "database that is none", files: ["a.csv": curve],
            arguments: "serve --port 0 --database a.csv",
            sentence: "a.csv is not an SQLite database; name another file, it was left untouched."),
        Case(
            title: "server that is no URL", arguments: "predict --fit f --server nowhere",
            sentence: "--server \"nowhere\" is not a URL; write for example --server "
                + "http://127.0.0.1:8080."),
    ]

    @Test(arguments: runFiles + options + services)
    func `is refused with a sentence and nothing else`(_ bad: Case) throws {
        let folder = try TemporaryFolder()
        for (name, text) in bad.files { try folder.write(name, text) }
        let outcome = try Program(folder: folder)(bad.arguments)
        #expect(outcome.code == 2)
        #expect(outcome.output.isEmpty)
        // The lists of laws and schedules grow; the sentences that end in one are pinned up to it.
        let expected = "error: \(bad.sentence)"
        if bad.sentence.hasSuffix(".") {
            #expect(outcome.error == expected + "\n")
        } else {
            #expect(outcome.error.hasPrefix(expected))
        }
        #expect(try folder.names() == bad.files.keys.sorted())
        for (name, text) in bad.files { #expect(try folder.text(name) == text) }
    }

    static let usage = [
        ("frobnicate", "error: Unexpected argument 'frobnicate'"),
        ("fit a.csv", "error: Missing expected argument '--law <law>'"),
        ("fit --law x --role judge", "error: The value 'judge' is invalid for '--role <role>'."),
        ("laws --format xml", "error: The value 'xml' is invalid for '--format <format>'."),
        (
            "fit --law x --fix y",
            "error: The value 'y' is invalid for '--fix <name=value>': \"y\" must be written "
                + "name=value"
        ),
        ("fit --law x --runs a --role test", "error: --runs and --role both select runs"),
        ("fit --law x --from-step=-1", "error: --from-step = -1, must be at least 0."),
        ("fit --law x --from-step -1", "error: --from-step = -1, must be at least 0."),
        ("import a --database b --server http://c", "error: --database and --server both say"),
    ]

    @Test(arguments: usage)
    func `is a usage error with exit code 2 and a pointer to help`(
        arguments: String, beginning: String
    ) throws {
        let outcome = try Program(folder: TemporaryFolder())(arguments)
        #expect(outcome.code == 2)
        #expect(outcome.output.isEmpty)
        #expect(outcome.error.hasPrefix(beginning))
        #expect(outcome.error.contains("--help"))
    }
}
