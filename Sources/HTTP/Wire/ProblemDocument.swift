/// The JSON text of a problem document, its members in RFC 9457's order.
enum ProblemDocument {
    static func encode(_ fault: HTTPFault) -> [UInt8] {
        var text = #"{"type":"about:blank","title":"#
        text += quoted(fault.title)
        text += #","status":"# + "\(fault.status.code)"
        text += #","detail":"# + quoted(fault.detail)
        if !fault.errors.isEmpty {
            let members = fault.errors.map { error in
                #"{"pointer":"# + quoted(error.pointer) + #","detail":"# + quoted(error.detail)
                    + "}"
            }
            text += #","errors":["# + members.joined(separator: ",") + "]"
        }
        return Array((text + "}").utf8)
    }

    /// A JSON string (RFC 8259, section 7).
    private static func quoted(_ text: String) -> String {
        var quoted = "\""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"": quoted += "\\\""
            case "\\": quoted += "\\\\"
            case "\n": quoted += "\\n"
            case "\r": quoted += "\\r"
            case "\t": quoted += "\\t"
            case _ where scalar.value < 0x20:
                let digits = String(scalar.value, radix: 16)
                quoted += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
            default: quoted.unicodeScalars.append(scalar)
            }
        }
        return quoted + "\""
    }
}
