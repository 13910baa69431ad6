import Foundation
import Plots

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
