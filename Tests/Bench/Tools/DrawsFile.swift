import Foundation

/// Which row each place of each resample holds, in a file that the peer reads.
struct DrawsFile {
    private let url: URL

    var path: String { url.path }

    init(_ draws: [Int32]) throws {
        url = FileManager.default.temporaryDirectory
            .appending(path: "isoloss-bench-\(ProcessInfo.processInfo.processIdentifier).draws")
        try draws.withUnsafeBytes { Data($0) }.write(to: url)
    }

    func remove() {
        try? FileManager.default.removeItem(at: url)
    }
}
