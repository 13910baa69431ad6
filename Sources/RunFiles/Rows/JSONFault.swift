import Foundation

/// Why and where a text is not JSON.
///
/// `JSONDecoder` only says that it is not; `JSONSerialization` ends its reason with the place,
/// "around character 12", counted from 0.
struct JSONFault {
    /// The middle of a sentence.
    let reason: String
    /// From 1; nil where no place is known, as at the end of the text.
    let line: Int?

    init(_ data: Data) {
        do {
            _ = try JSONSerialization.jsonObject(with: data, options: .fragmentsAllowed)
            reason = "it is nested too deeply"
            line = nil
        } catch {
            let description = (error as NSError).userInfo["NSDebugDescription"] as? String
            var text = description ?? "unexpected text"
            if text.hasSuffix(".") { text.removeLast() }
            reason = text.prefix(1).lowercased() + text.dropFirst()
            let offset = text.split(separator: " ").last.flatMap { Int($0) }
            line = offset.map { data.prefix($0).count { $0 == .lineFeed } + 1 }
        }
    }
}
