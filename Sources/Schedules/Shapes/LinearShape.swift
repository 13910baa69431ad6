/// `linear:n@b` and `warmup:n@b`: a straight line, η_j = a + (b − a)·j/n.
///
/// The two names share the formula. A leading `warmup` is what laws and options call the warm-up.
struct LinearShape: SegmentShape {
    static let form = ScheduleForm(
        name: "linear", usage: "linear:n@b", meaning: "a straight line to b in n steps",
        example: "step@3e-4,linear:1000@0")
    static let warmupForm = ScheduleForm(
        name: "warmup", usage: "warmup:n@b",
        meaning: "a straight line to b in n steps; leading, it is the schedule's warm-up",
        example: "warmup:100@3e-4,hold:900")
    static let warmupName = "warmup"

    let name: String

    init?(name: String) {
        guard name == "linear" || name == Self.warmupName else { return nil }
        self.name = name
    }

    private init(known name: String) {
        self.name = name
    }

    static let linear = LinearShape(known: "linear")
    static let warmup = LinearShape(known: warmupName)

    func learningRate(at offset: Int, in span: SegmentSpan) -> Double {
        // Measured from the nearer end, so that both ends are met exactly.
        let left = span.steps - offset
        return offset < left
            ? span.from + (span.to - span.from) * (Double(offset) / Double(span.steps))
            : span.to + (span.from - span.to) * (Double(left) / Double(span.steps))
    }

    func drop(at offset: Int, in span: SegmentSpan) -> Double {
        (span.from - span.to) / Double(span.steps)
    }

    func geometricDrops(from offset: Int, in span: SegmentSpan) -> GeometricDrops? {
        GeometricDrops(first: ComplexNumber(drop(at: 1, in: span)), ratioComplement: .zero)
    }
}

/// `hold:n`: the rate stays where it is, η_j = a.
struct HoldShape: PlainShape {
    static let form = ScheduleForm(
        name: "hold", usage: "hold:n", meaning: "stays at the rate it begins with for n steps",
        example: "step@3e-4,hold:1000")
    static let takesTarget = false

    func learningRate(at offset: Int, in span: SegmentSpan) -> Double { span.from }

    func geometricDrops(from offset: Int, in span: SegmentSpan) -> GeometricDrops? {
        GeometricDrops.flat
    }
}
