import JSONText
import Testing

@testable import HTTP

/// Problem documents and their words.
struct HTTPErrorTests {
    @Test func `writes a problem document`() {
        let fault = HTTPError(
            .unprocessableContent, type: "bad-points", title: "Bad points",
            detail: "One point cannot be stored.",
            errors: [
                .init(pointer: "/points/3/loss", detail: "must be a finite number"),
                .init(pointer: "", detail: "is \"odd\""),
            ], headers: ["Retry-After": "2"])
        let response = fault.response
        #expect(response.status == .unprocessableContent)
        #expect(response.headers["Content-Type"] == "application/problem+json")
        #expect(response.headers["Retry-After"] == "2")
        #expect(
            String(decoding: response.body, as: UTF8.self)
                == #"{"type":"bad-points","title":"Bad points","status":422,"#
                + #""detail":"One point cannot be stored.","errors":[{"pointer":"/points/3/loss","#
                + #""detail":"must be a finite number"},{"pointer":"","detail":"is \"odd\""}]}"#)
    }

    @Test func `takes the status's phrase as title`() {
        let body = HTTPError(.notFound, detail: "Nothing.").response.body
        #expect(
            String(decoding: body, as: UTF8.self)
                == #"{"type":"about:blank","title":"Not Found","status":404,"detail":"Nothing."}"#)
    }

    @Test func `escapes what JSON cannot hold`() {
        let body = HTTPError(.badRequest, title: "t", detail: "\\\n\r\t\u{1}\u{1F}\u{E9}\u{1F600}")
            .response.body
        #expect(
            String(decoding: body, as: UTF8.self)
                == #"{"type":"about:blank","title":"t","status":400,"#
                + #""detail":"\\\n\r\t\u0001\u001f"# + "\u{E9}\u{1F600}\"}")
    }

    @Test(arguments: [
        (
            ParsingError.requestLineTooLong(limit: 9), 414,
            "The request line is longer than 9 bytes; send long input in a POST body."
        ),
        (
            .headersTooLarge(limit: 9), 431,
            "The header fields are larger than 9 bytes together; send fewer or shorter ones."
        ),
        (.tooManyHeaders(limit: 9), 431, "There are more than 9 header fields; send fewer."),
        (
            .bodyTooLarge(limit: 9), 413,
            "The body is larger than 9 bytes; send it in several requests."
        ),
        (
            .bareLineFeed, 400,
            "A line ends in LF alone; every line before the body must end in CR LF."
        ),
        (
            .unsupportedVersion("HTTP/3.0"), 505,
            "The version is HTTP/3.0; this server speaks HTTP/1.1 and HTTP/1.0."
        ),
        (
            .unsupportedMethod(.connect), 501,
            "CONNECT is not supported; this server is not a proxy."
        ),
        (
            .unsupportedTransferEncoding, 501,
            "The only transfer coding supported is chunked; compress by Content-Encoding."
        ),
        (
            .unsupportedExpectation, 417,
            "The only expectation supported is 100-continue."
        ),
        (
            .malformedTarget(.percentEncoding), 400,
            "The request target has a % that two hexadecimal digits do not follow; "
                + "write a literal % as %25."
        ),
        (
            .malformedHeaderValue(name: "X"), 400,
            "The value of X has a control character; remove it."
        ),
        (.missingHost, 400, "The Host field is missing; an HTTP/1.1 request must have one."),
        (
            .contentLengthWithTransferEncoding, 400,
            "Content-Length and Transfer-Encoding are both present; send one of them."
        ),
    ]) func `words a refused request`(error: ParsingError, code: Int, sentence: String) {
        #expect(error.status.code == code)
        #expect(error.description == sentence)
        #expect(HTTPError(error).detail == sentence)
    }
}
