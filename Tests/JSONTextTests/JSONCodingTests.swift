import JSONText
import Testing

/// Swift values as JSON and back, without Foundation.
@Suite struct JSONCodingTests {
    private enum Kind: String, Codable {
        case curve
        case table
    }

    private enum Size: String, Codable, CodingKeyRepresentable {
        case parameterCount = "parameter_count"
        case loss
    }

    private struct Part: Codable, Equatable {
        var value: Double
        var standardError: Double?
    }

    private struct Answer: Codable, Equatable {
        var totalSteps: Int
        var trainingFLOPs: Double
        var kind: Kind
        var isGood: Bool
        var seed: UInt64
        var losses: [Double]
        var steps: [Int]
        var parts: [Part]
        var tags: [String: String]
        var sizes: [Size: Double]
        var maybe: String?
        var rows: [[Double]]

        private enum CodingKeys: String, CodingKey {
            case totalSteps
            case trainingFLOPs
            case kind
            // A name of its own stays possible.
            case isGood = "good"
            case seed
            case losses
            case steps
            case parts
            case tags
            case sizes
            case maybe
            case rows
        }
    }

    private static let answer = Answer(
        totalSteps: 3, trainingFLOPs: 1e21, kind: .curve, isGood: true, seed: 7,
        losses: [3.5, 2], steps: [0, 10], parts: [.init(value: 0.1, standardError: 1e-300)],
        tags: ["runName": "a/b", "Host": "x"], sizes: [.parameterCount: 25e6, .loss: 2],
        maybe: nil, rows: [[1, 2], []])

    @Test func `names become snake case, members keep their order, dictionaries are sorted`() throws
    {
        #expect(
            String(decoding: try JSONEncoding.bytes(of: Self.answer), as: UTF8.self)
                == #"{"total_steps":3,"training_flops":1e+21,"kind":"curve","good":true,"seed":7,"#
                + #""losses":[3.5,2],"steps":[0,10],"parts":[{"value":0.1,"standard_error":1e-300}],"#
                + #""tags":{"Host":"x","runName":"a/b"},"sizes":{"loss":2,"parameter_count":25000000},"#
                + #""rows":[[1,2],[]]}"#)
    }

    @Test(arguments: [false, true])
    func `what is written is read as the same, pretty or not`(isPretty: Bool) throws {
        let bytes = try JSONEncoding.bytes(of: Self.answer, isPretty: isPretty)
        #expect(try JSONDecoding.value(Answer.self, from: bytes) == Self.answer)
    }

    @Test func `pretty text breaks objects, and keeps lists of numbers on a line`() throws {
        let text = String(
            decoding: try JSONEncoding.bytes(of: Self.answer, isPretty: true), as: UTF8.self)
        #expect(text.hasPrefix("{\n  \"total_steps\" : 3,\n"))
        #expect(text.contains("\n  \"losses\" : [3.5,2],\n"))
        #expect(text.contains("\n  \"parts\" : [\n    {\n      \"value\" : 0.1,\n"))
        #expect(text.hasSuffix("\n  ]\n}"))
    }

    @Test func `a number that is not finite is null, and its place is known`() throws {
        var answer = Self.answer
        answer.trainingFLOPs = .infinity
        answer.losses[1] = .nan
        answer.parts[0].value = -.infinity
        answer.rows[0][0] = .nan
        let encoding = try JSONEncoding(answer)
        #expect(
            encoding.notFinite == ["/training_flops", "/losses/1", "/parts/0/value", "/rows/0/0"])
        #expect(encoding.value["training_flops"] == .null)
        #expect(encoding.value["losses"] == .array([.number(3.5), .null]))
    }

    @Test(arguments: [
        (#"{"value":"x"}"#, "value"), (#"{"value":null}"#, "value"), ("[1]", ""), ("{}", "value"),
        (#"{"value":1,"standard_error":[]}"#, "standard_error"),
    ])
    func `a value that does not fit is named by its place`(text: String, place: String) {
        do {
            _ = try JSONDecoding.value(Part.self, from: Array(text.utf8))
            Issue.record("\(text) is no Part")
        } catch let error as DecodingError {
            let path: String =
                switch error {
                case .typeMismatch(_, let context), .valueNotFound(_, let context):
                    context.codingPath.map(\.stringValue).joined(separator: ".")
                case .keyNotFound(let key, _): key.stringValue
                default: "?"
                }
            #expect(path == place)
        } catch {
            Issue.record("\(error)")
        }
    }

    @Test func `whole numbers that do not fit are refused, not cut`() {
        #expect(throws: DecodingError.self) {
            try JSONDecoding.value([UInt8].self, from: Array("[256]".utf8))
        }
        #expect(throws: DecodingError.self) {
            try JSONDecoding.value([Int].self, from: Array("[1.5]".utf8))
        }
        #expect(throws: JSONSyntaxError.self) {
            try JSONDecoding.value([Int].self, from: Array("[1".utf8))
        }
    }

    @Test(arguments: [
        ("totalSteps", "total_steps"), ("trainingFLOPs", "training_flops"), ("id", "id"),
        ("total_steps", "total_steps"), ("isAtBound", "is_at_bound"), ("r2", "r2"),
    ])
    func `a name has one form`(name: String, expected: String) {
        #expect(JSONName.snakeCase(name) == expected)
    }
}
