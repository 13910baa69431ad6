import CZlib
import Foundation
import Imports
import Records

/// Reads a text as a file of that name.
func imported(
    _ text: String, name: String = "run.csv", options: ImportOptions = ImportOptions()
) throws(RunFileError) -> ImportedFile {
    try LogImporter.file(bytes: Array(text.utf8), name: name, options: options)
}

extension ImportedFile {
    /// The only run.
    var run: ImportedRun {
        get throws {
            guard runs.count == 1 else { throw RunFileError(file: path, kind: .noRows) }
            return runs[0]
        }
    }

    /// How many were left out for a reason that contains some words.
    func skips(_ words: String) -> Int {
        skipped.filter { $0.reason.contains(words) }.map(\.count).reduce(0, +)
    }
}

func curve(_ text: String, name: String = "run.csv") throws(RunFileError) -> CurveFile {
    try RunFileReader.readCurve(bytes: Array(text.utf8), name: name)
}

func table(_ text: String, name: String = "table.csv") throws(RunFileError) -> TableFile {
    try RunFileReader.readTable(bytes: Array(text.utf8), name: name)
}

/// The error that reading throws; nil if it throws none.
func fault<Value>(_ reading: () throws(RunFileError) -> Value) -> RunFileError? {
    do {
        _ = try reading()
        return nil
    } catch {
        return error
    }
}

/// Packs bytes as one gzip member.
func gzip(_ bytes: [UInt8]) -> [UInt8] {
    var stream = z_stream()
    deflateInit2_(
        &stream, Z_BEST_SPEED, Z_DEFLATED, 16 + 15, 8, Z_DEFAULT_STRATEGY, zlibVersion(),
        Int32(MemoryLayout<z_stream>.size))
    defer { deflateEnd(&stream) }
    var output = [UInt8](repeating: 0, count: bytes.count + 1_000)
    var input = bytes
    let count = input.withUnsafeMutableBufferPointer { source in
        output.withUnsafeMutableBufferPointer { target in
            stream.next_in = source.baseAddress
            stream.avail_in = UInt32(source.count)
            stream.next_out = target.baseAddress
            stream.avail_out = UInt32(target.count)
            deflate(&stream, Z_FINISH)
            return target.count - Int(stream.avail_out)
        }
    }
    return Array(output[..<count])
}

/// A folder of its own for one test, removed with the value's last reference.
final class TemporaryFolder: Sendable {
    let url = FileManager.default.temporaryDirectory.appending(path: "runs-\(UUID().uuidString)")

    init() throws {
        try FileManager.default.createDirectory(at: url, withIntermediateDirectories: false)
    }

    deinit {
        try? FileManager.default.removeItem(at: url)
    }

    /// Writes a file and returns its path.
    @discardableResult
    func write(_ text: String, _ name: String) throws -> String {
        try Data(text.utf8).write(to: url.appending(path: name))
        return path(name)
    }

    func path(_ name: String) -> String { url.appending(path: name).path }
}
