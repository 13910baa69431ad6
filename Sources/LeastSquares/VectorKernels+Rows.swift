/// One number per row in, one out: what turns a law's losses into residuals and their derivatives.
extension VectorKernels {
    /// Fills bᵢ − aᵢ; the result may replace either.
    package static func subtract(
        _ a: UnsafeBufferPointer<Double>, from b: UnsafeBufferPointer<Double>,
        into difference: UnsafeMutableBufferPointer<Double>
    ) {
        precondition(a.count == b.count && difference.count == b.count, "vectors of one length")
        guard let left = a.baseAddress, let right = b.baseAddress,
            let target = difference.baseAddress
        else { return }
        var index = 0
        while index + 8 <= b.count {
            store(lanes(right, index) - lanes(left, index), target, index)
            index += 8
        }
        while index < b.count {
            target[index] = right[index] - left[index]
            index += 1
        }
    }

    /// Fills 1/aᵢ; the result may replace it.
    package static func invert(
        _ a: UnsafeBufferPointer<Double>, into inverse: UnsafeMutableBufferPointer<Double>
    ) {
        precondition(a.count == inverse.count, "vectors of one length")
        guard let source = a.baseAddress, let target = inverse.baseAddress else { return }
        var index = 0
        while index + 8 <= a.count {
            store(1 / lanes(source, index), target, index)
            index += 8
        }
        while index < a.count {
            target[index] = 1 / source[index]
            index += 1
        }
    }

    /// Multiplies a vector by another, row by row, and by a factor.
    package static func scale(
        _ vector: UnsafeMutableBufferPointer<Double>, by rows: UnsafeBufferPointer<Double>,
        times factor: Double
    ) {
        precondition(vector.count == rows.count, "vectors of one length")
        guard let target = vector.baseAddress, let source = rows.baseAddress else { return }
        var index = 0
        while index + 8 <= rows.count {
            store(lanes(target, index) * (factor * lanes(source, index)), target, index)
            index += 8
        }
        while index < rows.count {
            target[index] *= factor * source[index]
            index += 1
        }
    }
}
