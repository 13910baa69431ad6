/// One component of a JSON pointer (RFC 6901, section 4).
package func pointerComponent(_ name: String) -> String {
    guard name.contains(where: { $0 == "~" || $0 == "/" }) else { return name }
    return name.replacing("~", with: "~0").replacing("/", with: "~1")
}
