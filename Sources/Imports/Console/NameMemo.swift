/// Something known of names, worked out once for each.
///
///     var memo = NameMemo { LossName($0).saysLoss }
///     memo[pair.name]     // works it out
///     memo[pair.name]     // knows it
///
/// A log repeats a handful of names in millions of lines, and finding out what one means takes a
/// hundred times as long as finding it here. Names of noise are not kept without end.
struct NameMemo<Value> {
    private struct Entry {
        let name: [UInt8]
        let value: Value
    }

    private let find: (String) -> Value
    private var entries: [Entry] = []
    /// Places in `entries` by hash, -1 where there is none; a power of two of them.
    private var table: [Int32]
    private static var size: Int { 1 << 10 }

    /// Makes an empty memo.
    ///
    /// - Parameter find: Works out what is known of a name.
    init(_ find: @escaping (String) -> Value) {
        self.find = find
        table = Array(repeating: -1, count: Self.size)
    }

    subscript(name: ByteText) -> Value {
        mutating get {
            var slot = Self.hash(name) & (Self.size - 1)
            while table[slot] >= 0 {
                let entry = entries[Int(table[slot])]
                if name.equals(entry.name) { return entry.value }
                slot = (slot + 1) & (Self.size - 1)
            }
            let value = find(name.string)
            // Half full is full: a search must end, and soon.
            guard entries.count < Self.size / 2 else { return value }
            table[slot] = Int32(entries.count)
            entries.append(Entry(name: Array(name), value: value))
            return value
        }
    }

    /// FNV-1a, which spreads short words well.
    private static func hash(_ name: ByteText) -> Int {
        var hash: UInt64 = 0xCBF2_9CE4_8422_2325
        for byte in name { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01B3 }
        return Int(truncatingIfNeeded: hash ^ (hash >> 32))
    }
}
