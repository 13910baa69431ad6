/// Checksum of TFRecord files: CRC-32C (Castagnoli), eight bytes a turn.
///
/// Kounavis and Berry, "A systematic approach to building high performance software-based CRC
/// generators", ISCC 2005.
enum CRC32C {
    private static let tables: [UInt32] = {
        var tables = [UInt32](repeating: 0, count: 8 * 256)
        for index in 0..<256 {
            var value = UInt32(index)
            for _ in 0..<8 { value = value & 1 == 1 ? (value >> 1) ^ 0x82F6_3B78 : value >> 1 }
            tables[index] = value
        }
        for table in 1..<8 {
            for index in 0..<256 {
                let before = tables[(table - 1) * 256 + index]
                tables[table * 256 + index] = (before >> 8) ^ tables[Int(before & 0xFF)]
            }
        }
        return tables
    }()

    /// The checksum of bytes.
    static func checksum(_ bytes: UnsafeRawBufferPointer) -> UInt32 {
        tables.withUnsafeBufferPointer { table in
            var crc: UInt32 = ~0
            var index = 0
            while index + 8 <= bytes.count {
                let word =
                    bytes.loadUnaligned(fromByteOffset: index, as: UInt64.self).littleEndian
                    ^ UInt64(crc)
                var next: UInt32 = 0
                for byte in 0..<8 {
                    next ^= table[(7 - byte) * 256 + Int(word >> (UInt64(byte) * 8) & 0xFF)]
                }
                crc = next
                index += 8
            }
            while index < bytes.count {
                crc = (crc >> 8) ^ table[Int((crc ^ UInt32(bytes[index])) & 0xFF)]
                index += 1
            }
            return ~crc
        }
    }

    /// The checksum as TFRecord stores it, turned and shifted so that it may stand in its own data.
    static func masked(_ bytes: UnsafeRawBufferPointer) -> UInt32 {
        let crc = checksum(bytes)
        return (crc >> 15 | crc << 17) &+ 0xA282_EAD8
    }
}
