import Foundation
import Testing

/// Rules about the sources themselves that no compiler checks.
@Suite struct SourceTests {
    private static let root = URL(fileURLWithPath: #filePath).resolvingSymlinksInPath()
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

    private static func swiftFiles(_ folder: String) throws -> [URL] {
        let files = FileManager.default.enumerator(
            at: root.appendingPathComponent(folder), includingPropertiesForKeys: nil)
        let all = try #require(files)
        return all.compactMap { $0 as? URL }.filter { $0.pathExtension == "swift" }
    }

    private static func lines(_ file: URL) throws -> [Substring] {
        try String(contentsOf: file, encoding: .utf8)
            .split(separator: "\n", omittingEmptySubsequences: false)
    }

    private static func imports(_ file: URL) throws -> [String] {
        try lines(file).compactMap { line in
            let words = line.split(separator: " ")
            guard let position = words.firstIndex(of: "import"), position <= 2,
                !line.hasPrefix("/"), position + 1 < words.count
            else { return nil }
            return String(words[position + 1])
        }
    }

    @Test func `no file is longer than 600 lines`() throws {
        let files = try Self.swiftFiles("Sources")
        let lengths = try files.map { try Self.lines($0).count }.sorted()
        try #require(lengths.count > 100)
        for file in try files + Self.swiftFiles("Tests") where try Self.lines(file).count > 600 {
            Issue.record("\(file.lastPathComponent) is longer than 600 lines")
        }
    }

    /// What a target must never know, whatever its declared dependencies say.
    @Test(arguments: [
        (
            "Plots",
            ["Laws", "Schedules", "Fitting", "HTTP", "Store", "API", "FoundationNetworking"]
        ),
        ("JSONText", ["Foundation", "Laws", "Imports", "HTTP", "API"]),
        ("HTTP", ["GRDB", "Store", "API", "Laws", "Fitting"]),
        ("Store", ["HTTP", "Laws", "Fitting", "API"]),
        ("Laws", ["HTTP", "GRDB", "Store", "Fitting", "FoundationNetworking"]),
        ("LeastSquares", ["HTTP", "GRDB", "Store", "Laws", "Schedules", "FoundationNetworking"]),
        ("Schedules", ["HTTP", "GRDB", "Store", "Laws", "LeastSquares", "FoundationNetworking"]),
        ("Fitting", ["HTTP", "GRDB", "Store", "API", "Imports", "FoundationNetworking"]),
        ("Plans", ["HTTP", "GRDB", "Store", "API", "Imports", "FoundationNetworking"]),
        ("Imports", ["HTTP", "Store", "API", "Fitting", "FoundationNetworking"]),
    ])
    func `nothing imports upwards`(target: String, forbidden: [String]) throws {
        for file in try Self.swiftFiles("Sources/\(target)") {
            let broken = Set(try Self.imports(file)).intersection(forbidden)
            #expect(broken.isEmpty, "\(file.lastPathComponent)")
        }
    }

    @Test func `the files that the README names exist`() throws {
        let readme = try String(
            contentsOf: Self.root.appendingPathComponent("README.md"), encoding: .utf8)
        let links = readme.matches(of: /\]\(([A-Za-z][^):#]*)\)/).map { String($0.1) }
        #expect(links.count > 5)
        for link in links where !link.hasPrefix("http") {
            let path = Self.root.appendingPathComponent(link).path
            #expect(FileManager.default.fileExists(atPath: path), "\(link)")
        }
    }
}
