/// The sizes beyond which a schedule is refused.
package enum ScheduleLimits {
    /// Optimizer steps of one schedule.
    package static let steps = 100_000_000

    /// Segments after every repeat is written out: a bound on memory, not on the language.
    package static let segments = 1_000_000

    /// Levels of `repeat` inside `repeat`: a bound on the parser's stack.
    package static let depth = 32
}
