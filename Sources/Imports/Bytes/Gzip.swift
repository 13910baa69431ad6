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
    /// True when the bytes begin like gzip.
    package static func isGzip(_ bytes: some Collection<UInt8>) -> Bool {
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
        var given = 0
        let unpacker = try GzipUnpacker { room in
            let count = min(room.count, bytes.count - given)
            bytes.withUnsafeBytes {
                room.copyMemory(from: .init(rebasing: $0[given..<given + count]))
            }
            given += count
            return count
        }
        var output: [UInt8] = []
        let piece = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 18, alignment: 1)
        defer { piece.deallocate() }
        while true {
            let made = try unpacker.read(into: piece)
            guard made > 0 else { return output }
            guard output.count + made <= limit else { throw .tooLarge }
            output += piece[..<made]
        }
    }
}

/// Unpacks gzip in pieces, in the memory of two buffers however much comes out.
final class GzipUnpacker {
    /// Gives the next packed bytes: how many it wrote, 0 at the end.
    typealias Refill = (UnsafeMutableRawBufferPointer) -> Int

    private var stream = z_stream()
    private let refill: Refill
    private let packed = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 17, alignment: 1)
    /// True when the bytes so far are whole members, so that they may end here.
    private var isBetweenMembers = false
    private var isAtEnd = false

    /// Makes an unpacker.
    ///
    /// - Parameter refill: Where packed bytes come from.
    /// - Throws: `GzipError.damaged` when zlib cannot start.
    init(refill: @escaping Refill) throws(GzipError) {
        self.refill = refill
        // 16 asks for gzip instead of zlib, 15 is the largest window.
        guard
            inflateInit2_(
                &stream, 16 + 15, zlibVersion(), Int32(MemoryLayout<z_stream>.size)) == Z_OK
        else { throw .damaged }
    }

    deinit {
        inflateEnd(&stream)
        packed.deallocate()
    }

    /// Unpacks the next bytes.
    ///
    /// - Parameter room: Where they go.
    /// - Returns: How many there are, 0 after the last.
    /// - Throws: `GzipError.damaged` for bytes that are no gzip, or that end inside a member.
    func read(into room: UnsafeMutableRawBufferPointer) throws(GzipError) -> Int {
        guard !isAtEnd else { return 0 }
        stream.next_out = room.baseAddress?.assumingMemoryBound(to: UInt8.self)
        stream.avail_out = UInt32(min(room.count, 1 << 30))
        while stream.avail_out > 0 {
            if stream.avail_in == 0 {
                stream.avail_in = UInt32(refill(packed))
                stream.next_in = packed.baseAddress?.assumingMemoryBound(to: UInt8.self)
            }
            if isBetweenMembers, try !startMember() { break }
            let before = (stream.avail_in, stream.avail_out)
            switch inflate(&stream, Z_NO_FLUSH) {
            case Z_STREAM_END: isBetweenMembers = true
            // No progress without input: the bytes end inside a member.
            case Z_OK where before != (stream.avail_in, stream.avail_out): continue
            default: throw .damaged
            }
        }
        return room.count - Int(stream.avail_out)
    }

    /// Begins the next member; false at the end of all, where zero padding is allowed.
    private func startMember() throws(GzipError) -> Bool {
        guard stream.avail_in > 0, let next = stream.next_in else {
            isAtEnd = true
            return false
        }
        if next.pointee == 0 {
            while true {
                let rest = UnsafeBufferPointer(start: stream.next_in, count: Int(stream.avail_in))
                guard rest.allSatisfy({ $0 == 0 }) else { throw .damaged }
                stream.avail_in = UInt32(refill(packed))
                stream.next_in = packed.baseAddress?.assumingMemoryBound(to: UInt8.self)
                if stream.avail_in == 0 { break }
            }
            isAtEnd = true
            return false
        }
        guard inflateReset(&stream) == Z_OK else { throw .damaged }
        isBetweenMembers = false
        return true
    }
}
