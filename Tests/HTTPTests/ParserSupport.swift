import Testing

@testable import HTTP

/// What a parser makes of a text: its requests, then perhaps the error that ended it.
struct Parsed: Equatable {
    var requests: [Request] = []
    var error: ParsingError?
    /// Whether the text stops in the middle of a request.
    var isPartial = false

    init(_ pieces: [ArraySlice<UInt8>], limits: ParserLimits) {
        var parser = RequestParser(limits: limits, peer: "test")
        for piece in pieces where error == nil {
            parser.append(piece)
            absorb(&parser)
        }
        isPartial = error == nil && parser.stage != .idle
    }

    private mutating func absorb(_ parser: inout RequestParser) {
        while true {
            switch parser.next() {
            case .needsBytes: return
            case .head: continue
            case .request(let request): requests.append(request)
            case .failure(let failure):
                error = failure
                return
            }
        }
    }
}

/// Parses a text whole, split at every byte, and byte by byte; all must come out the same.
func parse(
    _ text: String, limits: ParserLimits = ParserLimits(),
    sourceLocation: SourceLocation = #_sourceLocation
) -> Parsed {
    parse(Array(text.utf8), limits: limits, sourceLocation: sourceLocation)
}

func parse(
    _ bytes: [UInt8], limits: ParserLimits = ParserLimits(),
    sourceLocation: SourceLocation = #_sourceLocation
) -> Parsed {
    let whole = Parsed([bytes[...]], limits: limits)
    for split in 1..<max(2, bytes.count) {
        let halves = Parsed([bytes.prefix(split), bytes.dropFirst(split)], limits: limits)
        guard halves != whole else { continue }
        Issue.record("split at \(split): \(halves)", sourceLocation: sourceLocation)
        return whole
    }
    let single = Parsed(bytes.indices.map { bytes[$0...$0] }, limits: limits)
    #expect(single == whole, "byte by byte", sourceLocation: sourceLocation)
    return whole
}

/// The error that a text ends in, with no request before it.
func refusal(
    _ text: String, limits: ParserLimits = ParserLimits(),
    sourceLocation: SourceLocation = #_sourceLocation
) -> ParsingError? {
    let parsed = parse(text, limits: limits, sourceLocation: sourceLocation)
    #expect(parsed.requests.isEmpty, sourceLocation: sourceLocation)
    return parsed.error
}

extension Request {
    var text: String { String(decoding: body, as: UTF8.self) }
}
