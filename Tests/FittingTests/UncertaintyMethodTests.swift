import Fitting
import Foundation
import JSONText
import LawTestSupport
import Laws
import Records
import Testing

/// What a request may ask of uncertainty, and what the answer says about it.
@Suite struct UncertaintyMethodTests {
    @Test(arguments: [
        ("delta", UncertaintyMethod.delta), ("profile", .profile),
        ("bootstrap", .bootstrap(resamples: 1_000)),
        ("bootstrap:4000", .bootstrap(resamples: 4_000)),
        ("bootstrap:400:runs", .bootstrap(resamples: 400, drawing: .runs)),
        ("bootstrap:400:blocks", .bootstrap(resamples: 400, drawing: .blocks)),
    ])
    func `names are read`(text: String, method: UncertaintyMethod) throws {
        #expect(try UncertaintyMethod(parsing: text) == method)
        #expect(try UncertaintyMethod(parsing: method.text) == method)
    }

    @Test(arguments: [
        "", "Delta", "jackknife", "delta:3", "profile:", "bootstrap:", "bootstrap:99",
        "bootstrap:1e3", "bootstrap:1000001", "bootstrap:-200",
    ])
    func `anything else is refused in words`(text: String) {
        let error = FittingError.badUncertainty(text)
        #expect(throws: error) { try UncertaintyMethod(parsing: text) }
        #expect(error.pointer == "/uncertainty")
        #expect(
            error.message == "uncertainty = \"\(text)\" is not known; use delta, profile or "
                + "bootstrap, the last with 100 to 1000000 resamples after a colon as in "
                + "bootstrap:4000, and what curves lend, runs or blocks, after another.")
    }

    @Test func `the answer says how uncertainty was found`() throws {
        let runs = try SyntheticStudy.table(noise: 0.003, seed: 1)
        let plain = try Fitter().fit(FitRequest(law: "chinchilla"), runs: runs)
        #expect(plain.uncertainty?.method == "delta")
        #expect(plain.uncertainty?.resamples == nil)
        let drawn = try Fitter().fit(
            FitRequest(law: "chinchilla", uncertainty: .bootstrap(resamples: 100)), runs: runs)
        let data = try JSONEncoding.bytes(of: drawn)
        let read = try JSONDecoding.value(FitReport.self, from: data)
        #expect(read.uncertainty == drawn.uncertainty)
        let object = try #require(
            try JSONSerialization.jsonObject(with: Data(data)) as? [String: Any])
        let uncertainty = try #require(object["uncertainty"] as? [String: Any])
        #expect(uncertainty["method"] as? String == "bootstrap")
        #expect(uncertainty["resamples"] as? Int == 100)
        #expect(uncertainty["resampled"] as? String == "rows")
        #expect(uncertainty["failed"] as? Int == 0)
    }

    @Test(arguments: [UncertaintyMethod.bootstrap(resamples: 20_000), .profile])
    func `a fit can be cancelled in its refits`(method: UncertaintyMethod) throws {
        let runs = try SyntheticStudy.table(noise: 0.003, seed: 2)
        let fitter = Fitter()
        let prepared = try fitter.prepare(
            FitRequest(law: "chinchilla", uncertainty: method), runs: runs)
        var last = 0.0
        #expect(throws: FittingError.cancelled) {
            try fitter.fit(prepared, progress: { last = $0 }, isCancelled: { last >= 0.1 })
        }
        #expect(last < 1)
    }

    @Test func `progress rises through search and refits`() throws {
        let runs = try SyntheticStudy.table(noise: 0.003, seed: 2)
        let fitter = Fitter()
        let prepared = try fitter.prepare(
            FitRequest(law: "chinchilla", uncertainty: .bootstrap(resamples: 10_000)), runs: runs)
        var seen: [Double] = []
        _ = try fitter.fit(prepared, progress: { seen.append($0) })
        #expect(seen == seen.sorted())
        #expect(seen.contains { $0 > 0.1 && $0 < 1 })
        #expect(seen.allSatisfy { $0 >= 0 && $0 <= 1 })
    }
}
