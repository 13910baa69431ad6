/// The text of a run file: unpacked, and known to be UTF-8's kind.
enum RunFileText {
    /// Unpacks gzip, and refuses what is empty or in UTF-16.
    ///
    /// - Parameters:
    ///   - bytes: The file's content.
    ///   - name: Its name for errors.
    ///   - limit: Most bytes that gzip may unpack to.
    /// - Returns: Bytes of text.
    /// - Throws: `RunFileError`.
    static func text(of bytes: [UInt8], name: String, limit: Int) throws(RunFileError) -> [UInt8] {
        var text = bytes
        if Gzip.isGzip(bytes) {
            do {
                text = try Gzip.decompress(bytes, limit: limit)
            } catch {
                let isTooLarge = error == .tooLarge
                throw RunFileError(
                    file: name, kind: isTooLarge ? .tooLarge(limit: limit) : .damagedGzip)
            }
        }
        if text.starts(with: [0xFF, 0xFE]) || text.starts(with: [0xFE, 0xFF]) {
            throw RunFileError(file: name, kind: .notUTF8)
        }
        guard text.contains(where: { !$0.isBlank && !$0.isLineEnd }) else {
            throw RunFileError(file: name, kind: .empty)
        }
        return text
    }
}
