/// The checks that every number of a schedule passes, whether it came as text or as JSON.
enum ScheduleValue {
    /// A whole count within the limit on steps, or nil.
    static func count(_ value: Double, atLeast least: Int) -> Int? {
        guard let count = NumberText.whole(value), count >= least, count <= ScheduleLimits.steps
        else { return nil }
        return count
    }

    /// A whole count within the limit on steps, or nil; `1e4` is ten thousand.
    static func count(_ text: String, atLeast least: Int) -> Int? {
        NumberText.value(text).flatMap { count($0, atLeast: least) }
    }

    /// A learning rate, finite and at least 0, or nil.
    static func learningRate(_ value: Double) -> Double? {
        // Adding 0 turns −0 into 0, which would otherwise echo as "-0".
        value.isFinite && value >= 0 ? value + 0 : nil
    }

    /// A learning rate, finite and at least 0, or nil.
    static func learningRate(_ text: String) -> Double? {
        NumberText.value(text).flatMap(learningRate)
    }
}
