/// Steps written as numbers or as percentages of the steps that a run has taken.
enum StepList {
    /// Reads a list such as `1000,4000` or `10%,25%`.
    ///
    /// - Parameters:
    ///   - text: As given.
    ///   - option: The option's name, for the error.
    ///   - taken: What percentages are of.
    /// - Returns: Whole steps, at least 0, rising and each once.
    /// - Throws: `PlanError.invalid`.
    static func steps(
        _ text: String, option: String, of taken: Int
    ) throws(PlanError) -> (absolute: [Int], relative: [Int]) {
        var (absolute, relative): (Set<Int>, Set<Int>) = ([], [])
        for item in text.split(separator: ",") {
            if item.hasSuffix("%"), let percent = Double(item.dropLast()), percent >= 0,
                percent <= 10_000
            {
                relative.insert(Int((percent / 100 * Double(taken)).rounded()))
            } else if let steps = PlanOptions.whole(String(item)), steps >= 0 {
                absolute.insert(steps)
            } else {
                throw .invalid(
                    option: option, value: String(item),
                    rule: "must be a number of steps, or a percentage of the steps so far as in 10%"
                )
            }
        }
        guard !absolute.isEmpty || !relative.isEmpty else {
            throw .invalid(option: option, value: text, rule: "must name some steps")
        }
        return (absolute.sorted(), relative.sorted())
    }
}
