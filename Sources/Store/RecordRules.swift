// The rules that SQL also holds as CHECK constraints, here so that a refusal names the place, the
// field and the value; SQLite would only name the table. NaN is refused only here: SQLite binds it
// as NULL.

extension RunRecord {
    /// The rule of `isValidID`, as the end of a sentence.
    package static let idRule = "must be 1 to 128 of the characters A-Z a-z 0-9 . _ -"

    /// Whether the text may be the id of a run or a fit.
    package static func isValidID(_ id: String) -> Bool {
        let allowed = id.utf8.allSatisfy { byte in
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "."), UInt8(ascii: "_"),
                UInt8(ascii: "-"):
                true
            default:
                false
            }
        }
        return allowed && (1...128).contains(id.utf8.count)
    }

    func validate(index: Int? = nil) throws(StoreError) {
        func refuse(_ field: String, _ value: String, _ rule: String) -> StoreError {
            .invalidField(.init(run: index, field: field, value: value, rule: rule))
        }
        try validateID(id, index: index)
        for (field, text) in [("study", study), ("role", role), ("schedule", schedule)]
        where text == "" {
            throw refuse(field, "\"\"", "must not be empty; leave it out instead")
        }
        if let loss, !loss.isPositiveFinite {
            throw refuse("loss", "\(loss)", "must be a finite number above 0")
        }
        for (name, value) in features {
            guard !name.isEmpty else { throw refuse("features", "\"\"", "names must not be empty") }
            guard value.isFinite else { throw refuse(name, "\(value)", "must be a finite number") }
        }
        if tags.keys.contains("") { throw refuse("tags", "\"\"", "names must not be empty") }
    }
}

extension FitRecord {
    func validate() throws(StoreError) {
        try validateID(id, index: nil)
    }
}

private func validateID(_ id: String, index: Int?) throws(StoreError) {
    guard !RunRecord.isValidID(id) else { return }
    throw .invalidField(
        .init(
            run: index, field: "id", value: "\"\(id)\"",
            rule: RunRecord.idRule))
}

extension PointRecord {
    func validate(index: Int) throws(StoreError) {
        func refuse(_ field: String, _ value: Double, _ rule: String) -> StoreError {
            .invalidField(.init(point: index, field: field, value: "\(value)", rule: rule))
        }
        guard (0...Self.maximumStep).contains(step) else {
            throw .invalidField(
                .init(
                    point: index, field: "step", value: "\(step)",
                    rule: "must be a whole number from 0 to \(Self.maximumStep)"))
        }
        if let loss, !loss.isPositiveFinite {
            throw refuse("loss", loss, "must be a finite number above 0")
        }
        if let learningRate, !(learningRate >= 0 && learningRate.isFinite) {
            throw refuse("learning_rate", learningRate, "must be a finite number, 0 or above")
        }
        if let tokenCount, !(tokenCount >= 0 && tokenCount.isFinite) {
            throw refuse("token_count", tokenCount, "must be a finite number, 0 or above")
        }
        for (name, value) in series {
            guard !name.isEmpty else {
                throw refuse("loss/", value, "needs a name after the slash")
            }
            guard value.isPositiveFinite else {
                throw refuse("loss/\(name)", value, "must be a finite number above 0")
            }
        }
    }
}

extension Double {
    var isPositiveFinite: Bool { self > 0 && isFinite }
}
