import Glibc

/// The Date field's value (RFC 9110, section 5.6.7), composed once per second.
struct HTTPDate: Sendable {
    private var second = -1
    private(set) var text = ""

    init() {
        refresh()
    }

    /// Brings the text up to the wall clock.
    mutating func refresh() {
        let now = time(nil)
        guard now != second else { return }
        second = now
        text = Self.text(secondsSince1970: now)
    }

    /// The IMF-fixdate of a time: `Sun, 06 Nov 1994 08:49:37 GMT`, in English in every locale.
    static func text(secondsSince1970 seconds: Int) -> String {
        var seconds = seconds
        var parts = tm()
        gmtime_r(&seconds, &parts)
        let day = days[Int(parts.tm_wday)]
        let month = months[Int(parts.tm_mon)]
        let date = "\(padded(parts.tm_mday)) \(month) \(parts.tm_year + 1900)"
        let clock = [parts.tm_hour, parts.tm_min, parts.tm_sec].map(padded)
        return "\(day), \(date) \(clock.joined(separator: ":")) GMT"
    }

    private static func padded(_ number: Int32) -> String {
        number < 10 ? "0\(number)" : "\(number)"
    }

    private static let days = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"]
    private static let months = [
        "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
    ]
}
