import Foundation

/// One line that says how far work is.
package struct ProgressBar {
    package var title: String
    /// How much is done, 0 to 1; nil where the work cannot know.
    package var fraction: Double?
    /// What else there is to say, such as the start that is running.
    package var note: String?
    package var elapsedSeconds: Double

    package init(
        title: String, fraction: Double? = nil, note: String? = nil, elapsedSeconds: Double
    ) {
        self.title = title
        self.fraction = fraction
        self.note = note
        self.elapsedSeconds = elapsedSeconds
    }

    /// The line, at most `style.width` wide.
    package func line(style: TerminalStyle) -> String {
        let elapsed = String(format: "%.0f s", elapsedSeconds)
        var parts = [title]
        if let fraction {
            let done = min(max(fraction, 0), 1)
            let cells = max(10, min(30, style.width - title.count - 24))
            let full = Int((done * Double(cells)).rounded(.down))
            let bar =
                String(repeating: style.isUnicode ? "█" : "#", count: full)
                + String(repeating: style.isUnicode ? "░" : ".", count: cells - full)
            parts.append("[\(bar)] \(String(format: "%3.0f %%", 100 * done))")
        }
        if let note { parts.append(note) }
        parts.append(elapsed)
        return String(parts.joined(separator: "  ").prefix(style.width - 1))
    }
}
