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

    @Test func `no file is longer than 600 lines, and the median is no crumb`() throws {
        let files = try Self.swiftFiles("Sources")
        let lengths = try files.map { try Self.lines($0).count }.sorted()
        try #require(lengths.count > 100)
        // Many small files are as hard to find one's way in as one large one.
        #expect(lengths[lengths.count / 2] >= 80, "the median of files")
        for file in try files + Self.swiftFiles("Tests") where try Self.lines(file).count > 600 {
            Issue.record("\(file.lastPathComponent) is longer than 600 lines")
        }
    }

    @Test func `a file under 30 lines holds a type of its own`() throws {
        let declaration =
            /^(?:(?:package|public|internal|private|fileprivate|final|indirect) )*(?:struct|class|enum|protocol|actor) \w/
            .anchorsMatchLineEndings()
        for file in try Self.swiftFiles("Sources") {
            let text = try String(contentsOf: file, encoding: .utf8)
            guard text.split(separator: "\n", omittingEmptySubsequences: false).count < 30 else {
                continue
            }
            #expect(text.contains(declaration), "\(file.lastPathComponent) is a crumb")
        }
    }

    @Test func `no two files have one name`() throws {
        var places: [String: [URL]] = [:]
        for file in try Self.swiftFiles("Sources") {
            places[file.lastPathComponent, default: []].append(file)
        }
        for (name, files) in places { #expect(files.count == 1, "\(name): \(files.map(\.path))") }
    }

    /// A comment that begins with the thing reads in one go; one that begins with What does not.
    @Test func `doc comments begin with a noun, not with What`() throws {
        for file in try Self.swiftFiles("Sources") {
            let lines = try Self.lines(file)
            for (index, line) in lines.enumerated() {
                let text = line.drop { $0 == " " }
                let isFirst =
                    index == 0 || !lines[index - 1].drop { $0 == " " }.hasPrefix("///")
                guard isFirst, text.hasPrefix("/// ") else { continue }
                let word = text.dropFirst(4).prefix { $0.isLetter }
                #expect(
                    !["What", "Whether", "Where", "How", "Those"].contains(String(word)),
                    "\(file.lastPathComponent):\(index + 1)")
            }
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
