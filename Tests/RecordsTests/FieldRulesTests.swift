import Foundation
import Records
import Testing

struct FieldRulesTests {
    @Test(arguments: ["a", "A.b_c-9", String(repeating: "x", count: 128), "-", "...", ".a"])
    func `an id of allowed characters is one`(id: String) {
        #expect(TextRule.id.isMet(by: id))
        #expect(TextRule.id(from: id).hasPrefix(id.prefix(120)))
    }

    /// Clients take `.` and `..` out of a path (RFC 3986, section 5.2.4), so that such a run could
    /// never be asked for again.
    @Test(arguments: ["", "a b", "a/b", "é", String(repeating: "x", count: 129), "a\0", ".", ".."])
    func `any other is refused, and an id can be made from it`(id: String) {
        #expect(!TextRule.id.isMet(by: id))
        #expect(TextRule.id.isMet(by: TextRule.id(from: id)))
    }

    @Test(arguments: [
        (TextRule.name, "", 1, false), (.name, "é", 1, true), (.name, "a\u{0}b", 1, false),
        (.name, "x", 1_024, true), (.name, "é", 513, false),
        (.text, "", 1, true), (.text, "\u{0}", 1, false), (.text, "x", 65_537, false),
        (.schedule, "", 1, false), (.schedule, "hold:3\u{0}", 1, false),
        (.schedule, "hold:3", 1, true),
    ])
    func `a text has a length and no NUL`(rule: TextRule, part: String, count: Int, isMet: Bool) {
        #expect(rule.isMet(by: String(repeating: part, count: count)) == isMet)
    }

    struct Range: Sendable {
        let rule: NumberRule
        let good: [Double]
        let bad: [Double]
    }

    private static let ranges = [
        Range(
            rule: .loss, good: [3, 1e-30, 1e30, .nan, .infinity, -.infinity],
            bad: [0, -1, 9e-31, 1.1e30]),
        Range(
            rule: .finalLoss, good: [3, 1e-30, 1e30],
            bad: [0, -1, .nan, .infinity, .leastNonzeroMagnitude]),
        Range(rule: .learningRate, good: [0, 3e-4], bad: [-1e-9, .nan, .infinity]),
        Range(rule: .tokenCount, good: [0, 1e13], bad: [-1, .nan, .infinity]),
        Range(rule: .feature, good: [1, 1e26], bad: [0, -1, .nan, .infinity]),
        Range(rule: .step, good: [0, 100_000_000], bad: [-1, 0.5, 100_000_001, .nan]),
        Range(rule: .warmupSteps, good: [0, 300], bad: [-1, 0.5]),
        Range(rule: .time, good: [0, 1_767_225_600], bad: [.nan, 1e300]),
    ]

    @Test(arguments: ranges)
    func `a number lies in its range`(range: Range) {
        for value in range.good { #expect(range.rule.isMet(by: value), "\(range.rule) \(value)") }
        for value in range.bad { #expect(!range.rule.isMet(by: value), "\(range.rule) \(value)") }
    }

    @Test func `a refusal names the place, the field, the value and the rule`() {
        #expect {
            try Run.validate([Point(step: 1, loss: 3), Point(step: 2, loss: -1)])
        } throws: { error in
            let sentence = (error as? InvalidField)?.message ?? ""
            return sentence == "point 1: loss = -1.0, must be a finite number above 0"
        }
        #expect(NumberRule.loss.sentence(for: 1e31) == "must lie between 1e-30 and 1e+30")
        #expect(TextRule.id.sentence(for: "..").hasPrefix("must not be . or .."))
        #expect(throws: InvalidField.self) { try Run(id: "a", tags: ["k": "\0"]).validate() }
        #expect(throws: InvalidField.self) { try Run(id: "a", units: ["loss": ""]).validate() }
    }
}
