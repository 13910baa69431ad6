internal import Foundation

/// Whole arrays: where a number lies beyond the vectors' range, all take the C library's way.
extension VectorMath {
    /// e^(−exponent·log) of each logarithm: the powers of what they are the logarithms of.
    ///
    /// - Parameters:
    ///   - logs: Logarithms of the bases.
    ///   - exponent: The exponent, counted as negative.
    ///   - powers: Receives as many powers as there are logarithms; other memory than theirs.
    package static func negativePowers(
        ofLogs logs: UnsafeBufferPointer<Double>, exponent: Double,
        into powers: UnsafeMutableBufferPointer<Double>
    ) {
        var largest = Lanes.zero
        fill(powers, from: logs) { log in
            let argument = log * -exponent
            largest = greater(largest, greater(argument, -argument))
            return expWithinLimit(argument)
        }
        if largest.max() <= expLimit { return }
        for index in logs.indices { powers[index] = Foundation.exp(-exponent * logs[index]) }
    }

    /// e^x of each number.
    ///
    /// - Parameters:
    ///   - arguments: The x.
    ///   - values: Receives as many values; other memory than theirs.
    package static func exp(
        _ arguments: UnsafeBufferPointer<Double>,
        into values: UnsafeMutableBufferPointer<Double>
    ) {
        negativePowers(ofLogs: arguments, exponent: -1, into: values)
    }

    /// log x of each number.
    ///
    /// - Parameters:
    ///   - arguments: The x.
    ///   - values: Receives as many values; other memory than theirs.
    package static func log(
        _ arguments: UnsafeBufferPointer<Double>,
        into values: UnsafeMutableBufferPointer<Double>
    ) {
        var smallest = Lanes(repeating: 1)
        // x − x is 0 for finite x only, and anything else spoils the sum.
        var spoilt = Lanes.zero
        fill(values, from: arguments) { argument in
            smallest = lesser(smallest, argument)
            spoilt += argument - argument
            return log(argument)
        }
        if smallest.min() >= .leastNormalMagnitude, spoilt.sum() == 0 { return }
        for index in arguments.indices { values[index] = Foundation.log(arguments[index]) }
    }

    /// e^(−exponent·log) of each logarithm, from one array into another of its length.
    package static func negativePowers(
        ofLogs logs: [Double], exponent: Double, into powers: inout [Double]
    ) {
        logs.withUnsafeBufferPointer { logs in
            powers.withUnsafeMutableBufferPointer { powers in
                negativePowers(ofLogs: logs, exponent: exponent, into: powers)
            }
        }
    }

    /// log x of each number, from one array into another of its length.
    package static func log(_ arguments: [Double], into values: inout [Double]) {
        arguments.withUnsafeBufferPointer { arguments in
            values.withUnsafeMutableBufferPointer { values in log(arguments, into: values) }
        }
    }

    /// Four by four, the last ones filled up with ones.
    @inline(__always)
    private static func fill(
        _ values: UnsafeMutableBufferPointer<Double>, from arguments: UnsafeBufferPointer<Double>,
        by function: (Lanes) -> Lanes
    ) {
        let count = arguments.count
        precondition(values.count >= count, "room for every value")
        guard let source = UnsafeRawPointer(arguments.baseAddress),
            let target = UnsafeMutableRawPointer(values.baseAddress)
        else { return }
        let size = MemoryLayout<Double>.stride
        let whole = count - count % 4
        for index in stride(from: 0, to: whole, by: 4) {
            let value = function(
                source.loadUnaligned(fromByteOffset: index * size, as: Lanes.self))
            target.storeBytes(of: value, toByteOffset: index * size, as: Lanes.self)
        }
        guard whole < count else { return }
        var last = Lanes(repeating: 1)
        for index in whole..<count { last[index - whole] = arguments[index] }
        let value = function(last)
        for index in whole..<count { values[index] = value[index - whole] }
    }
}
