import Foundation

/// Where the repository lies that this program was built from.
enum SourceTree {
    static let root = URL(filePath: #filePath).deletingLastPathComponent()
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

    /// A file or folder of the repository.
    static func path(_ relative: String) -> String {
        root.appending(path: relative).path
    }
}
