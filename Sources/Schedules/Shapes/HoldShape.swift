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
