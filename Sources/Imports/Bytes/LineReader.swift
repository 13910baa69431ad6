import Foundation

/// Lines of a text one at a time, in one buffer.
///
/// LF, CR LF and a CR alone end a line (progress bars write the last); a byte order mark is
/// skipped. Only LF and CR LF count as lines, as editors count them.
package final class LineReader {
    /// Longest line; what has longer ones is no log.
    package static let longestLine = 1 << 26

    private let source: ByteSource
    private var buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 18, alignment: 1)
    /// Filled part of the buffer.
    private var end = 0
    /// The beginning of the next line.
    private var position = 0
    private var lineRange = 0..<0
    private var isAtEnd = false
    private var endedWithLineFeed = true
    private var isFirst = true
    private let maximumLines: Int

    /// The number of the current line, from 1.
    package private(set) var number = 0
    /// True when the current line has its line end; the last of a file being written may not.
    package private(set) var isComplete = false

    package init(_ source: ByteSource) {
        self.source = source
        // The header of a table and the end behind the last line are no points.
        maximumLines = source.maximumLines == .max ? .max : source.maximumLines + 2
    }

    deinit { buffer.deallocate() }

    package var name: String { source.name }

    /// The current line without its end; valid until `next` is called.
    package var line: ByteText {
        UnsafeRawBufferPointer(rebasing: buffer[lineRange]).assumingMemoryBound(to: UInt8.self)
    }

    /// Moves to the next line.
    ///
    /// - Returns: False after the last.
    /// - Throws: `RunFileError` for content that cannot be read, or a line beyond all bounds.
    package func next() throws(RunFileError) -> Bool {
        if isFirst {
            isFirst = false
            while end < 3, !isAtEnd { try fill() }
            if end >= 3, buffer[0] == 0xEF, buffer[1] == 0xBB, buffer[2] == 0xBF { position = 3 }
        }
        var searched = position
        if endedWithLineFeed { number += 1 }
        guard number <= maximumLines else {
            throw RunFileError(file: name, kind: .tooManyLines(limit: maximumLines))
        }
        while true {
            if let stop = lineEnd(from: searched) {
                return try take(upTo: stop)
            }
            guard !isAtEnd else { break }
            searched = max(position, end - 1)
            let moved = position
            try fill()
            searched -= moved - position
        }
        guard position < end else { return false }
        lineRange = position..<end
        position = end
        isComplete = false
        return true
    }

    /// Joins the current line with the next one, for a quoted field that goes on after a line end.
    ///
    /// - Returns: False where there is no next line.
    /// - Throws: As `next`.
    func joinNext() throws(RunFileError) -> Bool {
        let start = lineRange.lowerBound
        let length = position - start
        // The line stays in the buffer while what follows is searched.
        position = start
        var searched = start + length
        while true {
            if let stop = lineEnd(from: searched) {
                number += 1
                return try take(upTo: stop)
            }
            guard !isAtEnd else { break }
            searched = max(position, end - 1)
            let moved = position
            try fill()
            searched -= moved - position
        }
        lineRange = position..<end
        let hasMore = end > position + length
        position = end
        isComplete = false
        return hasMore
    }

    private func lineEnd(from start: Int) -> Int? {
        guard start < end, let base = buffer.baseAddress else { return nil }
        let feed = memchr(base + start, Int32(UInt8.lineFeed), end - start)
            .map { UnsafeRawPointer($0) - UnsafeRawPointer(base) }
        let limit = feed ?? end
        if let found = memchr(base + start, Int32(UInt8.carriageReturn), limit - start) {
            let place = UnsafeRawPointer(found) - UnsafeRawPointer(base)
            // Only the next byte tells CR from CR LF.
            if place + 1 < end || isAtEnd { return place }
            return nil
        }
        return feed
    }

    private func take(upTo stop: Int) throws(RunFileError) -> Bool {
        lineRange = position..<stop
        isComplete = true
        let isPair =
            buffer[stop] == .carriageReturn && stop + 1 < end && buffer[stop + 1] == .lineFeed
        endedWithLineFeed = buffer[stop] == .lineFeed || isPair
        position = stop + (isPair ? 2 : 1)
        return true
    }

    /// Reads more after what is there, moving the unread part to the front.
    private func fill() throws(RunFileError) {
        if position > 0, let base = buffer.baseAddress {
            memmove(base, base + position, end - position)
            end -= position
            position = 0
        }
        if end == buffer.count {
            guard end < Self.longestLine else {
                throw RunFileError(
                    file: name, place: .init(line: number),
                    kind: .notALog("has a line of more than \(Self.longestLine >> 20) MiB"))
            }
            let larger = UnsafeMutableRawBufferPointer.allocate(
                byteCount: buffer.count * 4, alignment: 1)
            larger.copyMemory(from: UnsafeRawBufferPointer(rebasing: buffer[..<end]))
            buffer.deallocate()
            buffer = larger
        }
        let made = try source.read(into: .init(rebasing: buffer[end...]))
        if made == 0 { isAtEnd = true }
        end += made
    }
}
