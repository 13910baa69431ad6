import Testing
import isoloss

@Suite struct NameValueTests {
    @Test func `splits at the first equals sign`() throws {
        let pair = try NameValue(parsing: "a=b=c")
        #expect(pair.name == "a")
        #expect(pair.value == "b=c")
    }

    @Test(arguments: ["a", "=1", "a=", ""])
    func `refuses what is no pair`(text: String) {
        #expect(throws: UsageError.notNameValue(text)) { try NameValue(parsing: text) }
    }

    @Test func `refuses a name given twice`() throws {
        let pairs = [try NameValue(parsing: "a=1"), try NameValue(parsing: "a=2")]
        #expect(throws: UsageError.repeatedName("a", option: "fix")) {
            try NameValue.dictionary(pairs, option: "fix")
        }
    }
}

@Suite struct UsageErrorTests {
    private static let sentences: [(UsageError, String)] = [
        (.notNameValue("x"), "\"x\" must be written name=value, as in annealing_decay=0.999."),
        (
            .repeatedName("a", option: "fix"),
            "--fix a is given twice; keep one of them."
        ),
        (
            .notANumber(option: "fix", name: "a", value: "x"),
            "--fix a = \"x\" must be a number, as in --fix a=0.999."
        ),
        (.onePlan(["--a", "--b"], given: []), "no plan was named; give one of --a, --b."),
        (
            .onePlan(["--a", "--b"], given: ["--a", "--b"]),
            "--a and --b are several plans; give one of them."
        ),
        (
            .strayWord("17", plan: "a"),
            "\"17\" belongs to no option of --a; see `isoloss plan --help`."
        ),
        (
            .unknownPlanOption("x", plan: "a", known: ["--y", "--z"]),
            "--x is no option of --a; it has --y, --z."
        ),
        (.planValueMissing("x"), "--x needs a value after it; see `isoloss plan --help`."),
        (.repeatedPlanOption("x"), "--x is given twice; keep one of them."),
        (
            .whichRun(known: ["a", "b"]),
            "there are 2 runs at the path; name one with --run: a, b."
        ),
        (.runsAndRole, "--runs and --role both select runs; give one of them."),
        (
            .noRunsNamed,
            "--runs names no run; write ids separated by commas, as in --runs cosine_24000,wsd."
        ),
        (
            .noHoldoutNamed,
            "--holdout names no run; write ids separated by commas, as in --holdout wsd,cosine_72000."
        ),
        (.unknownRun("x", known: ["a", "b"]), "there is no run \"x\"; there is a, b."),
        (
            .unknownRun("x", known: (1...12).map { "r\($0)" }),
            "there is no run \"x\"; there is r1, r2, r3, r4, r5, r6, r7, r8, r9, r10 and 2 more."
        ),
        (
            .noRunOfRole("test", known: ["a"]),
            "no run has the role test; name runs with --runs: a."
        ),
        (
            .noPaths,
            "no runs were given; add the path of a study folder, a curve or a table, or ask a "
                + "server with --server URL."
        ),
        (
            .noLaws,
            "--laws names no law; write names separated by commas, as `isoloss laws` lists them."
        ),
        (
            .pathsAndServer,
            "paths and --server both say where the runs are; give one of them."
        ),
        (
            .serverNeedsRuns,
            "a server holds many runs; name some with --study NAME or --runs id,id."
        ),
        (
            .emptyStudy("s"),
            "the server has no run of study \"s\"; check the name, or import the runs first."
        ),
        (
            .databaseAndServer,
            "--database and --server both say where runs go; give one of them."
        ),
        (
            .optionNeedsServer("study"),
            "--study asks a server; add --server URL, or give paths of run files instead."
        ),
        (
            .optionNeedsFiles("warmup"),
            "--warmup is for run files; leave it out with --server, where runs carry it."
        ),
        (
            .nothingToFill(option: "schedule"),
            "--schedule is for curves without metadata, and every run has it already; leave it "
                + "out."
        ),
        (
            .belowMinimum(option: "warmup", value: -1, minimum: 0),
            "--warmup = -1, must be at least 0."
        ),
        (
            .outputExists("f"),
            "f exists; choose another name, or add --force to replace it."
        ),
        (.unreadable("f", reason: "r"), "cannot read f: r."),
        (.unwritable("f", reason: "r"), "cannot write f: r."),
        (
            .notAFit("f", reason: "r"),
            "f is not a fit: r; a fit is a JSON object with law and parameters, as `isoloss fit "
                + "--output` writes it."
        ),
        (
            .unfinishedFit("f", status: "failed"),
            "fit f is failed and has no parameters to use; fit again, or name another."
        ),
        (
            .scheduleExpected(law: "l"),
            "the law l predicts along a schedule; give one with --schedule SPEC, as in --schedule "
                + "warmup:100@3e-4,cosine:900@3e-5."
        ),
        (
            .badServerURL("x"),
            "--server \"x\" is not a URL; write for example --server http://127.0.0.1:8080."
        ),
    ]

    @Test(arguments: sentences)
    func `says what is wrong and what to do`(error: UsageError, sentence: String) {
        #expect(error.message == sentence)
        #expect(error.description == sentence)
    }
}
