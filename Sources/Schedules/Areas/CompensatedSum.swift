/// A running sum that carries the rounding error of each addition along.
///
/// Source: Neumaier 1974, "Rundungsfehleranalyse einiger Verfahren zur Summation endlicher Summen".
struct CompensatedSum: Sendable, Equatable {
    private var sum: Double
    private var lost = 0.0

    init(_ value: Double = 0) {
        sum = value
    }

    var value: Double { sum + lost }

    mutating func add(_ term: Double) {
        let total = sum + term
        lost += sum.magnitude >= term.magnitude ? (sum - total) + term : (term - total) + sum
        sum = total
    }
}
