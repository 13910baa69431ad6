import ArgumentParser
import Foundation
import Plots

/// A drawing of what is predicted.
struct PlotOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "Draw the curve into a file, replacing it; .png needs rsvg-convert.",
            valueName: "out.svg|png"))
    var plot: String?

    @Option(
        help: ArgumentHelp(
            "Draw the measured points of this run of PATH… or of the server; its schedule and "
                + "sizes stand where none are given.",
            valueName: "id"))
    var run: String?

    /// The file to draw, checked before there is anything to draw.
    ///
    /// - Returns: The file, or nil where none is wanted.
    /// - Throws: `UsageError` for another kind of file, or where PNG cannot be written.
    func file() throws(UsageError) -> PlotFile? {
        guard let plot else { return nil }
        return try PlotFile(plot)
    }
}

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
            return try OutputFile(path: path, replaces: true).write(Array(chart.svg().utf8))
        }
        let name = FileManager.default.temporaryDirectory.path + "/isoloss-\(UUID().uuidString)"
        let (source, picture) = (name + ".svg", name + ".png")
        defer { for file in [source, picture] { unlink(file) } }
        // The converter asks nobody which colours the reader's screen has.
        try OutputFile(path: source, replaces: false).write(Array(chart.svg(theme: .light).utf8))
        let process = Process()
        process.executableURL = converter
        process.arguments = [
            "--format", "png", "--zoom", "\(Self.zoom)", "--output", picture, source,
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
        guard let bytes = FileManager.default.contents(atPath: picture) else {
            throw .unwritable(path, reason: "\(Self.converter) made no picture")
        }
        try OutputFile(path: path, replaces: true).write(Array(bytes))
    }

    private static func find(_ program: String) -> URL? {
        let folders = ProcessInfo.processInfo.environment["PATH"]?.split(separator: ":") ?? []
        return folders.map { URL(fileURLWithPath: String($0)).appendingPathComponent(program) }
            .first { FileManager.default.isExecutableFile(atPath: $0.path) }
    }
}
