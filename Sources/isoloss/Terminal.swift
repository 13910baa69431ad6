import Dispatch
import Foundation
package import Plots
import Synchronization

extension TerminalStyle {
    /// The style of standard output, from the terminal's size and the locale.
    static var current: TerminalStyle {
        TerminalStyle(
            width: Self.width(of: STDOUT_FILENO),
            isUnicode: isUnicode(environment: ProcessInfo.processInfo.environment))
    }

    /// True when the locale's encoding is UTF-8; the first of the three that is set decides, as in C.
    package static func isUnicode(environment: [String: String]) -> Bool {
        for name in ["LC_ALL", "LC_CTYPE", "LANG"] {
            guard let value = environment[name], !value.isEmpty else { continue }
            let lowered = value.lowercased()
            return lowered.contains("utf-8") || lowered.contains("utf8")
        }
        return false
    }

    /// The columns of the terminal behind a file descriptor, or the standard width.
    package static func width(of descriptor: Int32) -> Int {
        var size = winsize()
        guard isatty(descriptor) == 1, ioctl(descriptor, UInt(TIOCGWINSZ), &size) == 0,
            size.ws_col >= 40
        else { return standardWidth }
        return Int(size.ws_col)
    }
}

/// One line that says how far work is.
package struct ProgressBar {
    package var title: String
    /// The fraction done, 0 to 1; nil where the work cannot know.
    package var fraction: Double?
    /// A further word, such as the start that is running.
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
        return String(VisibleText.escaped(parts.joined(separator: "  ")).prefix(style.width - 1))
    }
}

/// Shows a progress bar on standard error while work takes longer than a second.
///
/// Nothing is shown when standard error is no terminal, so that logs of scripts stay clean.
final class ProgressReporter: Sendable {
    private struct State {
        var bar: ProgressBar
        var isShown = false
        var isFinished = false
    }

    private let state: Mutex<State>
    private let began = ContinuousClock.now
    private let style: TerminalStyle

    private init(title: String) {
        state = Mutex(State(bar: ProgressBar(title: title, elapsedSeconds: 0)))
        style = TerminalStyle(
            width: TerminalStyle.width(of: STDERR_FILENO),
            isUnicode: TerminalStyle.current.isUnicode)
    }

    /// Does work under a progress bar.
    ///
    /// - Parameters:
    ///   - title: What is being done, as in `fitting lr-annealing`.
    ///   - work: The work; it may tell the reporter how far it is.
    /// - Returns: What the work returns.
    /// - Throws: What the work throws.
    static func during<Answer, Failure: Error>(
        _ title: String, work: (ProgressReporter) throws(Failure) -> Answer
    ) throws(Failure) -> Answer {
        let reporter = ProgressReporter(title: title)
        guard isatty(STDERR_FILENO) == 1 else { return try work(reporter) }
        let timer = DispatchSource.makeTimerSource(queue: .global(qos: .utility))
        timer.schedule(deadline: .now() + 1, repeating: .milliseconds(200))
        timer.setEventHandler { reporter.draw() }
        timer.activate()
        defer {
            timer.cancel()
            reporter.erase()
        }
        return try work(reporter)
    }

    /// Tells how much is done, 0 to 1.
    func update(fraction: Double) {
        state.withLock { $0.bar.fraction = fraction }
    }

    /// Tells what is being done at the moment.
    func update(note: String) {
        state.withLock { $0.bar.note = note }
    }

    private func draw() {
        state.withLock { state in
            guard !state.isFinished else { return }
            state.isShown = true
            state.bar.elapsedSeconds = (ContinuousClock.now - began) / .seconds(1)
            write("\r\u{1B}[K" + state.bar.line(style: style))
        }
    }

    private func erase() {
        state.withLock { state in
            // A draw that waits for the lock must not come after the erasure.
            state.isFinished = true
            if state.isShown { write("\r\u{1B}[K") }
        }
    }

    private func write(_ text: String) {
        FileHandle.standardError.write(Data(text.utf8))
    }
}
