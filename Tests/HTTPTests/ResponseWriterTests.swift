import Testing

@testable import HTTP

/// The bytes of responses.
struct ResponseWriterTests {
    private func write(
        _ response: Response, isHead: Bool = false, closes: Bool = false
    ) -> [String] {
        let context = ResponseWriter.Context(isHead: isHead, closes: closes, date: "D")
        return ResponseWriter.messages(response, context: context)
            .map { String(decoding: $0, as: UTF8.self) }
    }

    @Test func `writes status, date, fields, length and body`() {
        #expect(
            write(.json(Array("{}".utf8), status: .created)) == [
                "HTTP/1.1 201 Created\r\nDate: D\r\nContent-Type: application/json\r\n"
                    + "Content-Length: 2\r\n\r\n{}"
            ])
    }

    @Test func `tells the length of an empty body`() {
        #expect(
            write(Response(), closes: true) == [
                "HTTP/1.1 200 OK\r\nDate: D\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
            ])
    }

    @Test func `sends the length and not the body of a HEAD`() {
        #expect(
            write(.text("hello"), isHead: true) == [
                "HTTP/1.1 200 OK\r\nDate: D\r\nContent-Type: text/plain; charset=utf-8\r\n"
                    + "Content-Length: 5\r\n\r\n"
            ])
    }

    @Test(arguments: [Status.noContent, Status(code: 304, reason: "Not Modified")])
    func `sends neither body nor length where the status forbids them`(status: Status) {
        let messages = write(Response(status: status, headers: ["ETag": "x"], body: [1, 2]))
        #expect(messages == ["HTTP/1.1 \(status)\r\nDate: D\r\nETag: x\r\n\r\n"])
    }

    @Test func `keeps framing from the handlers`() {
        let headers: Headers = [
            "content-length": "99", "Transfer-Encoding": "chunked", "connection": "upgrade",
            "Date": "never", "X-Kept": "1",
        ]
        #expect(
            write(Response(headers: headers)) == [
                "HTTP/1.1 200 OK\r\nDate: D\r\nX-Kept: 1\r\nContent-Length: 0\r\n\r\n"
            ])
    }

    @Test func `lets no value end its line`() {
        let response = Response(headers: ["Location": "/a\r\nSet-Cookie: b\0"])
        #expect(write(response).first?.contains("Location: /a  Set-Cookie: b \r\n") == true)
    }

    @Test func `does not copy a large body`() {
        let body = [UInt8](repeating: 7, count: 20_000)
        let messages = ResponseWriter.messages(
            Response(body: body),
            context: ResponseWriter.Context(isHead: false, closes: false, date: "D"))
        #expect(messages.count == 2)
        #expect(messages.last == body)
    }

    @Test(arguments: [
        (784_111_777, "Sun, 06 Nov 1994 08:49:37 GMT"),
        (0, "Thu, 01 Jan 1970 00:00:00 GMT"),
        (1_709_164_799, "Wed, 28 Feb 2024 23:59:59 GMT"),
        (1_709_164_800, "Thu, 29 Feb 2024 00:00:00 GMT"),
    ]) func `writes dates as RFC 9110 does`(seconds: Int, text: String) {
        #expect(HTTPDate.text(secondsSince1970: seconds) == text)
    }
}
