import Fitting
import Testing

/// Quantiles against tabulated values.
@Suite struct QuantilesTests {
    /// Abramowitz and Stegun, table 26.5.
    @Test(arguments: [
        (0.5, 0), (0.9, 1.281_551_565_544_600_5), (0.95, 1.644_853_626_951_472_2),
        (0.975, 1.959_963_984_540_054), (0.05, -1.644_853_626_951_472_2),
        (0.999_999, 4.753_424_308_817_087),
    ])
    func `the normal quantile`(probability: Double, expected: Double) {
        #expect(abs(Quantiles.normal(probability) - expected) < 1e-9)
    }

    /// Closed forms: t₁ is tan(π(p − ½)), t₂ is (2p − 1)/√(2p(1 − p)); the rest are tabulated.
    @Test(arguments: [
        (0.95, 1, 6.313_751_514_675_043), (0.95, 2, 2.919_985_580_353_725_6),
        (0.975, 5, 2.570_581_835_636_314), (0.95, 30, 1.697_260_886_593_957),
        (0.95, 2.5, 2.558_218_614_135_935_5),
    ])
    func `Student's t quantile`(probability: Double, degreesOfFreedom: Double, expected: Double) {
        let quantile = Quantiles.studentT(probability, degreesOfFreedom: degreesOfFreedom)
        #expect(abs(quantile - expected) < 1e-8 * expected)
    }

    @Test func `many degrees of freedom are the normal quantile`() {
        let limit = Quantiles.studentT(0.95, degreesOfFreedom: 999_999)
        #expect(abs(limit - Quantiles.normal(0.95)) < 1e-5)
    }
}
