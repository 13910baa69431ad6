import Testing

@testable import HTTP

struct AcceptShortageTests {
    private let start = ContinuousClock.now

    @Test func `is logged once until everybody who waited is in`() {
        var shortage = AcceptShortage()
        var isLogged = [shortage.begin(at: start)]
        shortage.stopWaiting()
        isLogged.append(shortage.begin(at: start + .milliseconds(100)))
        shortage.stopWaiting()
        shortage.end()
        isLogged.append(shortage.begin(at: start + .seconds(1)))
        #expect(isLogged == [true, false, true])
    }

    @Test func `waits a tenth of a second between attempts`() {
        var shortage = AcceptShortage()
        #expect(shortage.retriesAt == nil && shortage.isPast(at: start))
        _ = shortage.begin(at: start)
        #expect(shortage.retriesAt == start + .milliseconds(100))
        #expect(!shortage.isPast(at: start + .milliseconds(99)))
        #expect(shortage.isPast(at: start + .milliseconds(100)))
    }

    @Test func `has nothing to wake for once waiting has ended`() {
        var shortage = AcceptShortage()
        _ = shortage.begin(at: start)
        shortage.stopWaiting()
        #expect(shortage.retriesAt == nil && shortage.isPast(at: start))
    }
}
