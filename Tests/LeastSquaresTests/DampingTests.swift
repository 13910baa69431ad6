import LeastSquares
import Testing

struct DampingTests {
    @Test func `falls fast after a step that went as predicted`() {
        var damping = Damping(1)
        damping.accept(gain: 1)
        #expect(damping.value == 0.05)
    }

    @Test func `stays after a step that gained half of what was predicted`() {
        var damping = Damping(1)
        damping.accept(gain: 0.5)
        #expect(damping.value == 1)
    }

    @Test func `rises after a step that gained little, though it is accepted`() {
        var damping = Damping(1)
        damping.accept(gain: 0.01)
        #expect(damping.value > 1.9)
        #expect(damping.value < 2)
    }

    @Test func `takes a gain above one for one`() {
        var better = Damping(1)
        var perfect = Damping(1)
        better.accept(gain: 1_000)
        perfect.accept(gain: 1)
        #expect(better == perfect)
    }

    @Test func `rises faster with each rejection in a row`() {
        var damping = Damping(1)
        let values = (0..<4).map { _ in
            damping.reject()
            return damping.value
        }
        #expect(values == [2, 8, 64, 1_024])
    }

    @Test func `rises by the square of how far too long a step was, where that is more`() {
        var damping = Damping(1e-4)
        damping.reject(excess: 10)
        #expect(abs(damping.value - 1e-2) < 1e-15)
        damping.reject(excess: 1.1)
        #expect(abs(damping.value - 4e-2) < 1e-15)
    }

    @Test(arguments: [1e6, .infinity, .nan])
    func `no excess raises it beyond 1 at once`(excess: Double) {
        var damping = Damping(1e-4)
        damping.reject(excess: excess)
        #expect(damping.value <= 1)
        #expect(damping.value >= 2e-4)
    }

    @Test func `forgets the rejections once a step is accepted`() {
        var damping = Damping(1)
        damping.reject()
        damping.reject()
        damping.accept(gain: 0.5)
        damping.reject()
        #expect(damping.value == 16)
    }

    @Test func `ends after few rejections, so that no search hangs`() {
        var damping = Damping(1e-5)
        var rejections = 0
        while !damping.isExhausted {
            damping.reject()
            rejections += 1
        }
        #expect(rejections < 20)
    }

    @Test func `never reaches zero, from which it could not rise again`() {
        var damping = Damping(0)
        #expect(damping.value > 0)
        for _ in 0..<100 {
            damping.accept(gain: 1)
        }
        #expect(damping.value > 0)
    }
}
