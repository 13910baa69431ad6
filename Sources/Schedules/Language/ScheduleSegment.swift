/// One item of the schedule language, before its place in a schedule is known.
package struct ScheduleSegment: Sendable {
    /// What the item is.
    indirect enum Body: Sendable {
        /// `whole` is the length of which only the first `steps` are taken; nil takes all of it.
        case run(shape: any SegmentShape, steps: Int, whole: Int?, target: Double?)
        case jump(to: Double)
        case repetition(times: Int, segments: [ScheduleSegment])
        /// The first `steps` of rates that were listed or logged; first in a schedule only.
        case listed(RateList, steps: Int)
    }

    let body: Body

    /// Where it was written, for errors found later; no part of what it is.
    let place: ScheduleError.Place

    init(_ body: Body, at place: ScheduleError.Place) {
        self.body = body
        self.place = place
    }

    /// The item in the schedule language; nil for a list of rates, which only JSON can write.
    package var text: String? {
        switch body {
        case .run(let shape, let steps, let whole, let target):
            let cut = whole.map { "/\($0)" } ?? ""
            let end = target.map { "@\(NumberText.text($0))" } ?? ""
            return "\(shape.name):\(steps)\(cut)\(end)"
        case .jump(let rate):
            return "step@\(NumberText.text(rate))"
        case .repetition(let times, let segments):
            return Self.text(of: segments).map { "repeat:\(times)(\($0))" }
        case .listed:
            return nil
        }
    }

    /// A list of items in the schedule language; nil where one of them has no text.
    package static func text(of segments: [ScheduleSegment]) -> String? {
        let texts = segments.compactMap(\.text)
        return texts.count == segments.count ? texts.joined(separator: ",") : nil
    }
}

extension ScheduleSegment: Equatable {
    /// Equal when they mean the same, wherever they were written.
    package static func == (left: ScheduleSegment, right: ScheduleSegment) -> Bool {
        switch (left.body, right.body) {
        case (
            .run(let leftShape, let leftSteps, let leftWhole, let leftTarget),
            .run(let shape, let steps, let whole, let target)
        ):
            leftShape.name == shape.name && leftSteps == steps && leftWhole == whole
                && leftTarget == target
        case (.jump(let leftRate), .jump(let rate)):
            leftRate == rate
        case (.repetition(let leftTimes, let leftSegments), .repetition(let times, let segments)):
            leftTimes == times && leftSegments == segments
        case (.listed(let leftList, let leftSteps), .listed(let list, let steps)):
            leftList == list && leftSteps == steps
        default:
            false
        }
    }
}
