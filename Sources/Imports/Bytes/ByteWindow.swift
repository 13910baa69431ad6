import Foundation

/// The next bytes of a source as one piece, for formats of framed records.
final class ByteWindow {
    private let source: ByteSource
    private var buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 18, alignment: 8)
    private var start = 0
    private var end = 0
    private var isAtEnd = false

    init(_ source: ByteSource) {
        self.source = source
    }

    deinit { buffer.deallocate() }

    /// Bytes that are left in the buffer, when the source has no more.
    var left: Int { end - start }

    /// Takes the next bytes; they are valid until the next call.
    ///
    /// - Parameter count: How many.
    /// - Returns: The bytes; nil where there are fewer.
    /// - Throws: `RunFileError` for content that cannot be read.
    func take(_ count: Int) throws(RunFileError) -> UnsafeRawBufferPointer? {
        while end - start < count, !isAtEnd { try fill(count) }
        guard end - start >= count else { return nil }
        defer { start += count }
        return UnsafeRawBufferPointer(rebasing: buffer[start..<start + count])
    }

    private func fill(_ count: Int) throws(RunFileError) {
        if start > 0, let base = buffer.baseAddress {
            memmove(base, base + start, end - start)
            (start, end) = (0, end - start)
        }
        if count > buffer.count {
            let larger = UnsafeMutableRawBufferPointer.allocate(
                byteCount: max(count, buffer.count * 2), alignment: 8)
            larger.copyMemory(from: UnsafeRawBufferPointer(rebasing: buffer[..<end]))
            buffer.deallocate()
            buffer = larger
        }
        let made = try source.read(into: .init(rebasing: buffer[end...]))
        if made == 0 { isAtEnd = true }
        end += made
    }
}
