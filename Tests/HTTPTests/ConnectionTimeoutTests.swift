import Testing

@testable import HTTP

/// Deadlines under a clock that moves when told.
struct ConnectionTimeoutTests {
    private let put = "PUT / HTTP/1.1\r\nHost: h\r\nContent-Length: 1000\r\n\r\n"
    private let get = "GET / HTTP/1.1\r\nHost: h\r\n\r\n"

    @Test func `gives a new connection the header time and closes it silently`() {
        var connection = MockConnection()
        #expect(connection.deadline == 10)
        connection.wait(9.9)
        #expect(connection.timeOut().isEmpty)
        connection.wait(0.1)
        #expect(connection.timeOut().summary == ["close"])
    }

    @Test func `does not let a trickle extend the header time`() {
        var connection = MockConnection()
        connection.wait(3)
        for _ in 0..<5 {
            _ = connection.receive("G")
            #expect(connection.deadline == 13)
            connection.wait(1)
        }
        connection.wait(5)
        let actions = connection.timeOut()
        #expect(actions.summary == ["send 408"])
        #expect(actions.announcesClose)
    }

    @Test func `extends the body time by what arrives`() {
        var connection = MockConnection()
        connection.wait(1)
        _ = connection.receive(put)
        #expect(connection.deadline == 21)
        connection.wait(10)
        _ = connection.receive(String(repeating: "b", count: 250))
        #expect(connection.deadline == 23.5)
        connection.wait(12.5)
        #expect(connection.timeOut().summary == ["send 408"])
    }

    @Test func `has no deadline while a handler works`() {
        var connection = MockConnection()
        _ = connection.receive(get)
        #expect(connection.deadline == nil)
        connection.wait(1_000)
        #expect(connection.timeOut().isEmpty)
        #expect(connection.respond().summary == ["send 200"])
    }

    @Test func `extends the write time by what is taken and then gives up`() {
        var connection = MockConnection()
        _ = connection.receive(get)
        _ = connection.respond()
        #expect(connection.deadline == 30)
        connection.sentPart(200)
        #expect(connection.deadline == 32)
        connection.wait(32)
        #expect(connection.timeOut().summary == ["close"])
        #expect(connection.sent().isEmpty)
    }

    @Test func `keeps an idle connection for the idle time`() {
        var connection = MockConnection()
        _ = connection.receive(get)
        _ = connection.respond()
        connection.wait(5)
        _ = connection.sent()
        #expect(connection.deadline == 65)
        connection.wait(60)
        #expect(connection.timeOut().summary == ["close"])
    }

    @Test func `gives the next request on a kept connection the header time`() {
        var connection = MockConnection()
        _ = connection.receive(get)
        _ = connection.respond()
        _ = connection.sent()
        connection.wait(40)
        _ = connection.receive("GET")
        #expect(connection.deadline == 50)
        connection.wait(10)
        #expect(connection.timeOut().summary == ["send 408"])
    }

    @Test func `lingers for so long and no longer`() {
        var connection = MockConnection()
        _ = connection.receive("GARBAGE\r\n\r\n")
        _ = connection.sent()
        #expect(connection.deadline == 2)
        connection.wait(1)
        _ = connection.receive("still talking")
        #expect(connection.deadline == 2)
        connection.wait(1)
        #expect(connection.timeOut().summary == ["close"])
        #expect(connection.timeOut().isEmpty)
    }

    @Test func `sweeps no more often than its spacing`() {
        let start = ContinuousClock.now
        var sweep = SweepSchedule()
        #expect(sweep.nextDue == nil)
        #expect(!sweep.isDue(at: start))
        sweep.include(start + .seconds(2))
        sweep.include(start + .seconds(1))
        sweep.include(start + .seconds(3))
        #expect(sweep.nextDue == start + .seconds(1))
        #expect(sweep.isDue(at: start + .seconds(1)))
        sweep.begin(at: start + .seconds(1))
        #expect(sweep.nextDue == nil)
        sweep.include(start + .seconds(1) + .milliseconds(1))
        #expect(sweep.nextDue == start + .seconds(1) + SweepSchedule.spacing)
    }
}
