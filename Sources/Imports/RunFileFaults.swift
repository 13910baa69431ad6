/// Faults collected over a reading, so that an answer names all bad fields and not one at a time.
struct RunFileFaults {
    /// Most faults kept: a column of the wrong kind would fill the answer with one sentence.
    static let limit = 100

    private(set) var errors: [RunFileError] = []

    var count: Int { errors.count }

    var isFull: Bool { errors.count >= Self.limit }

    mutating func add(_ error: RunFileError) {
        errors.append(error)
    }

    /// The value, or nil after noting why there is none.
    mutating func keep<Value>(_ result: Result<Value?, RunFileError>) -> Value? {
        switch result {
        case .success(let value):
            return value
        case .failure(let error):
            add(error)
            return nil
        }
    }

    /// Throws the first fault, carrying the others, if there is any.
    func check() throws(RunFileError) {
        guard var first = errors.first else { return }
        first.further = Array(errors.dropFirst())
        throw first
    }
}
