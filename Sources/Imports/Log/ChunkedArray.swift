/// A list that grows in pieces of one size and never moves what it has.
///
///     var values = ChunkedArray<Double>()
///     values.append(3.21)
///     values[0]
///
/// An array that grows copies itself into a larger one; the old ones leave holes that nothing later
/// fits, and a log of 100 MB took twice the memory of its values.
package struct ChunkedArray<Element: Sendable>: RandomAccessCollection, MutableCollection, Sendable
{
    private var chunks: [[Element]] = []

    package init() {}

    package init(_ elements: some Sequence<Element>) {
        for element in elements { append(element) }
    }

    // A power of two, so that a place is found by a shift: 32,768 doubles are 256 KiB.
    private static var shift: Int { 15 }
    private static var size: Int { 1 << shift }

    package var startIndex: Int { 0 }

    package var endIndex: Int {
        guard let last = chunks.last else { return 0 }
        return (chunks.count - 1) << Self.shift + last.count
    }

    package subscript(index: Int) -> Element {
        get { chunks[index >> Self.shift][index & (Self.size - 1)] }
        set { chunks[index >> Self.shift][index & (Self.size - 1)] = newValue }
    }

    package mutating func append(_ element: Element) {
        if chunks.last.map({ $0.count == Self.size }) ?? true {
            chunks.append([])
            // The first chunk of a short log stays short.
            if chunks.count > 1 { chunks[chunks.count - 1].reserveCapacity(Self.size) }
        }
        chunks[chunks.count - 1].append(element)
    }
}

extension ChunkedArray: Equatable where Element: Equatable {}

/// The steps of a series: where each is as far from the next as the first two are, no list of them.
///
/// Most logs count in even strides, and a list of four bytes for every value was a third of the
/// memory of a log.
package struct StepList: RandomAccessCollection, Equatable, Sendable {
    private var first: Int32 = 0
    private var stride: Int32 = 0
    /// The count of those in even strides; the others follow in `rest`.
    private var evenCount = 0
    private var rest = ChunkedArray<Int32>()

    package init() {}

    package init(_ steps: some Sequence<Int32>) {
        for step in steps { append(step) }
    }

    package var startIndex: Int { 0 }
    package var endIndex: Int { evenCount + rest.count }

    package subscript(index: Int) -> Int32 {
        index < evenCount ? first + Int32(index) * stride : rest[index - evenCount]
    }

    /// Adds a step, from 0 to 10^8.
    package mutating func append(_ step: Int32) {
        switch evenCount {
        case 0: first = step
        case 1: stride = step - first
        // In 64 bits: the step after the last may lie beyond 32.
        case _ where rest.isEmpty && Int(step) == Int(first) + evenCount * Int(stride): break
        default: return rest.append(step)
        }
        evenCount += 1
    }
}
