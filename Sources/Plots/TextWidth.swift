/// About how wide a text will be, for placing what stands beside it.
///
/// The reader's font is not known; these are the widths of a wide common one (DejaVu Sans), so that
/// others leave some air.
enum TextWidth {
    private static let narrow = Set("iljtfrI.,:;'|()[]!1 /")
    private static let wide = Set("mwMW@%—…×")

    static func of(_ text: String, size: Double) -> Double {
        size
            * text.reduce(0) { sum, character in
                sum + (narrow.contains(character) ? 0.42 : wide.contains(character) ? 0.95 : 0.63)
            }
    }

    /// The text with its middle left out where it is wider than there is room for.
    static func fitted(_ text: String, size: Double, into width: Double) -> String {
        guard of(text, size: size) > width else { return text }
        let characters = Array(text)
        var kept = characters.count - 1
        while kept > 2 {
            let head = characters.prefix(kept - kept / 3)
            let short = String(head) + "…" + String(characters.suffix(kept / 3))
            if of(short, size: size) <= width { return short }
            kept -= 1
        }
        return "…"
    }
}
