import Fitting
import Testing

/// Metrics against hand calculation.
@Suite struct MetricsTests {
    @Test func `each metric by its definition`() throws {
        let metrics = Metrics(observed: [2, 4], predicted: [2.2, 3.9])
        #expect(abs(metrics.mae - 0.15) < 1e-15)
        #expect(abs(metrics.rmse - (0.05 / 2).squareRoot()) < 1e-15)
        #expect(abs(metrics.meanRelativeError - 0.0625) < 1e-15)
        #expect(abs(metrics.worstRelativeError - 0.1) < 1e-15)
        #expect(abs(try #require(metrics.r2) - (1 - 0.05 / 2)) < 1e-15)
    }

    @Test func `r2 is left out where nothing varies`() {
        #expect(Metrics(observed: [3], predicted: [3.1]).r2 == nil)
    }

    @Test func `the average is unweighted over runs`() {
        let average = Metrics.average([
            Metrics(observed: [2, 4], predicted: [2, 4]),
            Metrics(observed: [2, 4, 6, 8], predicted: [1, 3, 5, 7]),
        ])
        #expect(average.mae == 0.5)
        // Squares of 4 against a spread of 20 make 0.8.
        #expect(average.r2 == 0.9)
    }
}
