import TestSupport
import Testing

@testable import LeastSquares

struct HouseholderQRTests {
    /// R of a matrix given by its columns, column-major.
    private func factor(_ columns: [[Double]]) -> [Double] {
        let rows = HouseholderQR.paddedRows(columns.first?.count ?? 0)
        var tall = columns.flatMap { column in
            column + Array(repeating: 0, count: rows - column.count)
        }
        var factor = Array(repeating: Double.nan, count: columns.count * columns.count)
        HouseholderQR.factor(
            &tall, rows: rows, columns: columns.count, into: &factor, stride: columns.count)
        return factor
    }

    private func random(rows: Int, columns: Int, seed: UInt64) -> [[Double]] {
        var generator = SeededGenerator(seed: seed)
        return (0..<columns).map { _ in
            (0..<rows).map { _ in Double.random(in: -1...1, using: &generator) }
        }
    }

    @Test(arguments: [(1, 1), (3, 3), (8, 2), (50, 5), (13, 6), (4, 6)])
    func `leaves a triangle with the products of the columns`(rows: Int, count: Int) {
        let columns = random(rows: rows, columns: count, seed: UInt64(rows))
        let factor = factor(columns)
        for left in 0..<count {
            for right in 0..<count {
                let product = zip(columns[left], columns[right]).reduce(0) { $0 + $1.0 * $1.1 }
                let inner = (0..<count).reduce(0) {
                    $0 + factor[left * count + $1] * factor[right * count + $1]
                }
                #expect(abs(inner - product) < 1e-13 * Double(rows))
                if right > left { #expect(factor[left * count + right] == 0) }
            }
        }
    }

    @Test func `a column of zeros leaves zeros`() {
        var columns = random(rows: 10, columns: 3, seed: 5)
        columns[1] = Array(repeating: 0, count: 10)
        let factor = factor(columns)
        #expect(Array(factor[3..<6]) == [0, 0, 0])
        #expect(factor[0] != 0)
        #expect(factor[6] != 0)
    }

    @Test(arguments: [1e-290, 1e-180, 1e180, 1e290])
    func `a column far out of range is factored as if it were not`(scale: Double) {
        let columns = random(rows: 20, columns: 3, seed: 6)
        let plain = factor(columns)
        let scaled = factor([columns[0], columns[1].map { $0 * scale }, columns[2]])
        let tolerance = 1e-13
        for row in 0..<3 {
            #expect(abs(scaled[3 + row] / scale - plain[3 + row]) < tolerance)
            #expect(abs(scaled[6 + row] - plain[6 + row]) < tolerance)
        }
    }

    @Test func `nothing to factor is no fault`() {
        #expect(factor([[], []]) == [0, 0, 0, 0])
    }
}
