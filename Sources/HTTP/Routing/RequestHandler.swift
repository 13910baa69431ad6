import Synchronization

/// The application behind a server: judges a request by its head, and answers it once it is whole.
///
///     struct Hello: RequestHandler {
///         func admit(_ head: Request) -> Admission { .accept(RouteTerms()) }
///         func respond(to request: Request) -> Response { .text("hello") }
///     }
package protocol RequestHandler: Sendable {
    /// Judges a request whose body has not come yet, so that a refusal costs no memory.
    ///
    /// It runs on the event loop's thread and must not block.
    ///
    /// - Parameter head: The request with an empty body; `contentLength` announces the real one.
    /// - Returns: The judgement.
    func admit(_ head: Request) -> Admission

    /// Answers a whole request, on the lane that `admit` chose.
    func respond(to request: Request) -> Response
}

/// The judgement on a request's head.
package enum Admission: Sendable {
    case accept(RouteTerms)
    /// Answer at once, or after a delay that slows down guessing; the body is not read.
    case refuse(Response, delay: Duration = .zero)
}

/// The threads that answer a request.
package enum Lane: Sendable, Equatable {
    /// The event loop itself, for answers that take microseconds and cannot block.
    case loop
    /// Ingest and answers of some milliseconds, which may wait for the database.
    case quick
    /// Reads whose length the data decide: a page of runs, a whole curve. They keep no thread from
    /// ingest.
    case read
    /// Long computations, on threads of low priority; of two that wait, a weight of one second
    /// more lets the other go first for as long.
    case heavy(weight: Double)
}

/// The conditions under which a route takes a request.
package struct RouteTerms: Sendable {
    /// The largest body taken by routes that expect none, and so ignore it.
    static let ignoredBodyBytes = 65_536

    package var lane: Lane
    /// In bytes as sent, that is before decompression.
    package var bodyLimit: Int
    /// Refuses a head, for example by its Content-Type; it must not block.
    package var check: @Sendable (Request) throws -> Void

    package init(
        lane: Lane = .quick, bodyLimit: Int = Self.ignoredBodyBytes,
        check: @escaping @Sendable (Request) throws -> Void = { _ in }
    ) {
        self.lane = lane
        self.bodyLimit = bodyLimit
        self.check = check
    }

    package static let loop = RouteTerms(lane: .loop)
    package static let quick = RouteTerms()
    package static let read = RouteTerms(lane: .read)

    package static func heavy(_ weight: Double) -> RouteTerms {
        RouteTerms(lane: .heavy(weight: weight))
    }
}

/// The link between a request in work and its client: cancellation and the memory it may take.
package final class RequestContext: Sendable {
    private let cancelled = Atomic(false)
    private let memory: MemoryReservation?

    init(memory: MemoryReservation?) {
        self.memory = memory
    }

    /// A context for requests within this process: never cancelled, no limit of memory.
    package static var detached: RequestContext { RequestContext(memory: nil) }

    /// True once the client has gone: nobody reads the answer, and long work should end.
    package var isCancelled: Bool { cancelled.load(ordering: .relaxed) }

    package func cancel() {
        cancelled.store(true, ordering: .relaxed)
    }

    /// Sets memory aside for work on the request until the request ends.
    ///
    /// - Parameter bytes: An estimate of the most that the work holds at a time.
    /// - Throws: `HTTPError.noMemory`, 503 with Retry-After, when the server cannot spare it.
    package func reserve(_ bytes: Int) throws(HTTPError) {
        guard memory?.grow(by: bytes) ?? true else { throw .noMemory }
    }
}
