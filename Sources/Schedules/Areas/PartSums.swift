/// Sums of learning rates over the parts of a schedule, those of a cycle once.
package struct PartSums: Sendable {
    /// Σ of the rates before each part, and before the end as the last element.
    package private(set) var before: [Double] = []
    /// For parts that are cycles, the sums within one of them; the others' are empty.
    package private(set) var inside: [PartSums] = []

    /// Σ of the rates of all parts.
    package var total: Double { before[before.count - 1] }

    private init() {}

    init(_ parts: [SchedulePart]) {
        before.reserveCapacity(parts.count + 1)
        before.append(0)
        inside.reserveCapacity(parts.count)
        var total = CompensatedSum()
        for part in parts {
            switch part {
            case .piece(let piece):
                inside.append(PartSums())
                total.add(piece.rateSum(count: piece.steps))
            case .cycles(let cycles):
                let sums = PartSums(cycles.parts)
                inside.append(sums)
                total.add(Double(cycles.times) * sums.total)
            }
            before.append(total.value)
        }
    }

    /// The piece to which a step belongs, and the sum of the rates before it.
    func place(of step: Int, in parts: [SchedulePart]) -> (place: PlacedPiece, before: Double) {
        var (sums, parts, shift, area) = (self, parts, 0, 0.0)
        while true {
            let index = parts.index(at: step - shift)
            area += sums.before[index]
            switch parts[index] {
            case .piece(let piece):
                return (PlacedPiece(piece: piece, shift: shift), area)
            case .cycles(let cycles):
                let completed = cycles.completed(before: step - shift)
                shift += completed * cycles.steps
                sums = sums.inside[index]
                area += Double(completed) * sums.total
                parts = cycles.parts
            }
        }
    }
}
