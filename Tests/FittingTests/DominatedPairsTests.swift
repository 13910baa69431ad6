import Foundation
import JSONText
import LawTestSupport
import Laws
import LeastSquares
import Records
import TestSupport
import Testing

@testable import Fitting

/// The objective over pairs of runs of which one is larger and better.
@Suite struct DominatedPairsTests {
    private static let objective = Objective(
        residual: .log, loss: .huber(delta: 0.05), over: .dominatedPairs)

    private static func request(_ law: String, options: [String: String] = [:]) -> FitRequest {
        FitRequest(law: law, options: options, objective: objective)
    }

    @Test func `it is read and written as text and as JSON`() throws {
        #expect(try Objective(parsing: "dominated-pairs") == Self.objective)
        #expect(try Objective(parsing: "dominated-pairs:0.05") == Self.objective)
        #expect(Self.objective.text == "dominated-pairs:0.05")
        let bytes = try JSONEncoding.bytes(of: Self.objective)
        #expect(String(decoding: bytes, as: UTF8.self).contains(#""over":"dominated_pairs""#))
        #expect(try JSONDecoding.value(Objective.self, from: bytes) == Self.objective)
        let plain = try JSONEncoding.bytes(of: Objective.standard)
        #expect(!String(decoding: plain, as: UTF8.self).contains("over"))
    }

    /// Sizes and tokens with ties, repeats and equal losses, against the definition written out.
    @Test func `pairs are those of the definition`() throws {
        var generator = SeededGenerator(seed: 4)
        let rows = (0..<60).map { _ in
            (
                Double(Int.random(in: 1...5, using: &generator)) * 1e8,
                Double(Int.random(in: 1...5, using: &generator)) * 1e9,
                Double(Int.random(in: 20...40, using: &generator)) / 10
            )
        }
        let runs = rows.enumerated().map { index, row in
            Run(
                id: "\(index)", features: [.parameterCount: row.0, .tokenCount: row.1],
                loss: row.2)
        }
        let law = try LawCatalog.standard.law("chinchilla")
        let found = DominatedPairs(
            try ObservationBuilder(law: law).observations(of: runs), law: law)
        var expected: [DominatedPairs.Pair] = []
        for (large, a) in rows.enumerated() {
            for (small, b) in rows.enumerated() {
                let isOther = a.0 != b.0 || a.1 != b.1
                if a.0 >= b.0, a.1 >= b.1, isOther, a.2 < b.2 {
                    expected.append(.init(large: large, small: small))
                }
            }
        }
        #expect(expected.count > 100)
        #expect(found.pairs == expected)
        #expect(found.stride == 1)
    }

    @Test(arguments: [
        ("chinchilla", [1.8, 480, 2100, 0.35, 0.37]),
        ("skaling", [1.220, 3355, 18186, 0.408, 0.431, 0.452]),
    ])
    func `exact losses give the parameters back, the irreducible loss too`(
        name: String, truth: [Double]
    ) throws {
        let law = try LawCatalog.standard.law(name)
        let rows = try SyntheticStudy.table(noise: 0, seed: 1).map(\.features)
        let runs = try SyntheticStudy.rows(
            law: law, parameters: truth, features: rows, noise: 0, seed: 1)
        let report = try Fitter().fit(Self.request(name), runs: runs)
        for (parameter, expected) in zip(report.parameters, truth) {
            #expect(abs(parameter.value / expected - 1) < 1e-5, "\(parameter.name)")
        }
        #expect(try #require(report.termination).converged)
        #expect(report.objective == Self.objective)
        #expect(
            report.warnings.contains {
                $0.hasSuffix("irreducible_loss is the median of what they leave")
            })
    }

    /// Over 40 noisy studies the intervals of 90 % hold the truth about as often as they say.
    @Test func `intervals by runs hold the truth`() throws {
        let truth = [1.8, 480, 2100, 0.35, 0.37]
        var held = [0, 0, 0]
        for seed in 1...40 as ClosedRange<UInt64> {
            let runs = try SyntheticStudy.table(noise: 0.005, seed: seed)
            let report = try Fitter().fit(Self.request("chinchilla"), runs: runs)
            for (place, index) in [0, 3, 4].enumerated() {
                let parameter = report.parameters[index]
                let interval = try #require(parameter.interval)
                if interval[0] <= truth[index], truth[index] <= interval[1] { held[place] += 1 }
            }
        }
        for count in held { #expect((29...40).contains(count), "\(held)") }
    }

    @Test func `a fixed irreducible loss stays, and predictions have intervals`() throws {
        let runs = try SyntheticStudy.table(noise: 0.003, seed: 3)
        var request = Self.request("chinchilla")
        request.fixed = ["irreducible_loss": 1.8]
        let report = try Fitter().fit(request, runs: runs)
        #expect(report.parameters[0].value == 1.8)
        let band = try LawPredictor(report: report).loss(
            features: [.parameterCount: 1e9, .tokenCount: 1e11], interval: .init())
        let expected = 1.8 + 480 * pow(1e9, -0.35) + 2100 * pow(1e11, -0.37)
        let (lower, upper) = (try #require(band.lower)[0], try #require(band.upper)[0])
        #expect(lower < expected && expected < upper && upper < 1.03 * lower)
    }

    @Test func `laws without an additive loss are refused by name`() throws {
        let curves = try SyntheticStudy.curves(noise: 0.001, seed: 1)
        let error = #expect(throws: FittingError.self) {
            try Fitter().fit(Self.request("lr-annealing"), runs: curves)
        }
        #expect(error?.pointer == "/objective")
        #expect(
            error?.message.hasPrefix(
                "objective = dominated-pairs needs finished runs and a loss that is added to the rest, "
                    + "which the law lr-annealing has not; use it with chinchilla, ") == true)
        let rows = (1...20).map { index in
            Run(
                id: "\(index)",
                features: [
                    .parameterCount: 1e7 * Double(index), .expertCount: Double(index % 4 + 1),
                ], loss: 4 - 0.05 * Double(index))
        }
        let routing = #expect(throws: FittingError.self) {
            try Fitter().fit(
                Self.request("mixture-of-experts", options: ["form": "routing"]), runs: rows)
        }
        #expect(routing?.message.contains("which the law mixture-of-experts has not") == true)
    }

    @Test func `runs that do not dominate each other are too few`() throws {
        let runs = (1...8).map { index in
            Run(
                id: "\(index)",
                features: [
                    .parameterCount: 1e8 * Double(index), .tokenCount: 1e10 / Double(index),
                ], loss: 3)
        }
        let error = #expect(throws: FittingError.self) {
            try Fitter().fit(Self.request("chinchilla"), runs: runs)
        }
        #expect(
            error?.message
                == "objective = dominated-pairs: 0 pairs of runs, one larger in every way and lower in "
                + "loss, cannot determine 4 free parameters; add runs or take another objective.")
        var request = Self.request("chinchilla")
        request.uncertainty = .bootstrap(resamples: 100)
        let refused = #expect(throws: FittingError.self) {
            try Fitter().fit(request, runs: SyntheticStudy.table(noise: 0.01, seed: 1))
        }
        #expect(refused?.pointer == "/uncertainty")
    }
}
