import Synchronization
import Testing

@testable import HTTP

/// The small containers and the worker pool.
struct QueueTests {
    @Test func `an output queue hands out what is left`() {
        var queue = OutputQueue()
        #expect(queue.isEmpty)
        queue.append([1, 2, 3])
        queue.append([])
        queue.append([4])
        #expect(queue.hasMore)
        queue.advance(2)
        #expect(Array(queue.next) == [3])
        queue.advance(1)
        #expect(Array(queue.next) == [4])
        #expect(!queue.hasMore)
        queue.advance(1)
        #expect(queue.isEmpty)
        #expect(queue.next.isEmpty)
    }

    @Test func `a worker pool runs what it takes and refuses what it cannot hold`() {
        let pool = WorkerPool(name: "test", threads: 1, capacity: 2)
        let gate = Gate()
        let started = Gate()
        let done = Gate()
        let order = Mutex<[Int]>([])
        #expect(
            pool.submit {
                started.open()
                gate.wait()
            })
        started.wait()
        #expect(pool.submit { order.withLock { $0.append(1) } })
        #expect(
            pool.submit {
                order.withLock { $0.append(2) }
                done.open()
            })
        #expect(!pool.submit { order.withLock { $0.append(3) } })
        gate.open()
        done.wait()
        #expect(order.withLock { $0 } == [1, 2])
        pool.close()
        #expect(!pool.submit {})
    }
}
