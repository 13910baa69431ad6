/// What a request may cost before it is refused; every number is in bytes unless it says count.
package struct ParserLimits: Sendable, Equatable {
    /// The request line without its line end; beyond it 414.
    package var requestLineBytes: Int
    /// All field lines together, and likewise all trailer lines; beyond it 431.
    package var headerBytes: Int
    /// The number of field lines, and likewise of trailer lines; beyond it 431.
    package var headerCount: Int
    /// The body after chunked decoding; beyond it 413.
    package var bodyBytes: Int
    /// One chunk-size line with its extensions; beyond it 400.
    package var chunkLineBytes: Int

    /// Limits that a training job's uploads stay under and that a few hundred clients cannot
    /// exhaust memory with.
    package init(
        requestLineBytes: Int = 16_384, headerBytes: Int = 32_768, headerCount: Int = 100,
        bodyBytes: Int = 64 << 20, chunkLineBytes: Int = 512
    ) {
        self.requestLineBytes = requestLineBytes
        self.headerBytes = headerBytes
        self.headerCount = headerCount
        self.bodyBytes = bodyBytes
        self.chunkLineBytes = chunkLineBytes
    }
}
