import LeastSquares
import Testing

struct RobustLossTests {
    static let all: [RobustLoss] = [
        .squares, .huber(delta: 0.5), .softL1(delta: 0.5), .cauchy(delta: 0.5),
        .tukey(delta: 0.5),
    ]

    static let places = [-7.0, -0.6, -0.49, -0.2, -1e-3, 1e-3, 0.1, 0.3, 0.45, 0.55, 2.0, 30.0]

    @Test(arguments: all)
    func `costs half the square near zero`(loss: RobustLoss) {
        #expect(loss.value(0) == 0)
        #expect(abs(loss.value(1e-6) / 5e-13 - 1) < 1e-9)
        #expect(abs(loss.curvature(1e-6) - 1) < 1e-9)
    }

    @Test(arguments: all)
    func `sums what each residual costs`(loss: RobustLoss) {
        let sum = Self.places.reduce(0) { $0 + loss.value($1) }
        #expect(abs(loss.sum(Self.places) / sum - 1) < 1e-14)
        #expect(loss.sum([]) == 0)
    }

    @Test(arguments: all)
    func `has the derivatives of its value`(loss: RobustLoss) {
        for place in Self.places {
            let step = 1e-6
            let slope = (loss.value(place + step) - loss.value(place - step)) / (2 * step)
            let bend = (loss.influence(place + step) - loss.influence(place - step)) / (2 * step)
            #expect(abs(slope - loss.influence(place)) < 1e-8 * max(1, abs(slope)))
            #expect(abs(bend - loss.curvature(place)) < 1e-8)
        }
    }

    @Test(arguments: all)
    func `weighs a residual by influence over residual, less the larger it is`(loss: RobustLoss) {
        var last = 1.0
        for size in Self.places.map(abs).sorted() {
            #expect(abs(loss.weight(size) * size - loss.influence(size)) < 1e-15 * size)
            #expect(loss.weight(size) <= last)
            last = loss.weight(size)
        }
    }

    @Test func `is continuous over the kink of Huber, whose curvature jumps there`() {
        let loss = RobustLoss.huber(delta: 0.5)
        #expect(loss.value(0.5) == 0.125)
        #expect(loss.value(0.5.nextUp) >= 0.125)
        #expect(loss.influence(0.5) == 0.5)
        #expect(loss.influence(0.5.nextUp) == 0.5)
        #expect(loss.curvature(0.5) == 1)
        #expect(loss.curvature(0.5.nextUp) == 0)
    }

    @Test func `matches the contract's Huber outside the kink`() {
        let loss = RobustLoss.huber(delta: 1e-3)
        #expect(loss.value(-0.02) == 1e-3 * (0.02 - 0.5e-3))
    }

    @Test func `bounds the cost of Tukey and lets go of far points`() {
        let loss = RobustLoss.tukey(delta: 0.6)
        #expect(abs(loss.value(5) - 0.06) < 1e-15)
        #expect(loss.influence(5) == 0)
        #expect(loss.curvature(5) == 0)
        #expect(loss.curvature(0.4) < 0)
    }

    @Test func `keeps all digits of small residuals`() {
        for loss in Self.all {
            #expect(abs(loss.value(1e-9) / 5e-19 - 1) < 1e-14)
        }
    }
}
