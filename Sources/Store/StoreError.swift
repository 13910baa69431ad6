import GRDB
package import Records

/// A refusal or failure of the store: data for code in the cases, English in `message`.
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
    /// Another server holds the file's lock.
    case servedAlready(path: String, by: String)
    /// The file that is open was deleted or replaced: what is written now would be lost.
    case databaseGone(path: String)
    /// SQLite failed: disk full, locked by another process, damaged file and so on.
    case sqlite(code: Int, reason: String)
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
            guard !isDamage else {
                return "the database is damaged where this was looked for: \(reason) (SQLite code "
                    + "\(code)); isoloss check says where, and what is whole"
            }
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
        case .servedAlready(let path, let holder):
            return "\(path) has a server already, \(holder); ask that one, end it, or name another "
                + "database"
        case .databaseGone(let path):
            return "the file \(path) was deleted or replaced while it was open, and nothing is "
                + "written to what is left of it; put it back or restart the server"
        }
    }
}

extension StoreError {
    /// True when the database was locked by another process for as long as a call waits.
    package var isBusy: Bool { primaryCode == 5 || primaryCode == 6 }

    /// The error of a writer that was not let in since another process holds the file.
    static let locked = StoreError.sqlite(code: 5, reason: "database is locked")

    /// The error of a row that breaks the rules of its table, which SQLite checks at every write.
    static let damagedRow = StoreError.sqlite(
        code: 11, reason: "a row is not as it was written")

    /// True when a part of the file is damaged: what lies in other parts can still be read.
    package var isDamage: Bool { primaryCode == 11 || primaryCode == 26 }

    /// True when the disk has no room.
    package var isDiskFull: Bool { primaryCode == 13 }

    /// SQLite's result code without its extension (https://www.sqlite.org/rescode.html); nil for
    /// what is not SQLite's.
    private var primaryCode: Int? {
        guard case .sqlite(let code, _) = self else { return nil }
        return code & 0xFF
    }
}

extension StoreError {
    /// Turns whatever GRDB threw into one of ours, so that no caller needs GRDB.
    init(wrapping error: any Error) {
        switch error {
        case let error as StoreError:
            self = error
        case let error as InvalidField:
            self = .invalidField(error)
        case is RowDecodingError:
            self = .damagedRow
        case let error as DatabaseError:
            self = .sqlite(
                code: Int(error.extendedResultCode.rawValue),
                reason: error.message ?? "no reason given")
        default:
            self = .sqlite(code: 0, reason: "\(error)")
        }
    }
}
