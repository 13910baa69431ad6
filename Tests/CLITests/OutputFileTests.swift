import Foundation
import Testing

@testable import isoloss

/// Where results go: regular files, links, FIFOs, and files that may not grow.
@Suite struct OutputFileTests {
    let folder: TemporaryFolder

    init() throws {
        folder = try TemporaryFolder()
    }

    private func path(_ name: String) -> String { folder.url(name).path }

    private func mode(_ name: String) throws -> Int {
        let attributes = try FileManager.default.attributesOfItem(atPath: path(name))
        return try #require(attributes[.posixPermissions] as? Int)
    }

    private func kind(_ name: String) throws -> mode_t {
        var status = stat()
        try #require(lstat(path(name), &status) == 0)
        return status.st_mode & S_IFMT
    }

    @Test func `a file is made, and not replaced unless one says so`() throws {
        try OutputFile(path: path("a"), replaces: false).write(Array("one".utf8))
        #expect(try folder.text("a") == "one")
        let again = OutputFile(path: path("a"), replaces: false)
        #expect(throws: UsageError.outputExists(path("a"))) { try again.check() }
        #expect(throws: UsageError.outputExists(path("a"))) { try again.write([]) }
        try OutputFile(path: path("a"), replaces: true).write(Array("two".utf8))
        #expect(try folder.text("a") == "two")
        #expect(try folder.names() == ["a"])
    }

    @Test(arguments: [0o600, 0o640, 0o444])
    func `a replaced file keeps its mode`(mode: Int) throws {
        try folder.write("a", "old")
        try FileManager.default.setAttributes(
            [.posixPermissions: mode], ofItemAtPath: path("a"))
        try OutputFile(path: path("a"), replaces: true).write(Array("new".utf8))
        #expect(try folder.text("a") == "new")
        #expect(try self.mode("a") == mode)
    }

    @Test func `a link stays, and what it leads to is written`() throws {
        try folder.write("sub/target", "old")
        try FileManager.default.createSymbolicLink(
            atPath: path("link"), withDestinationPath: "sub/target")
        try FileManager.default.createSymbolicLink(
            atPath: path("chain"), withDestinationPath: path("link"))
        try OutputFile(path: path("chain"), replaces: true).write(Array("new".utf8))
        #expect(try kind("link") == S_IFLNK)
        #expect(try kind("chain") == S_IFLNK)
        #expect(try folder.text("sub/target") == "new")
    }

    @Test func `a link to nothing yet leads to a new file`() throws {
        try FileManager.default.createSymbolicLink(
            atPath: path("link"), withDestinationPath: "later")
        try OutputFile(path: path("link"), replaces: true).write(Array("new".utf8))
        #expect(try kind("link") == S_IFLNK)
        #expect(try folder.text("later") == "new")
    }

    @Test func `a FIFO is written into, and stays one`() throws {
        try #require(mkfifo(path("pipe"), 0o600) == 0)
        let reader = Process()
        let out = folder.url("out")
        try Data().write(to: out)
        reader.executableURL = URL(fileURLWithPath: "/bin/cat")
        reader.arguments = [path("pipe")]
        reader.standardOutput = try FileHandle(forWritingTo: out)
        try reader.run()
        let text = String(repeating: "fit ", count: 50_000)
        try OutputFile(path: path("pipe"), replaces: true).write(Array(text.utf8))
        reader.waitUntilExit()
        #expect(try folder.text("out") == text)
        #expect(try kind("pipe") == S_IFIFO)
    }

    @Test func `a folder and a missing folder are refused by name`() throws {
        #expect(throws: UsageError.unwritable(folder.root.path, reason: "it is a folder")) {
            try OutputFile(path: folder.root.path, replaces: true).check()
        }
        for replaces in [false, true] {
            #expect(
                throws: UsageError.unwritable(
                    path("none/a"), reason: "there is no such folder")
            ) {
                try OutputFile(path: path("none/a"), replaces: replaces).write([1])
            }
        }
    }

    // MARK: The program

    private func shell(_ script: String) throws -> (code: Int32, error: String) {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/bin/sh")
        process.arguments = ["-c", script, Program.executable.path]
        process.currentDirectoryURL = folder.root
        process.environment = Program.environment()
        process.standardInput = FileHandle.nullDevice
        process.standardOutput = FileHandle.nullDevice
        let pipe = Pipe()
        process.standardError = pipe
        try process.run()
        let error = pipe.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        return (process.terminationStatus, String(decoding: error, as: UTF8.self))
    }

    private static let fit = """
        {"law":"chinchilla","parameters":[{"name":"irreducible_loss","value":1.8},
        {"name":"parameter_coefficient","value":480},{"name":"token_coefficient","value":2100},
        {"name":"parameter_exponent","value":0.35},{"name":"token_exponent","value":0.37}]}
        """
    private static let question = "--parameter-count 1e9 --token-count 1e10 --format json"

    @Test func `a file that may not grow is one clear line`() throws {
        let (code, error) = try shell("ulimit -f 1; \"$0\" schedules > answer")
        #expect(code == 1)
        #expect(error == "error: cannot write the answer: File too large.\n")
    }

    @Test func `a fit is read from standard input and from a FIFO`() throws {
        try folder.write("fit.json", Self.fit)
        try #require(mkfifo(path("pipe"), 0o600) == 0)
        for script in [
            "\"$0\" predict --fit /dev/stdin \(Self.question) < fit.json",
            "cat fit.json > pipe & \"$0\" predict --fit pipe \(Self.question)",
        ] {
            let (code, error) = try shell(script)
            #expect(code == 0, "\(error)")
        }
    }

    @Test func `a file that is no fit is refused before it fills the memory`() throws {
        // 4 GiB that take no room on the disk; a shell's limit would stop whoever reads it all.
        let (code, error) = try shell(
            "truncate -s 4G zeros; ulimit -v 8000000; \"$0\" predict --fit zeros \(Self.question)")
        #expect(code == 2)
        #expect(error.hasPrefix("error: zeros is not a fit: it is not JSON;"), "\(error)")
    }

    @Test func `what a file says cannot move the cursor`() throws {
        try folder.write(
            "fit.json", #"{"law":"x\u001b]0;owned\u0007","parameters":[]}"#)
        let (code, error) = try shell("\"$0\" predict --fit fit.json \(Self.question)")
        #expect(code == 2)
        #expect(error.contains(#"x\u001b]0;owned\u0007"#), "\(error)")
        #expect(!error.unicodeScalars.contains("\u{1b}"))
    }
}
