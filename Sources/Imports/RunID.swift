/// The contract's run ids: 1 to 128 of `A–Z a–z 0–9 . _ -`.
package enum RunID {
    static let rule = "must be 1 to 128 of the characters A-Z a-z 0-9 . _ -"

    package static func isValid(_ id: String) -> Bool {
        (1...128).contains(id.utf8.count) && id.unicodeScalars.allSatisfy(isAllowed)
    }

    /// An id from any text: other characters become underscores.
    static func make(from text: String) -> String {
        let id = String(
            String.UnicodeScalarView(
                text.unicodeScalars.map { isAllowed($0) ? $0 : "_" }.prefix(120)))
        return id.isEmpty ? "run" : id
    }

    private static func isAllowed(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar {
        case "a"..."z", "A"..."Z", "0"..."9", ".", "_", "-": true
        default: false
        }
    }
}
