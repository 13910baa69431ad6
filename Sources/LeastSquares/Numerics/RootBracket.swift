/// Two places between which a rising function has its root, and the next place to look.
///
/// A value that the caller drives, so that one evaluation may be a formula, a pass over a million
/// rows, or a refit that can fail:
///
///     var bracket = RootBracket(low: (0, -2), high: (2, 2))
///     while bracket.width > 1e-12 {
///         let place = bracket.falsePosition
///         bracket.narrow(at: place, value: place * place - 2)
///     }
///
/// Without slopes the next place is where the line through both ends crosses zero; an end that stays
/// twice in a row counts half, so that the other one moves, too (the Illinois rule). With slopes it
/// is Newton's, or the middle where Newton's leaves the bracket.
///
/// Source: Dowell and Jarratt 1971, doi:10.1007/BF01934364, for the Illinois rule.
package struct RootBracket: Sendable {
    /// A place with the function's value there.
    package typealias End = (place: Double, value: Double)

    /// The end at which the function is below zero.
    package private(set) var low: End

    /// The end at which the function is at or above zero.
    package private(set) var high: End

    private var lastMoved: Side?

    private enum Side { case low, high }

    /// Brackets a root; the values are only used by `falsePosition`.
    package init(low: End, high: End) {
        self.low = low
        self.high = high
    }

    /// The distance of the ends.
    package var width: Double { high.place - low.place }

    /// The next place by the ends' values, inside the bracket.
    package var falsePosition: Double {
        let place = low.place - width * low.value / (high.value - low.value)
        return place > low.place && place < high.place ? place : middle
    }

    /// The next place by Newton's step, inside the bracket.
    package func newton(from place: Double, value: Double, slope: Double) -> Double {
        let next = place - value / slope
        return next >= low.place && next <= high.place ? next : middle
    }

    package var middle: Double { 0.5 * (low.place + high.place) }

    /// Replaces the end on whose side a place lies.
    package mutating func narrow(at place: Double, value: Double) {
        if value < 0 {
            if lastMoved == .low { high.value *= 0.5 }
            (low, lastMoved) = ((place, value), .low)
        } else {
            if lastMoved == .high { low.value *= 0.5 }
            (high, lastMoved) = ((place, value), .high)
        }
    }

    /// Finds the root of a rising function without slopes, by false position.
    ///
    /// - Parameters:
    ///   - tolerance: The width of the bracket at which the search ends.
    ///   - function: The function's value; what it throws ends the search.
    /// - Returns: The middle of the last bracket, or the place where the function is zero.
    /// - Throws: What the function throws.
    package func root<Fault: Error>(
        tolerance: Double, _ function: (Double) throws(Fault) -> Double
    ) throws(Fault) -> Double {
        var bracket = self
        // The Illinois rule needs some ten rounds; the limit is for functions of noise.
        for _ in 0..<200 where bracket.width > tolerance {
            let place = bracket.falsePosition
            let value = try function(place)
            if value == 0 { return place }
            bracket.narrow(at: place, value: value)
        }
        return bracket.middle
    }

    /// Finds the root of a rising, differentiable function to a few units in the last place.
    ///
    /// - Parameters:
    ///   - low: A place at or below the root.
    ///   - high: A place at or above the root.
    ///   - start: The first place, between the two; their middle unless given.
    ///   - tolerance: The change at which the search ends, relative to the place or to 1.
    ///   - function: The function's value and slope.
    /// - Returns: The root; NaN when the function is NaN on the way.
    package static func root(
        between low: Double, and high: Double, from start: Double? = nil,
        tolerance: Double = 1e-15, _ function: (Double) -> (value: Double, slope: Double)
    ) -> Double {
        var bracket = RootBracket(low: (low, -1), high: (high, 1))
        var place = start ?? bracket.middle
        // Newton's method needs a handful of rounds, halving alone some sixty.
        for _ in 0..<100 {
            let (value, slope) = function(place)
            if value == 0 { return place }
            if value.isNaN { return .nan }
            bracket.narrow(at: place, value: value)
            let next = bracket.newton(from: place, value: value, slope: slope)
            let change = abs(next - place)
            place = next
            if change <= tolerance * max(1, abs(place)) { break }
        }
        return place
    }
}
