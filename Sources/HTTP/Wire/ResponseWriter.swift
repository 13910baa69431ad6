import Glibc

/// Puts a response into the bytes that go on the wire (RFC 9112, sections 4 to 6).
///
/// Framing is the writer's alone: Content-Length, Date and Connection given by a handler are
/// dropped, so that no handler can put the connection out of step.
enum ResponseWriter {
    /// The context that a response depends on.
    struct Context: Sendable, Equatable {
        /// True when the request was HEAD: the length is told, the body is not sent.
        var isHead: Bool
        /// True when the connection ends after this response.
        var closes: Bool
        /// True when a body in pieces goes out in chunks; HTTP/1.0 does not know them, and ends the
        /// body by closing.
        var allowsChunks = true
        /// The Date field's value.
        var date: String
    }

    static let continueMessage = Array("HTTP/1.1 100 Continue\r\n\r\n".utf8)

    /// The message, in one piece, or in two where copying the body would cost more than a send.
    static func messages(_ response: Response, context: Context) -> [[UInt8]] {
        let sendsBody = !context.isHead && !response.status.forbidsBody && !response.body.isEmpty
        let isJoined = sendsBody && response.body.count <= joinedBodyBytes
        var head: [UInt8] = []
        head.reserveCapacity(256 + (isJoined ? response.body.count : 0))
        append("HTTP/1.1 \(response.status.code) ", to: &head)
        append(response.status.reason, to: &head)
        append("\r\n", to: &head)
        appendField("Date", context.date, to: &head)
        for field in response.headers.fields where !isOwned(field.name) {
            appendField(field.name, field.value, to: &head)
        }
        if response.stream != nil {
            if context.allowsChunks { appendField("Transfer-Encoding", "chunked", to: &head) }
        } else if !response.status.forbidsBody {
            appendField("Content-Length", "\(response.body.count)", to: &head)
        }
        if context.closes { appendField("Connection", "close", to: &head) }
        append("\r\n", to: &head)
        guard sendsBody else { return [head] }
        guard isJoined else { return [head, response.body] }
        head.append(contentsOf: response.body)
        return [head]
    }

    /// A piece of a body as a chunk (RFC 9112, section 7.1).
    static func chunk(_ piece: [UInt8]) -> [UInt8] {
        Array((String(piece.count, radix: 16) + "\r\n").utf8) + piece + [13, 10]
    }

    static let lastChunk = Array("0\r\n\r\n".utf8)

    private static func appendField(_ name: String, _ value: String, to bytes: inout [UInt8]) {
        append(name, to: &bytes)
        append(": ", to: &bytes)
        // A line end inside a value would end the field, and what follows would be the client's.
        if value.utf8.allSatisfy(ASCII.isFieldCharacter) {
            append(value, to: &bytes)
        } else {
            bytes.append(
                contentsOf: value.utf8.map { ASCII.isFieldCharacter($0) ? $0 : ASCII.space })
        }
        append("\r\n", to: &bytes)
    }

    private static func append(_ text: String, to bytes: inout [UInt8]) {
        bytes.append(contentsOf: text.utf8)
    }

    private static func isOwned(_ name: String) -> Bool {
        ownedNames.contains { ASCII.equalIgnoringCase($0, name) }
    }

    private static let ownedNames = ["Date", "Content-Length", "Connection", "Transfer-Encoding"]
    private static let joinedBodyBytes = 16_384
}

/// The Date field's value (RFC 9110, section 5.6.7), composed once per second.
struct HTTPDate: Sendable {
    private var second = -1
    private(set) var text = ""

    init() {
        refresh()
    }

    /// Brings the text up to the wall clock.
    mutating func refresh() {
        let now = time(nil)
        guard now != second else { return }
        second = now
        text = Self.text(secondsSince1970: now)
    }

    /// The IMF-fixdate of a time: `Sun, 06 Nov 1994 08:49:37 GMT`, in English in every locale.
    static func text(secondsSince1970 seconds: Int) -> String {
        var seconds = seconds
        var parts = tm()
        gmtime_r(&seconds, &parts)
        let day = days[Int(parts.tm_wday)]
        let month = months[Int(parts.tm_mon)]
        let date = "\(padded(parts.tm_mday)) \(month) \(parts.tm_year + 1900)"
        let clock = [parts.tm_hour, parts.tm_min, parts.tm_sec].map(padded)
        return "\(day), \(date) \(clock.joined(separator: ":")) GMT"
    }

    private static func padded(_ number: Int32) -> String {
        number < 10 ? "0\(number)" : "\(number)"
    }

    private static let days = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"]
    private static let months = [
        "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
    ]
}
