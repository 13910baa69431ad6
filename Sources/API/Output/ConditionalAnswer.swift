import CZlib
import HTTP

/// ETags of answers (RFC 9110, section 13): who polls and already has the answer gets 304 and no body.
///
/// The tag is the body's CRC-32 and length: a collision would show a poller an old state until the
/// next change, and costs a fraction of what writing the body did.
enum ConditionalAnswer {
    /// Longer answers are not worth reading twice.
    private static let longestBody = 4 << 20

    /// An answer with its tag, or 304 to a request that names it.
    static func answer(_ response: Response, to request: Request) -> Response {
        guard request.method == .get, response.status == .ok, response.headers["ETag"] == nil,
            response.stream == nil, response.deferral == nil, response.body.count <= longestBody
        else { return response }
        let checksum = crc32(0, response.body, uInt(response.body.count))
        let tag = "\"\(String(checksum, radix: 16))-\(response.body.count)\""
        var tagged = response
        tagged.headers["ETag"] = tag
        guard request.headers["If-None-Match"] == tag else { return tagged }
        tagged.status = .notModified
        tagged.body = []
        return tagged
    }
}
