/// One learning rate per step, from an explicit list: η_j = values[j], the last one held at the end.
struct TabulatedShape: SegmentShape {
    static let form = ScheduleForm(
        name: "values", usage: #"{"values":[…]}"#, meaning: "one learning rate per step",
        example: #"{"values":[0,1e-4,2e-4,3e-4,2.5e-4,1e-4]}"#)

    let name = "values"
    let values: [Double]

    init?(name: String) { nil }

    init(values: [Double]) {
        self.values = values
    }

    func learningRate(at offset: Int, in span: SegmentSpan) -> Double {
        offset < values.count ? values[offset] : span.to
    }
}
