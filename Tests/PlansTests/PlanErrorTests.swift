import Laws
import Plans
import Records
import Schedules
import Testing

/// What cannot be asked for, and how it is said.
struct PlanErrorTests {
    private static let good = ["total_steps": "4000", "peak": "3e-3", "warmup": "300"]

    private static func message(_ options: [String: String]) -> String? {
        do {
            let context = PlanContext(predictor: try Fits.annealing())
            _ = try PlanCatalog.plan(BestSchedulePlan.self, options: options, context: context)
            return nil
        } catch {
            return (error as? PlanError)?.message
        }
    }

    @Test(arguments: [
        (
            ["total_steps": "1"],
            "total_steps = 1 must be a whole number from 2 to 100000000."
        ),
        (
            ["total_steps": "100000001"],
            "total_steps = 100000001 must be a whole number from 2 to 100000000."
        ),
        (["peak": "0"], "peak = 0 must be a finite number above 0."),
        (["warmup": "4000"], "warmup = 4000 must be a whole number from 0 to 3999."),
        (["minimum_rate": "-1"], "minimum_rate = -1 must be a finite number of at least 0."),
        (["minimum_rate": "0.01"], "minimum_rate = 0.01 must be below peak = 0.003."),
        (
            ["families": "cosine,wsd"],
            "families = cosine,wsd must name some of constant, cosine, linear, "
                + "\(ScheduleCatalog.cooldownNames.map { "wsd-\($0)" }.joined(separator: ", ")), "
                + "two-stage."
        ),
        (["free": "maybe"], "free = maybe must be yes or no."),
        (
            ["free": "no", "take": "free"],
            "take = free needs the free search; leave out free=no."
        ),
        (
            ["steps": "3"],
            "steps is no option of the plan best-schedule; it has total_steps, peak, warmup, "
                + "minimum_rate, families, free, take."
        ),
    ])
    func `a bad option is named with its rule`(_ options: [String: String], _ expected: String) {
        #expect(Self.message(Self.good.merging(options) { $1 }) == expected)
    }

    @Test func `missing options are named together, with an example`() {
        #expect(
            Self.message([:])
                == "the plan best-schedule needs total_steps and peak; give for example "
                + "total_steps=4000 peak=3e-3.")
    }

    @Test func `an unknown kind lists the kinds`() {
        let known = PlanCatalog.standard.kinds.map { $0.about.id }
        #expect(throws: PlanError.unknownKind("best", known: known)) {
            try PlanCatalog.standard.kind("best")
        }
        #expect(
            PlanError.unknownKind("best", known: ["a", "b"]).message
                == "kind = \"best\" is not a plan; choose one of a, b.")
    }

    @Test func `a law that predicts no schedules says which laws do`() throws {
        let predictor = try Fits.predictor("chinchilla", [1.8, 480, 2_100, 0.35, 0.37])
        #expect {
            _ = try PlanCatalog.plan(
                BestSchedulePlan.self, options: Self.good,
                context: PlanContext(predictor: predictor))
        } throws: { error in
            (error as? PlanError)?.message.hasPrefix(
                "the law chinchilla cannot serve the plan best-schedule, which asks for a curve "
                    + "under a schedule; fit one that can: lr-annealing, multi-power") == true
        }
    }

    @Test func `a plan over its budget is refused by name, and one nobody waits for ends`() throws {
        let predictor = try Fits.annealing()
        let slow = Self.good.merging(["total_steps": "100000000", "warmup": "1000000"]) { $1 }
        #expect {
            _ = try PlanCatalog.plan(
                BestSchedulePlan.self, options: slow,
                context: PlanContext(predictor: predictor, budget: PlanBudget(seconds: 0.01)))
        } throws: { error in
            (error as? PlanError)?.refusal == .overBudget
        }
        #expect(throws: CancellationError.self) {
            try PlanCatalog.plan(
                BestSchedulePlan.self, options: Self.good,
                context: PlanContext(predictor: predictor, budget: PlanBudget { true }))
        }
    }

    @Test func `a plan that needs a fit says so`() throws {
        #expect(throws: PlanError.fitMissing(kind: "best-schedule")) {
            try PlanCatalog.plan(
                BestSchedulePlan.self, options: Self.good, context: PlanContext(predictor: nil))
        }
    }

    @Test func `every plan's options have examples that it takes, and names of their own`() throws {
        for kind in PlanCatalog.standard.kinds {
            let options = kind.about.options
            #expect(Set(options.map(\.name)).count == options.count)
            #expect(options.allSatisfy { !$0.meaning.isEmpty && !$0.example.isEmpty })
            // Of options that stand for each other an example has those of its own line.
            let line = kind.about.example.split(separator: " ").map(String.init)
            let apart = [
                "total_flops", "target_loss", "tuned_rate", "rates", "losses", "published",
                "reference_flops", "reference_parameter_count", "runs", "study",
            ]
            let values = Dictionary(
                uniqueKeysWithValues: options.filter {
                    !apart.contains($0.name) || line.contains("--\($0.flag)")
                        || kind.about.selector == .option($0.name)
                }.map { ($0.name, $0.example) })
            #expect(throws: Never.self, "\(kind.about.id)") {
                _ = try kind.init(PlanOptions(values, of: kind.about))
            }
        }
    }
}
