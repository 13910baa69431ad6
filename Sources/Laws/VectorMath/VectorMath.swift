/// Exponentials and logarithms of four numbers at once.
///
/// A law's evaluation is little else than these two, over arrays; the C library takes them one by
/// one and several times as long. Both are within one unit in the last place of the true value, the
/// logarithm near 1 relative to itself as well. The polynomials interpolate at Chebyshev's points,
/// which spreads their error evenly: 2e-17 for the exponential, 5e-18 for the logarithm, so that
/// rounding alone is left. They are evaluated in Estrin's order, in pairs of pairs, because a chain
/// of dependent products would leave the processor waiting.
package enum VectorMath {
    typealias Lanes = SIMD4<Double>

    /// Beyond ±708 the exponent's bits would run into the sign or out of the normal numbers.
    static let expLimit = 708.0

    /// e^x, x beyond ±708 taken as ±708.
    @inline(__always)
    static func exp(_ argument: Lanes) -> Lanes {
        let limit = Lanes(repeating: expLimit)
        return expWithinLimit(greater(-limit, lesser(argument, limit)))
    }

    /// The lesser of each pair; written lane by lane, it compiles to one instruction for two, where
    /// the library's takes a branch for each.
    @inline(__always)
    static func lesser(_ a: Lanes, _ b: Lanes) -> Lanes {
        Lanes(
            a.x < b.x ? a.x : b.x, a.y < b.y ? a.y : b.y, a.z < b.z ? a.z : b.z,
            a.w < b.w ? a.w : b.w)
    }

    /// The greater of each pair, likewise.
    @inline(__always)
    static func greater(_ a: Lanes, _ b: Lanes) -> Lanes {
        Lanes(
            a.x > b.x ? a.x : b.x, a.y > b.y ? a.y : b.y, a.z > b.z ? a.z : b.z,
            a.w > b.w ? a.w : b.w)
    }

    /// e^x for |x| ≤ 708.
    @inline(__always)
    static func expWithinLimit(_ x: Lanes) -> Lanes {
        // Adding 1.5·2^52 rounds to a whole number and leaves it in the low bits.
        let shifted = x * 1.4426950408889634 + 0x1.8p52
        let whole = shifted - 0x1.8p52
        // log 2 in two parts, the first short enough for an exact product.
        let r = (x - whole * 0x1.62e42fefa3800p-1) - whole * 0x1.ef35793c76730p-45
        // (e^r − 1 − r)/r² for |r| ≤ ½·log 2.
        let square = r * r
        let fourth = square * square
        let low =
            line(0.5000000000000001, 0.16666666666666669, r)
            + line(0.04166666666662399, 0.008333333333330051, r) * square
        let middle =
            line(0.0013888888917281794, 0.00019841269863105968, r)
            + line(2.480152119021773e-05, 2.7557268378684192e-06, r) * square
        let high = line(2.7620138719733994e-07, 2.5100424157005067e-08, r)
        let series = 1 + (r + square * (low + (middle + high * fourth) * fourth))
        let power = unsafeBitCast(shifted, to: SIMD4<UInt64>.self) &<< 52
        return unsafeBitCast(
            unsafeBitCast(series, to: SIMD4<UInt64>.self) &+ power, to: Lanes.self)
    }

    /// log x, for positive normal x.
    @inline(__always)
    static func log(_ x: Lanes) -> Lanes {
        // x = 2^e·m with m from √½ to √2.
        let rootHalf = SIMD4<UInt64>(repeating: 0x3fe6_a09e_667f_3bcd)
        let one = SIMD4<UInt64>(repeating: 0x3ff0_0000_0000_0000)
        let bits = unsafeBitCast(x, to: SIMD4<UInt64>.self) &+ (one &- rootHalf)
        let mantissaMask = SIMD4<UInt64>(repeating: 0x000f_ffff_ffff_ffff)
        let mantissa = unsafeBitCast((bits & mantissaMask) &+ rootHalf, to: Lanes.self)
        // The exponent as the low bits of a number near 2^52, which turns it into a floating one.
        let carrier = SIMD4<UInt64>(repeating: 0x4330_0000_0000_0000)
        let exponent = unsafeBitCast((bits &>> 52) | carrier, to: Lanes.self) - (0x1p52 + 1023)
        // log(1 + f) = f − ½f² + s·(½f² + series) with s = f/(2 + f), |s| ≤ 0.172: the parts that
        // round are small beside f, which is exact.
        let f = mantissa - 1
        let s = f / (2 + f)
        let z = s * s
        let square = z * z
        let low =
            line(2 * 0.3333333333333335, 2 * 0.1999999999994963, z)
            + line(2 * 0.1428571431304335, 2 * 0.11111105558321992, z) * square
        let high =
            line(2 * 0.09091445223732919, 2 * 0.07665838829720427, z)
            + 2 * 0.07308496354022515 * square
        let series = z * (low + high * (square * square))
        let half = 0.5 * f * f
        let logMantissa = f - (half - (s * (half + series) + exponent * 0x1.ef35793c76730p-45))
        return exponent * 0x1.62e42fefa3800p-1 + logMantissa
    }

    /// a + b·x.
    @inline(__always)
    private static func line(_ a: Double, _ b: Double, _ x: Lanes) -> Lanes {
        x * b + a
    }
}
