import Foundation
import Imports
import JSONText
import LawTestSupport

@testable import HTTP

/// Coverage-guided fuzzing of everything that reads foreign bytes: `Tests/fuzz.sh [seconds]`.
///
/// `isoloss-fuzz TARGET [libFuzzer options and corpus folders]`. A trap, a disagreement or a second
/// spent on one input ends the run and leaves the input in a file.
enum FuzzTarget: String, CaseIterable {
    /// The schedule language through evaluation by every law.
    case schedule
    /// The JSON reader: what it reads, it writes and reads again.
    case json
    /// Request head and body decoder: the same however the bytes are split.
    case http
    /// Point and table decoders.
    case points
    /// Logs of every format, recognised and read as each; SQLite's own reader is not ours to try.
    case logs

    func run(_ bytes: [UInt8]) {
        switch self {
        case .schedule:
            let seed = bytes.reduce(UInt64(bytes.count)) { $0 &* 31 &+ UInt64($1) }
            if let fault = ScheduleFuzz.fault(in: bytes, seed: seed) { fatalError(fault) }
        case .json:
            guard let value = try? JSONParser.parse(bytes) else { return }
            let text = JSONWriter.bytes(of: value)
            guard let again = try? JSONParser.parse(text), JSONWriter.bytes(of: again) == text
            else { fatalError("JSON does not read back") }
        case .http:
            let whole = requests(in: [bytes[...]])
            let single = requests(in: bytes.indices.map { bytes[$0...$0] })
            // A cut anywhere, by the input itself, so that a find can be run again.
            let cut = Int(bytes.last ?? 0) % (bytes.count + 1)
            let halves = requests(in: [bytes[..<cut], bytes[cut...]])
            guard whole == single, whole == halves else {
                fatalError("requests differ by how they are split")
            }
        case .points:
            for format in RunFileFormat.allCases {
                _ = try? RunFileReader.readCurve(bytes: bytes, name: "fuzz", format: format)
                _ = try? RunFileReader.readTable(bytes: bytes, name: "fuzz", format: format)
            }
            _ = try? RunFileReader.readCurve(bytes: bytes, name: "fuzz")
        case .logs:
            guard !bytes.starts(with: Array("SQLite".utf8)) else { return }
            let names: [String?] = [nil] + LogFormatCatalog.standard.map(\.name)
            for name in names where name != "sqlite" {
                _ = try? LogImporter.file(
                    bytes: bytes, name: "fuzz", options: ImportOptions(format: name),
                    limit: 1 << 20, maximumValues: 10_000)
            }
        }
    }

    private func requests(in pieces: [ArraySlice<UInt8>]) -> [RequestParser.Output] {
        let limits = ParserLimits(
            requestLineBytes: 200, headerBytes: 400, headerCount: 8, bodyBytes: 1_000,
            chunkLineBytes: 20)
        var parser = RequestParser(limits: limits, peer: "fuzz")
        var outputs: [RequestParser.Output] = []
        for piece in pieces {
            parser.append(piece)
            reading: while true {
                let output = parser.next()
                switch output {
                case .needsBytes: break reading
                case .head: continue
                case .request: outputs.append(output)
                case .failure: return outputs + [output]
                }
            }
        }
        return outputs
    }
}

/// libFuzzer's loop, which the sanitizer links in.
@_silgen_name("LLVMFuzzerRunDriver")
func runDriver(
    _ count: UnsafeMutablePointer<CInt>,
    _ arguments: UnsafeMutablePointer<UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>?>,
    _ callback: @convention(c) (UnsafePointer<UInt8>, Int) -> CInt
) -> CInt

nonisolated(unsafe) var chosen = FuzzTarget.schedule

/// One input of the chosen target, under the name that libFuzzer's own `main` looks for at linking.
@_cdecl("LLVMFuzzerTestOneInput")
func testOneInput(_ data: UnsafePointer<UInt8>, _ size: Int) -> CInt {
    chosen.run(Array(UnsafeBufferPointer(start: data, count: size)))
    return 0
}

guard CommandLine.arguments.count > 1, let target = FuzzTarget(rawValue: CommandLine.arguments[1])
else {
    print("isoloss-fuzz \(FuzzTarget.allCases.map(\.rawValue).joined(separator: "|")) [options]")
    exit(2)
}
chosen = target
var count = CommandLine.argc
var arguments: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>? = CommandLine.unsafeArgv
// The target's name would be taken for a folder of inputs.
for index in 2..<Int(count) { arguments?[index - 1] = arguments?[index] }
count -= 1
exit(runDriver(&count, &arguments, testOneInput))
