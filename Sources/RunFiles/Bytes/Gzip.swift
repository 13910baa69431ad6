import CZlib

/// Why gzip could not be unpacked.
package enum GzipError: Error, Equatable, Sendable {
    /// Not gzip, changed on the way, or cut off.
    case damaged
    /// More than the limit came out: a log too long, or a bomb.
    case tooLarge
}

/// Unpacks gzip (RFC 1952), several members in a row included.
package enum Gzip {
    /// Whether the bytes begin like gzip.
    package static func isGzip(_ bytes: [UInt8]) -> Bool {
        bytes.starts(with: [0x1F, 0x8B])
    }

    /// Unpacks the bytes.
    ///
    /// - Parameters:
    ///   - bytes: One or more gzip members.
    ///   - limit: Most bytes that may come out; no more than one buffer beyond it is unpacked.
    /// - Returns: What was packed.
    /// - Throws: `GzipError`.
    package static func decompress(_ bytes: [UInt8], limit: Int) throws(GzipError) -> [UInt8] {
        var stream = z_stream()
        // 16 asks for gzip instead of zlib, 15 is the largest window.
        guard
            inflateInit2_(
                &stream, 16 + 15, zlibVersion(), Int32(MemoryLayout<z_stream>.size)) == Z_OK
        else { throw .damaged }
        defer { inflateEnd(&stream) }
        var output: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 1 << 18)
        var consumed = 0
        while consumed < bytes.count {
            let (code, used, made) = step(&stream, bytes, from: consumed, into: &buffer)
            consumed += used
            guard output.count + made <= limit else { throw .tooLarge }
            output += buffer[..<made]
            switch code {
            case Z_STREAM_END:
                // Zero padding after the last member is allowed; anything else is a member.
                if bytes[consumed...].allSatisfy({ $0 == 0 }) { return output }
                guard inflateReset(&stream) == Z_OK else { throw .damaged }
            case Z_OK where used > 0 || made > 0:
                continue
            default:
                throw .damaged
            }
        }
        // The input ended inside a member, unless its output only waits for room.
        while true {
            let (code, _, made) = step(&stream, bytes, from: consumed, into: &buffer)
            guard output.count + made <= limit else { throw .tooLarge }
            output += buffer[..<made]
            if code == Z_STREAM_END { return output }
            guard code == Z_OK, made > 0 else { throw .damaged }
        }
    }

    /// One call of `inflate`, on at most 1 GiB of input: zlib counts in 32 bits.
    private static func step(
        _ stream: inout z_stream, _ bytes: [UInt8], from start: Int, into buffer: inout [UInt8]
    ) -> (code: Int32, used: Int, made: Int) {
        let length = min(bytes.count - start, 1 << 30)
        return bytes.withUnsafeBufferPointer { input in
            buffer.withUnsafeMutableBufferPointer { output in
                // zlib does not write to its input; its C type lacks the const.
                stream.next_in = UnsafeMutablePointer(
                    mutating: input.baseAddress?.advanced(by: start))
                stream.avail_in = UInt32(length)
                stream.next_out = output.baseAddress
                stream.avail_out = UInt32(output.count)
                let code = inflate(&stream, Z_NO_FLUSH)
                return (
                    code, length - Int(stream.avail_in), output.count - Int(stream.avail_out)
                )
            }
        }
    }
}
