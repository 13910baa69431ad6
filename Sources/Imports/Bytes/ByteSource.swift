import Foundation

/// The content of a file, a pipe or a request, read in pieces and unpacked on the way.
///
/// A file of any length takes the memory of a few buffers. `/dev/stdin`, a FIFO and `<(…)` are
/// read like files: nothing is read twice, a look at the beginning is kept for the reading.
package final class ByteSource {
    /// The name for errors.
    package let name: String
    /// The file that this is the unchanged content of; nil for bytes at hand, whatever their name.
    private(set) var path: String?
    /// The length of that file as it was opened.
    private var size = 0
    /// Most values of a JSON tree made of it.
    var maximumValues = Int.max
    /// Most lines of a text.
    var maximumLines = Int.max
    /// Read already by `head`, not yet by `read`.
    private var pending: [UInt8] = []
    private var pendingStart = 0
    private var unpacker: GzipUnpacker?
    private var utf16: UTF16Text?
    private let raw: RawBytes
    private let limit: Int
    private var total = 0

    /// The content of bytes at hand.
    ///
    /// - Parameters:
    ///   - bytes: The content, gzip allowed.
    ///   - name: The name for errors.
    ///   - limit: Most bytes that gzip may unpack to.
    /// - Throws: `RunFileError` for gzip that cannot be unpacked.
    package init(
        bytes: [UInt8], name: String, limit: Int = .max
    ) throws(RunFileError) {
        self.name = name
        self.limit = limit
        raw = RawBytes(bytes: bytes)
        try unpackIfPacked()
    }

    /// The content of a file.
    ///
    /// - Parameter path: A file, a FIFO or a device.
    /// - Throws: `RunFileError` when it cannot be opened.
    package init(path: String) throws(RunFileError) {
        name = path
        limit = .max
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else {
            let reason =
                errno == ENOENT ? "no such file or folder" : String(cString: strerror(errno))
            throw RunFileError(file: path, kind: .unreadable(reason: reason))
        }
        raw = RawBytes(descriptor: descriptor)
        try unpackIfPacked()
        var status = stat()
        // A pipe is read once only.
        let isRegular = fstat(descriptor, &status) == 0 && status.st_mode & S_IFMT == S_IFREG
        guard isRegular, unpacker == nil else { return }
        self.path = path
        size = Int(status.st_size)
    }

    private func unpackIfPacked() throws(RunFileError) {
        raw.peek(2)
        utf16 = UTF16Text(raw.peeked.prefix(2))
        if utf16 != nil { raw.skip(2) }
        guard Gzip.isGzip(raw.peeked) else { return }
        let raw = raw
        do {
            unpacker = try GzipUnpacker { raw.read(into: $0) }
        } catch {
            throw fault(error)
        }
    }

    /// The first bytes; they are read again by `read`.
    ///
    /// - Parameter count: How many, fewer where the content is shorter.
    /// - Returns: The bytes.
    /// - Throws: `RunFileError` for content that cannot be read or unpacked.
    package func head(_ count: Int) throws(RunFileError) -> [UInt8] {
        let missing = count - (pending.count - pendingStart)
        if missing > 0 {
            let room = UnsafeMutableRawBufferPointer.allocate(byteCount: missing, alignment: 1)
            defer { room.deallocate() }
            var filled = 0
            while filled < missing {
                let made = try next(into: .init(rebasing: room[filled...]))
                guard made > 0 else { break }
                filled += made
            }
            pending += room[..<filled]
        }
        return Array(pending[pendingStart...].prefix(count))
    }

    /// Reads the next bytes.
    ///
    /// - Parameter room: Where they go.
    /// - Returns: How many there are, 0 at the end.
    /// - Throws: `RunFileError` for content that cannot be read or unpacked.
    package func read(into room: UnsafeMutableRawBufferPointer) throws(RunFileError) -> Int {
        let waiting = pending.count - pendingStart
        guard waiting > 0 else { return try next(into: room) }
        let count = min(waiting, room.count)
        pending.withUnsafeBytes {
            room.copyMemory(from: .init(rebasing: $0[pendingStart..<pendingStart + count]))
        }
        pendingStart += count
        if pendingStart == pending.count { (pending, pendingStart) = ([], 0) }
        return count
    }

    /// Reads all that is left.
    ///
    /// - Parameter limit: Most bytes allowed.
    /// - Returns: The bytes.
    /// - Throws: `RunFileError.Kind.tooLarge` beyond the limit.
    package func readAll(limit: Int) throws(RunFileError) -> [UInt8] {
        guard size <= limit else { throw RunFileError(file: name, kind: .tooLarge(limit: limit)) }
        var all: [UInt8] = []
        let room = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 20, alignment: 1)
        defer { room.deallocate() }
        while true {
            let made = try read(into: room)
            guard made > 0 else { return all }
            guard all.count + made <= limit else {
                throw RunFileError(file: name, kind: .tooLarge(limit: limit))
            }
            all += room[..<made]
        }
    }

    private func next(into room: UnsafeMutableRawBufferPointer) throws(RunFileError) -> Int {
        var made = 0
        if let unpacker {
            do {
                made = try unpacker.read(into: room)
            } catch {
                throw fault(error)
            }
        } else if utf16 != nil {
            made = utf16?.read(into: room) { raw.read(into: $0) } ?? 0
        } else {
            made = raw.read(into: room)
        }
        if let reason = raw.failure {
            throw RunFileError(file: name, kind: .unreadable(reason: reason))
        }
        total += made
        guard total <= limit else { throw fault(.tooLarge) }
        return made
    }

    private func fault(_ error: GzipError) -> RunFileError {
        RunFileError(file: name, kind: error == .tooLarge ? .tooLarge(limit: limit) : .damagedGzip)
    }
}

/// Bytes as they lie in memory or behind a file descriptor, which is closed with the value.
private final class RawBytes {
    private let descriptor: Int32?
    /// All bytes, or those looked at ahead of a descriptor.
    private(set) var peeked: ArraySlice<UInt8>
    /// Why reading ended early.
    private(set) var failure: String?

    init(bytes: [UInt8]) {
        descriptor = nil
        peeked = bytes[...]
    }

    init(descriptor: Int32) {
        self.descriptor = descriptor
        peeked = []
    }

    deinit {
        if let descriptor { close(descriptor) }
    }

    /// Looks at the first bytes of a descriptor.
    func peek(_ count: Int) {
        guard descriptor != nil else { return }
        let room = UnsafeMutableRawBufferPointer.allocate(byteCount: count, alignment: 1)
        defer { room.deallocate() }
        while peeked.count < count {
            let made = readDescriptor(into: .init(rebasing: room[..<(count - peeked.count)]))
            guard made > 0 else { return }
            peeked += room[..<made]
        }
    }

    /// Drops bytes that were looked at.
    func skip(_ count: Int) { peeked = peeked.dropFirst(count) }

    func read(into room: UnsafeMutableRawBufferPointer) -> Int {
        guard !peeked.isEmpty else { return readDescriptor(into: room) }
        let count = min(peeked.count, room.count)
        peeked.prefix(count).withUnsafeBytes { room.copyMemory(from: $0) }
        peeked = peeked.dropFirst(count)
        return count
    }

    private func readDescriptor(into room: UnsafeMutableRawBufferPointer) -> Int {
        guard let descriptor, failure == nil else { return 0 }
        while true {
            let made = Foundation.read(descriptor, room.baseAddress, min(room.count, 1 << 30))
            if made >= 0 { return made }
            guard errno == EINTR else {
                failure = errno == EISDIR ? "it is a folder" : String(cString: strerror(errno))
                return 0
            }
        }
    }
}
