import Foundation
import TestSupport
import Testing

@testable import LeastSquares

struct DenseMatrixTests {
    /// R of a matrix given by its columns, column-major.
    private func factor(_ columns: [[Double]]) -> [Double] {
        let rows = DenseMatrix.paddedRows(columns.first?.count ?? 0)
        var tall = columns.flatMap { column in
            column + Array(repeating: 0, count: rows - column.count)
        }
        var factor = Array(repeating: Double.nan, count: columns.count * columns.count)
        DenseMatrix.triangle(
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

    /// XᵀX of random columns.
    private func gram(_ count: Int, seed: UInt64) -> DenseMatrix {
        let columns = random(rows: 2 * count, columns: count, seed: seed)
        return DenseMatrix(
            columns: columns.map { left in
                columns.map { right in zip(left, right).reduce(0) { $0 + $1.0 * $1.1 } }
            })
    }

    @Test(arguments: [1, 2, 5, 9])
    func `Cholesky factors solve the system they come from`(count: Int) {
        let matrix = gram(count, seed: UInt64(count))
        let truth = (0..<count).map { Double($0) - 1.5 }
        var solution = (0..<count).map { row in
            (0..<count).reduce(0) { $0 + matrix[row, $1] * truth[$1] }
        }
        var factor = matrix
        let factorEnded = factor.factorCholesky(smallPivots: .refused(below: 1e-14))
        #expect(factorEnded)
        factor.solveCholesky(&solution)
        for (value, expected) in zip(solution, truth) { #expect(abs(value - expected) < 1e-9) }
    }

    @Test func `a matrix that is not positive definite is refused, or mended`() {
        let singular = DenseMatrix(columns: [[1, 1], [1, 1]])
        var refused = singular
        let refusedEnded = refused.factorCholesky(smallPivots: .refused(below: 1e-14))
        #expect(!refusedEnded)
        var mended = singular
        let mendedEnded = mended.factorCholesky(smallPivots: .raised(to: 1e-12))
        #expect(mendedEnded)
        var solution = [2.0, 2]
        mended.solveCholesky(&solution)
        #expect(abs(solution[0] + solution[1] - 2) < 1e-9)
        var broken = DenseMatrix(columns: [[.nan, 0], [0, 1]])
        let brokenEnded = broken.factorCholesky(smallPivots: .refused(below: 1e-14))
        #expect(!brokenEnded)
    }

    @Test func `a basis is orthonormal, spans the columns, and leaves copies and zeros out`() {
        var columns = random(rows: 40, columns: 4, seed: 9)
        columns[2] = zip(columns[0], columns[1]).map { 1e6 * $0 - 3 * $1 }
        columns.append(Array(repeating: 0, count: 40))
        let basis = DenseMatrix(columns: columns).orthonormalBasis()
        #expect(basis.columns == 3)
        let dimensions = (0..<basis.columns).map { column in (0..<40).map { basis[$0, column] } }
        for (left, a) in dimensions.enumerated() {
            for (right, b) in dimensions.enumerated() {
                let product = zip(a, b).reduce(0) { $0 + $1.0 * $1.1 }
                #expect(abs(product - (left == right ? 1 : 0)) < 1e-14)
            }
        }
        for column in columns {
            let length = column.reduce(0) { $0 + $1 * $1 }.squareRoot()
            let seen = dimensions.reduce(0) { sum, vector in
                let part = zip(column, vector).reduce(0) { $0 + $1.0 * $1.1 }
                return sum + part * part
            }.squareRoot()
            #expect(abs(seen - length) <= 1e-12 * length)
        }
        #expect(DenseMatrix(columns: []).orthonormalBasis().columns == 0)
        #expect(DenseMatrix(columns: [[0, 0], [.nan, 1]]).orthonormalBasis().columns == 0)
    }

    @Test func `singular values are those of a matrix made of known ones`() throws {
        // A rotation by 0.3 of diag(3, 0.5): the values stay, the rows of Vᵀ are the axes.
        let (c, s) = (cos(0.3), sin(0.3))
        let matrix = DenseMatrix(columns: [[3 * c, 3 * s], [-0.5 * s, 0.5 * c]])
        let (values, vectors) = try #require(matrix.singularValues())
        #expect(abs(values[0] - 3) < 1e-14)
        #expect(abs(values[1] - 0.5) < 1e-14)
        #expect(abs(abs(vectors[0, 0]) - 1) < 1e-14)
        #expect(DenseMatrix(columns: [[.infinity]]).singularValues() == nil)
    }
}
