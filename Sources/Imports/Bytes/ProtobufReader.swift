/// Fields of a protocol buffer message, one after the other, unread ones passed over.
///
/// https://protobuf.dev/programming-guides/encoding/
struct ProtobufReader {
    /// One field's content.
    enum Value {
        case varint(UInt64)
        case fixed64(UInt64)
        case fixed32(UInt32)
        case bytes(UnsafeRawBufferPointer)

        var bytes: UnsafeRawBufferPointer? {
            if case .bytes(let bytes) = self { bytes } else { nil }
        }

        var text: String? { bytes.map { String(decoding: $0, as: UTF8.self) } }

        var double: Double? {
            if case .fixed64(let bits) = self { Double(bitPattern: bits) } else { nil }
        }

        var float: Float? {
            if case .fixed32(let bits) = self { Float(bitPattern: bits) } else { nil }
        }

        var integer: Int? {
            if case .varint(let bits) = self { Int(truncatingIfNeeded: bits) } else { nil }
        }
    }

    private let message: UnsafeRawBufferPointer
    private var position = 0

    init(_ message: UnsafeRawBufferPointer) {
        self.message = message
    }

    /// The next field; nil at the end, and where the bytes are no message.
    mutating func next() -> (field: Int, value: Value)? {
        guard let tag = varint() else { return nil }
        let field = Int(truncatingIfNeeded: tag >> 3)
        switch tag & 7 {
        case 0:
            return varint().map { (field, .varint($0)) }
        case 1:
            guard position + 8 <= message.count else { return nil }
            defer { position += 8 }
            let bits = message.loadUnaligned(fromByteOffset: position, as: UInt64.self)
            return (field, .fixed64(bits.littleEndian))
        case 2:
            guard let count = varint(), count <= UInt64(message.count - position) else {
                return nil
            }
            let start = position
            position += Int(count)
            return (field, .bytes(UnsafeRawBufferPointer(rebasing: message[start..<position])))
        case 5:
            guard position + 4 <= message.count else { return nil }
            defer { position += 4 }
            let bits = message.loadUnaligned(fromByteOffset: position, as: UInt32.self)
            return (field, .fixed32(bits.littleEndian))
        default:
            return nil
        }
    }

    private mutating func varint() -> UInt64? {
        var value: UInt64 = 0
        var shift: UInt64 = 0
        while position < message.count, shift < 64 {
            let byte = message[position]
            position += 1
            value |= UInt64(byte & 0x7F) << shift
            if byte < 0x80 { return value }
            shift += 7
        }
        return nil
    }
}
