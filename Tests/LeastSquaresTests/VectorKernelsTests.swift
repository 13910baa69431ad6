import TestSupport
import Testing

@testable import LeastSquares

/// The vector loops beside the same sums written out, at lengths with and without a rest.
struct VectorKernelsTests {
    static let lengths = [0, 1, 7, 8, 9, 24, 31]

    private func numbers(_ count: Int, seed: UInt64) -> [Double] {
        var generator = SeededGenerator(seed: seed)
        return (0..<count).map { _ in Double.random(in: -2...2, using: &generator) }
    }

    private func isClose(_ value: Double, _ expected: Double) -> Bool {
        abs(value - expected) <= 1e-13 * max(1, abs(expected))
    }

    @Test(arguments: lengths)
    func `products and moments`(count: Int) {
        let (a, b) = (numbers(count, seed: 1), numbers(count, seed: 2))
        let weights = numbers(count, seed: 3).map(abs)
        let product = zip(a, b).reduce(0) { $0 + $1.0 * $1.1 }
        let square = zip(a, weights).reduce(0) { $0 + $1.0 * $1.0 * $1.1 }
        #expect(isClose(VectorKernels.dot(a, b, count: count), product))
        #expect(isClose(VectorKernels.squareSum(a, weights: weights, count: count), square))
        let moments = VectorKernels.moments(
            a, influences: b, reweighted: weights, weights: weights, count: count)
        #expect(isClose(moments.slope, product))
        #expect(isClose(moments.square, square))
        #expect(moments.reweightedSquare == moments.square)
    }

    @Test(arguments: lengths)
    func `a vector plus multiples of columns`(count: Int) {
        let (base, matrix) = (numbers(count, seed: 4), numbers(3 * count, seed: 5))
        var target = base
        [0, 2].withUnsafeBufferPointer { chosen in
            VectorKernels.combine(
                base, columns: matrix, stride: count, chosen: chosen, factors: [2, -3],
                into: &target, count: count)
        }
        for row in 0..<count {
            let expected = base[row] + 2 * matrix[row] - 3 * matrix[2 * count + row]
            #expect(isClose(target[row], expected))
        }
    }

    @Test(arguments: lengths)
    func `row by row`(count: Int) {
        let (a, b) = (numbers(count, seed: 9), numbers(count, seed: 10))
        var (difference, inverse, scaled) = (a, a, a)
        a.withUnsafeBufferPointer { a in
            b.withUnsafeBufferPointer { b in
                difference.withUnsafeMutableBufferPointer {
                    VectorKernels.subtract(a, from: b, into: $0)
                }
                inverse.withUnsafeMutableBufferPointer { VectorKernels.invert(a, into: $0) }
                scaled.withUnsafeMutableBufferPointer { VectorKernels.scale($0, by: b, times: 3) }
            }
        }
        for row in 0..<count {
            #expect(difference[row] == b[row] - a[row])
            #expect(inverse[row] == 1 / a[row])
            #expect(scaled[row] == a[row] * (3 * b[row]))
        }
    }

    @Test(arguments: [Double.nan, .infinity, -.infinity], lengths.filter { $0 > 0 })
    func `what is not finite shows in a loss`(value: Double, count: Int) {
        var a = numbers(count, seed: 11)
        a[count / 2] = value
        let weights = numbers(count, seed: 12).map(abs)
        let square = VectorKernels.squareSum(a, weights: weights, count: count)
        let huber = VectorKernels.huberSum(a, weights: weights, delta: 0.7, count: count)
        #expect(!square.isFinite)
        #expect(!huber.isFinite)
    }

    @Test(arguments: lengths)
    func `Huber's loss is that of the single residuals`(count: Int) {
        let loss = RobustLoss.huber(delta: 0.7)
        let (a, b) = (numbers(count, seed: 6), numbers(count, seed: 7))
        let weights = numbers(count, seed: 8).map { $0 < 0 ? 0 : $0 }
        let rows = weights.indices
        let sum = rows.reduce(0) { $0 + weights[$1] * loss.value(a[$1]) }
        #expect(
            isClose(VectorKernels.huberSum(a, weights: weights, delta: 0.7, count: count), sum))
        var (influences, reweighted, roots) = (a, a, a)
        VectorKernels.huberInfluences(
            a, weights: weights, delta: 0.7, count: count, into: &influences)
        VectorKernels.huberWeights(
            a, weights: weights, delta: 0.7, count: count, into: &reweighted)
        VectorKernels.huberRoots(a, roots: weights, delta: 0.7, count: count, into: &roots)
        for row in rows {
            #expect(isClose(influences[row], weights[row] * loss.influence(a[row])))
            #expect(isClose(reweighted[row], weights[row] * loss.weight(a[row])))
            #expect(roots[row] == weights[row] * loss.curvature(a[row]))
        }
        let slope = rows.reduce(0) { sum, row in
            let change = b[row] - a[row]
            return sum + weights[row] * loss.influence(a[row] + 0.25 * change) * change
        }
        #expect(
            isClose(
                VectorKernels.huberSlope(
                    from: a, to: b, share: 0.25, weights: weights, delta: 0.7, count: count), slope)
        )
    }

    @Test func `rows of weight zero have no share in a sum over weights`() {
        let sum = VectorKernels.squareOverWeightSum(
            [2, 0, 3, 0, 0, 0, 0, 0, 0], weights: [4, 0, 1, 0, 1, 1, 1, 1, 0], count: 9)
        #expect(sum == 10)
    }

    @Test(arguments: [Double.nan, .infinity, -.infinity], [0, 8, 10])
    func `one number that is not finite is found wherever it is`(bad: Double, place: Int) {
        var values = numbers(11, seed: 9)
        #expect(VectorKernels.isFinite(values, count: 11))
        values[place] = bad
        #expect(!VectorKernels.isFinite(values, count: 11))
    }
}
