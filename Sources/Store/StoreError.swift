import GRDB

/// What the store refuses or cannot do: data for code in the cases, English in `message`.
package enum StoreError: Error, Equatable, Sendable {
    /// A run with this id is stored already; `index` is its place in a batch.
    case runExists(id: String, index: Int?)
    case runNotFound(id: String)
    case fitExists(id: String)
    case fitNotFound(id: String)
    case invalidField(InvalidField)
    case invalidCursor(String)
    case invalidLimit(Int)
    /// The file is not an SQLite database.
    case notADatabase(path: String)
    /// The file is an SQLite database of another application (its `application_id`; 0 is none).
    case foreignDatabase(path: String, applicationID: UInt32)
    /// The file holds migrations that this version does not know.
    case newerDatabase(path: String, unknownMigrations: [String])
    /// A migration was changed after it had been applied to this file.
    case editedMigration(path: String, identifier: String)
    case cannotOpen(path: String, reason: String)
    /// SQLite failed: disk full, locked by another process, damaged file and so on.
    case sqlite(code: Int, reason: String)

    /// A field of a record that breaks a rule; nothing of its batch was stored.
    package struct InvalidField: Equatable, Sendable {
        /// Place of the run in a batch of runs, from 0.
        package var run: Int?
        /// Place of the point in a batch of points, from 0.
        package var point: Int?
        /// Name of the field as in JSON, such as `loss/validation`.
        package let field: String
        package let value: String
        /// What must hold, as the end of a sentence: "must be a finite number above 0".
        package let rule: String

        package init(
            run: Int? = nil, point: Int? = nil, field: String, value: String, rule: String
        ) {
            self.run = run
            self.point = point
            self.field = field
            self.value = value
            self.rule = rule
        }
    }
}

extension StoreError {
    /// One sentence for people: what was refused, the value, the rule, what to do.
    package var message: String {
        switch self {
        case .runExists(let id, let index):
            let place = index.map { "run \($0) of the batch: " } ?? ""
            return "\(place)run \"\(id)\" exists already; choose another id, or update that run"
        case .runNotFound(let id):
            return "there is no run \"\(id)\"; create it first, or check the id"
        case .fitExists(let id):
            return "fit \"\(id)\" exists already"
        case .fitNotFound(let id):
            return "there is no fit \"\(id)\"; it may have been deleted, or check the id"
        case .invalidField(let invalid):
            return invalid.message
        case .invalidCursor(let cursor):
            return "cursor = \"\(cursor)\" is none of ours; take next_cursor from the page before"
        case .invalidLimit(let limit):
            return "limit = \(limit), must be at least 1"
        case .sqlite(let code, let reason):
            return "the database failed: \(reason) (SQLite code \(code))"
        case .notADatabase(let path):
            return "\(path) is not an SQLite database; name another file, it was left untouched"
        case .foreignDatabase(let path, let applicationID):
            let whose = applicationID == 0 ? "none" : "0x" + String(applicationID, radix: 16)
            return "\(path) is a database of another application (application_id \(whose)); "
                + "name another file, it was left untouched"
        case .newerDatabase(let path, let unknown):
            return "\(path) is from a newer version of isoloss, which knows "
                + "\(unknown.joined(separator: ", ")); update isoloss, it was left untouched"
        case .editedMigration(let path, let identifier):
            return "migration \(identifier) is not the one that \(path) was made with; "
                + "a released migration is never edited, add a new one"
        case .cannotOpen(let path, let reason):
            return "cannot open the database \(path): \(reason)"
        }
    }
}

extension StoreError {
    /// Whether the database was locked by another process for as long as a call waits.
    package var isBusy: Bool { primaryCode == 5 || primaryCode == 6 }

    /// Whether the disk has no room.
    package var isDiskFull: Bool { primaryCode == 13 }

    /// SQLite's result code without its extension (https://www.sqlite.org/rescode.html); nil for
    /// what is not SQLite's.
    private var primaryCode: Int? {
        guard case .sqlite(let code, _) = self else { return nil }
        return code & 0xFF
    }
}

extension StoreError.InvalidField {
    /// Where, which field, what value, which rule.
    package var message: String {
        let places = [run.map { "run \($0)" }, point.map { "point \($0)" }].compactMap(\.self)
        let place = places.isEmpty ? "" : places.joined(separator: ", ") + ": "
        return "\(place)\(field) = \(value), \(rule)"
    }
}

extension StoreError {
    /// Turns whatever GRDB threw into one of ours, so that no caller needs GRDB.
    init(wrapping error: any Error) {
        switch error {
        case let error as StoreError:
            self = error
        case let error as DatabaseError:
            self = .sqlite(
                code: Int(error.resultCode.rawValue), reason: error.message ?? "no reason given")
        default:
            self = .sqlite(code: 0, reason: "\(error)")
        }
    }
}
