/// One item of the schedule language, before its place in a schedule is known.
package struct ScheduleSegment: Sendable {
    /// What the item is.
    indirect enum Body: Sendable {
        case run(shape: any SegmentShape, steps: Int, target: Double?)
        case jump(to: Double)
        case repetition(times: Int, segments: [ScheduleSegment])
    }

    let body: Body

    /// Where it was written, for errors found later; no part of what it is.
    let place: ScheduleError.Place

    init(_ body: Body, at place: ScheduleError.Place) {
        self.body = body
        self.place = place
    }

    /// The item in the schedule language.
    package var text: String {
        switch body {
        case .run(let shape, let steps, let target):
            let end = target.map { "@\(NumberText.text($0))" } ?? ""
            return "\(shape.name):\(steps)\(end)"
        case .jump(let rate):
            return "step@\(NumberText.text(rate))"
        case .repetition(let times, let segments):
            return "repeat:\(times)(\(Self.text(of: segments)))"
        }
    }

    /// A list of items in the schedule language.
    package static func text(of segments: [ScheduleSegment]) -> String {
        segments.map(\.text).joined(separator: ",")
    }
}

extension ScheduleSegment: Equatable {
    /// Equal when they mean the same, wherever they were written.
    package static func == (left: ScheduleSegment, right: ScheduleSegment) -> Bool {
        switch (left.body, right.body) {
        case (
            .run(let leftShape, let leftSteps, let leftTarget),
            .run(let shape, let steps, let target)
        ):
            leftShape.name == shape.name && leftSteps == steps && leftTarget == target
        case (.jump(let leftRate), .jump(let rate)):
            leftRate == rate
        case (.repetition(let leftTimes, let leftSegments), .repetition(let times, let segments)):
            leftTimes == times && leftSegments == segments
        default:
            false
        }
    }
}
