/// Sentences for what is often given in place of a log.
enum ForeignContent {
    /// The name of content that can be no log; nil where it may be one.
    ///
    /// - Parameter head: The beginning of the file.
    /// - Returns: The rest of a sentence that begins with the file's name.
    static func sentence(for head: LogHead) -> String? {
        let bytes = head.bytes
        if head.hasPrefix("version https://git-lfs.github.com/spec/") {
            return gitPointer(head)
        }
        for (magic, what) in magics where bytes.starts(with: magic) { return what }
        if bytes.count > 262, bytes[257..<262].elementsEqual("ustar".utf8) {
            return "is a tar archive; unpack it and import the logs inside"
        }
        if isPickle(bytes) {
            return "is a Python pickle (a checkpoint or saved state), not a log"
        }
        let beginning = String(decoding: bytes.prefix(200), as: UTF8.self).lowercased()
            .drop { $0.isWhitespace }
        if beginning.hasPrefix("<!doctype html") || beginning.hasPrefix("<html") {
            return "is a web page, not a log; download the file itself"
        }
        if beginning.hasPrefix("<?xml") || beginning.hasPrefix("<svg") {
            return "is XML, not a log"
        }
        if head.first == UInt8(ascii: "{"), head.contains("\"nbformat\"") {
            return "is a Jupyter notebook, not a log; export what it logged"
        }
        let sample = bytes.prefix(4_096)
        let odd = sample.count {
            $0 == 0
                || ($0 < 0x20 && !$0.isBlank && !$0.isLineEnd && $0 != 0x1B
                    && $0 != TerminalText.backspace)
        }
        if !sample.isEmpty, sample.allSatisfy({ $0 == 0 }) {
            return "begins with \(sample.count) NUL bytes: it is no log, or its content was lost"
        }
        // A console log may hold a few control bytes; data is full of them.
        if odd * 20 > sample.count {
            return "is binary data of no kind that is known here, not a log"
        }
        return nil
    }

    private static func gitPointer(_ head: LogHead) -> String {
        var size = ""
        head.lines { line in
            if let rest = line.dropping("size ") { size = " of \(rest.trimmed.string) bytes" }
        }
        return "is a Git LFS pointer\(size), not the file; fetch it with `git lfs pull`"
    }

    /// Protocol 2 to 5, which begin with their number, or a torch archive's older form.
    private static func isPickle(_ bytes: [UInt8]) -> Bool {
        guard bytes.count > 2, bytes[0] == 0x80 else { return false }
        return (2...5).contains(bytes[1])
    }

    private static let magics: [([UInt8], String)] = [
        ([0xFF, 0xFE], "is not UTF-8; save it as UTF-8"),
        ([0xFE, 0xFF], "is not UTF-8; save it as UTF-8"),
        ([0x89, 0x50, 0x4E, 0x47], "is a PNG image, not a log"),
        ([0xFF, 0xD8, 0xFF], "is a JPEG image, not a log"),
        (Array("GIF8".utf8), "is a GIF image, not a log"),
        (Array("RIFF".utf8), "is an image or a sound, not a log"),
        (Array("%PDF".utf8), "is a PDF, not a log"),
        (
            Array("PK\u{3}\u{4}".utf8),
            "is a zip archive (as torch checkpoints, .npz and .xlsx are too), not a log; "
                + "unpack it and import the logs inside"
        ),
        (
            [0xFD, 0x37, 0x7A, 0x58, 0x5A],
            "is packed with xz; unpack it first, or pack it with gzip"
        ),
        (Array("BZh".utf8), "is packed with bzip2; unpack it first, or pack it with gzip"),
        ([0x28, 0xB5, 0x2F, 0xFD], "is packed with zstd; unpack it first, or pack it with gzip"),
        ([0x37, 0x7A, 0xBC, 0xAF], "is a 7-Zip archive; unpack it and import the logs inside"),
        ([0x89, 0x48, 0x44, 0x46], "is an HDF5 file, not a log"),
        ([0x93] + Array("NUMPY".utf8), "is a NumPy array, not a log"),
        (Array("PAR1".utf8), "is a Parquet file; save it as CSV"),
        (Array("ARROW1".utf8), "is an Arrow file; save it as CSV"),
        (Array("GGUF".utf8), "is a model's weights, not a log"),
        ([0x7F, 0x45, 0x4C, 0x46], "is a program, not a log"),
    ]
}
