/// Exponentials and logarithms of four numbers at once.
///
/// The sums over drops are little else than these two, over arrays; the C library takes them one by
/// one and several times as long. Polynomials are evaluated in Estrin's order, in pairs of pairs,
/// because a chain of twelve dependent products would leave the processor waiting. Both are within
/// about 1e-14 of the true value: relative for `exp`, absolute or relative for `log`, whichever is
/// the more lenient.
enum VectorMath {
    /// e^x, x beyond ±700 taken as ±700: the exponent's bits would run into the sign.
    @inline(__always)
    static func exp(_ argument: SIMD4<Double>) -> SIMD4<Double> {
        let limit = SIMD4<Double>(repeating: 700)
        let x = pointwiseMax(-limit, pointwiseMin(limit, argument))
        // Adding 1.5·2^52 rounds to a whole number and leaves it in the low bits.
        let shifted = x * 1.4426950408889634 + 0x1.8p52
        let whole = shifted - 0x1.8p52
        // log 2 in two parts, the first short enough for an exact product.
        let rest = (x - whole * 0x1.62e42fefa3800p-1) - whole * 0x1.ef35793c76730p-45
        // Taylor's series: |rest| ≤ 0.35, and 0.35^12/12! is below 1e-14.
        let square = rest * rest
        let fourth = square * square
        let low = line(1, 1, rest) + line(1.0 / 2, 1.0 / 6, rest) * square
        let middle = line(1.0 / 24, 1.0 / 120, rest) + line(1.0 / 720, 1.0 / 5_040, rest) * square
        let high =
            line(1.0 / 40_320, 1.0 / 362_880, rest)
            + line(1.0 / 3_628_800, 1.0 / 39_916_800, rest) * square
        let series = low + (middle + high * fourth) * fourth
        let power = unsafeBitCast(shifted, to: SIMD4<UInt64>.self) &<< 52
        return unsafeBitCast(
            unsafeBitCast(series, to: SIMD4<UInt64>.self) &+ power, to: SIMD4<Double>.self)
    }

    /// log x, for positive normal x.
    @inline(__always)
    static func log(_ x: SIMD4<Double>) -> SIMD4<Double> {
        // x = 2^e·m with m from √½ to √2.
        let rootHalf = SIMD4<UInt64>(repeating: 0x3fe6_a09e_667f_3bcd)
        let one = SIMD4<UInt64>(repeating: 0x3ff0_0000_0000_0000)
        let bits = unsafeBitCast(x, to: SIMD4<UInt64>.self) &+ (one &- rootHalf)
        let mantissaMask = SIMD4<UInt64>(repeating: 0x000f_ffff_ffff_ffff)
        let mantissa = unsafeBitCast((bits & mantissaMask) &+ rootHalf, to: SIMD4<Double>.self)
        // The exponent as the low bits of a number near 2^52, which turns it into a floating one.
        let carrier = SIMD4<UInt64>(repeating: 0x4330_0000_0000_0000)
        let exponent =
            unsafeBitCast((bits &>> 52) | carrier, to: SIMD4<Double>.self) - (0x1p52 + 1023)
        // log m = 2·artanh s with s = (m − 1)/(m + 1), within ±0.172: s^18/19 is below 1e-15.
        let s = (mantissa - 1) / (mantissa + 1)
        let z = s * s
        let square = z * z
        let low = line(1.0 / 3, 1.0 / 5, z) + line(1.0 / 7, 1.0 / 9, z) * square
        let high = line(1.0 / 11, 1.0 / 13, z) + line(1.0 / 15, 1.0 / 17, z) * square
        let series = low + high * (square * square)
        let logMantissa = 2 * (s + s * z * series)
        return exponent * 0x1.62e42fefa3800p-1 + (logMantissa + exponent * 0x1.ef35793c76730p-45)
    }

    /// a + b·x.
    @inline(__always)
    private static func line(_ a: Double, _ b: Double, _ x: SIMD4<Double>) -> SIMD4<Double> {
        x * b + a
    }
}
