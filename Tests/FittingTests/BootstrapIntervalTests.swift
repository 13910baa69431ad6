import Testing

@testable import Fitting

/// Bias-corrected percentiles of refits whose order is known.
@Suite struct BootstrapIntervalTests {
    /// 999 refits with the values 1 to 999: a share s of them lies below 1000·s.
    private func interval(
        value: Double, unit: Resampling.Unit = .runs, degreesOfFreedom: Double = 1e9,
        points: Int = 60
    ) -> [Double] {
        let values = (1...999).reversed().map { [Double($0)] }
        let outcome = Bootstrap.Outcome(coordinates: values, values: values, failed: 0, unit: unit)
        return outcome.interval(
            of: 0, value: value, level: 0.9, degreesOfFreedom: degreesOfFreedom, points: points)
    }

    private func expect(_ ends: [Double], _ expected: [Double]) {
        for (end, wanted) in zip(ends, expected) {
            #expect(abs(end - wanted) < 0.05, "\(ends), not \(expected)")
        }
    }

    @Test func `a value in the middle of its refits gets their percentiles`() {
        expect(interval(value: 500), [50, 950])
    }

    /// Φ⁻¹(0.3005) = −0.52296: the shares are Φ(−1.04592 ∓ 1.64485).
    @Test func `refits that fall back upwards move the interval downwards`() {
        expect(interval(value: 300.5), [3.564, 725.4])
        expect(interval(value: 699.5), [274.6, 996.436])
    }

    @Test func `the median of the refits stays inside, however far they are from the value`() {
        expect(interval(value: -1), [1, 500])
        expect(interval(value: 2_000), [500, 999])
    }

    /// Student's 95 % quantile at 55 degrees of freedom is 1.67303, times √(60/55) for rows.
    @Test func `few points move the ends outwards, rows further`() {
        expect(interval(value: 500, degreesOfFreedom: 55), [47.160, 952.840])
        expect(interval(value: 500, unit: .rows, degreesOfFreedom: 55), [40.282, 959.718])
    }
}
