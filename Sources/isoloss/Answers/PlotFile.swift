import Foundation
import Plots

/// A file with a chart: SVG as it is, PNG through `rsvg-convert`.
struct PlotFile {
    /// Pixels of a PNG per pixel of the chart, for screens of today.
    private static let zoom = 2
    private static let converter = "rsvg-convert"

    private let path: String
    /// The program that makes PNG; nil for SVG.
    private let converter: URL?

    /// Checks the file's kind and what it needs.
    ///
    /// - Parameter path: The file, `.svg` or `.png`.
    /// - Throws: `UsageError.plotFormat`, `UsageError.noConverter`.
    init(_ path: String) throws(UsageError) {
        self.path = path
        switch URL(fileURLWithPath: path).pathExtension.lowercased() {
        case "svg": converter = nil
        case "png":
            guard let program = Self.find(Self.converter) else {
                throw .noConverter(path, program: Self.converter)
            }
            converter = program
        default: throw .plotFormat(path)
        }
    }

    /// Draws a chart.
    ///
    /// - Parameter chart: The chart.
    /// - Throws: `UsageError.unwritable`.
    func write(_ chart: LineChart) throws(UsageError) {
        guard let converter else {
            return try write(chart.svg(), to: URL(fileURLWithPath: path))
        }
        let source = FileManager.default.temporaryDirectory.appendingPathComponent(
            "isoloss-\(UUID().uuidString).svg")
        // The converter asks nobody which colours the reader's screen has.
        try write(chart.svg(theme: .light), to: source)
        defer { try? FileManager.default.removeItem(at: source) }
        let process = Process()
        process.executableURL = converter
        process.arguments = [
            "--format", "png", "--zoom", "\(Self.zoom)", "--output", path, source.path,
        ]
        process.standardInput = FileHandle.nullDevice
        do {
            try process.run()
        } catch {
            throw .unwritable(path, reason: "\(Self.converter) cannot be run")
        }
        process.waitUntilExit()
        guard process.terminationStatus == 0 else {
            throw .unwritable(
                path, reason: "\(Self.converter) ended with status \(process.terminationStatus)")
        }
    }

    private func write(_ text: String, to file: URL) throws(UsageError) {
        do {
            try Data(text.utf8).write(to: file, options: .atomic)
        } catch {
            throw .unwritable(file.path, reason: error.localizedDescription)
        }
    }

    private static func find(_ program: String) -> URL? {
        let folders = ProcessInfo.processInfo.environment["PATH"]?.split(separator: ":") ?? []
        return folders.map { URL(fileURLWithPath: String($0)).appendingPathComponent(program) }
            .first { FileManager.default.isExecutableFile(atPath: $0.path) }
    }
}
