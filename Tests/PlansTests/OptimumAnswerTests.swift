import Fitting
import Foundation
import Laws
import Plots
import Testing

@testable import Plans

/// `compute-optimal` by published optima, without a fit.
struct OptimumAnswerTests {
    private func plan(
        _ name: String, _ options: [String: String] = [:], fit: LawPredictor? = nil
    ) throws -> PlanDocument {
        try PlanCatalog.plan(
            ComputeOptimalPlan.self,
            options: ["training_flops": "1e20", "published": name].merging(options) { $1 },
            context: PlanContext(predictor: fit, interval: LawPredictor.Interval()))
    }

    private func value(_ name: String, of answer: PlanDocument) throws -> Double {
        try #require(answer[name]?.number)
    }

    /// 1.629e13 tokens, and by C = 6·N·D 389 billion parameters.
    @Test func `Llama 3's budget gets its tokens, the size of the rest, and the traps`() throws {
        let answer = try plan("llama-3-2024", ["training_flops": "3.8e25"])
        #expect(abs(try value("token_count", of: answer) / 1.629e13 - 1) < 4e-4)
        #expect(abs(try value("parameter_count", of: answer) / 3.888e11 - 1) < 4e-4)
        let size = try #require(answer.quantity("parameter_count"))
        #expect(size.lower == nil && size.upper == nil && answer["loss"] == nil)
        #expect(answer.law == nil && answer["formula"] == .text("D* = 0.299·C^0.537"))
        for part in ["1.05e13", "3.8e3 times their largest", "nothing of the loss", "no interval"] {
            #expect(answer.warnings.contains { $0.contains(part) }, "\(part)")
        }
        #expect(answer.page.chart?.panels.count == 2)
        #expect(
            answer.advice
                == "By llama-3-2024, train 389 billion parameters on 16.3 trillion tokens, "
                + "41.9 tokens per parameter.")
    }

    /// M = 72·30·4096² + 12·30·4096·4096 is the paper's 7B at a context of 4,096: 4.228e10 FLOP per token.
    @Test func `DeepSeek's FLOP per token become a size, less attention where a shape is given`()
        throws
    {
        let flops = 4.228e10 * 1e11
        let plain = try plan("deepseek-2024", ["training_flops": "\(flops)"])
        let perToken = try value("flops_per_token", of: plain)
        #expect(abs(try value("parameter_count", of: plain) / (perToken / 6) - 1) < 1e-12)
        let shaped = try plan(
            "deepseek-2024",
            [
                "training_flops": "\(flops)", "depth": "30", "width": "4096",
                "context_length": "4096",
            ])
        #expect(try value("token_count", of: shaped) == value("token_count", of: plain))
        let size = try value("parameter_count", of: shaped)
        var shape = ComputeCost()
        shape.attention = .init(widthPerDepth: 4096.0 / 30, contextLength: 4096)
        #expect(abs(shape.perToken(parameterCount: size) / perToken - 1) < 1e-9)
        #expect(size < 0.95 * perToken / 6)
    }

    /// From 400 million parameters at 1e19 FLOP, 100 times the compute: 10 times the size at a = 0.5.
    @Test func `an exponent carries a reference over, and says nothing without one`() throws {
        let name = "hoffmann-2022-approach-1"
        let reference = [
            "training_flops": "1e21", "reference_flops": "1e19",
            "reference_parameter_count": "4e8",
        ]
        let answer = try plan(name, reference)
        #expect(abs(try value("parameter_count", of: answer) / 4e9 - 1) < 1e-12)
        #expect(abs(try value("token_count", of: answer) / (1e21 / 2.4e10) - 1) < 1e-12)
        #expect(answer.advice.hasSuffix("by its exponent from the reference."))
        #expect {
            _ = try plan(name)
        } throws: { error in
            let refused = error as? PlanError
            return refused?.refusal == .notIdentified
                && refused?.message.contains("reference_parameter_count") == true
        }
        #expect {
            _ = try plan(name, ["reference_flops": "1e19"])
        } throws: { ($0 as? PlanError)?.pointer == "/reference_parameter_count" }
    }

    @Test(arguments: PublishedOptimum.all.map(\.name))
    func `every optimum answers at any budget, or is refused by name`(name: String) throws {
        for flops in ["1", "1e10", "1e20", "1e40"] {
            for size in ["1", "4e8", "1e20"] {
                let options = [
                    "training_flops": flops, "reference_flops": "1e19",
                    "reference_parameter_count": size,
                ]
                do {
                    let answer = try plan(name, options)
                    let numbers = answer.members.values.compactMap(\.number)
                    #expect(numbers.allSatisfy { $0.isFinite && $0 > 0 })
                } catch {
                    #expect((error as? PlanError)?.refusal == .noInteriorMinimum)
                }
            }
        }
    }

    @Test(arguments: [
        ("llama-2", [:], "/published"), ("llama-3-2024", ["sizes": "1e9"], "/sizes"),
        ("llama-3-2024", ["maximum_token_count": "1e9"], "/maximum_token_count"),
    ])
    func `an unknown optimum, and options that ask for a loss, are refused`(
        name: String, options: [String: String], pointer: String
    ) {
        #expect {
            _ = try plan(name, options)
        } throws: { ($0 as? PlanError)?.pointer == pointer }
    }

    @Test func `a fit leaves no room for an optimum or its reference, nor is nothing an answer`()
        throws
    {
        let fit = try Fits.predictor("chinchilla", [1.8172, 482.01, 2085.43, 0.3478, 0.3658])
        #expect {
            _ = try plan("llama-3-2024", fit: fit)
        } throws: { ($0 as? PlanError)?.pointer == "/published" }
        #expect {
            _ = try PlanCatalog.plan(
                ComputeOptimalPlan.self,
                options: ["training_flops": "1e20", "reference_flops": "1e19"],
                context: PlanContext(predictor: fit))
        } throws: { ($0 as? PlanError)?.pointer == "/reference_flops" }
        #expect(throws: PlanError.fitMissing(kind: "compute-optimal")) {
            try PlanCatalog.plan(
                ComputeOptimalPlan.self, options: ["training_flops": "1e20"],
                context: PlanContext(predictor: nil))
        }
    }
}
