package import JSONText

/// A fault of a run file and its place: data for code, English in `message`.
package struct RunFileError: Error, Equatable, Sendable {
    /// The place in the file; each part is nil where it has no meaning.
    package struct Place: Equatable, Sendable {
        /// Line of a text, from 1.
        package var line: Int?
        /// Place of the point or run among the file's, from 0.
        package var record: Int?
        /// The column or key as the file spells it.
        package var column: String?
        /// RFC 6901 pointer into a JSON document, for `runs.json`.
        package var pointer: String?

        package init(
            line: Int? = nil, record: Int? = nil, column: String? = nil, pointer: String? = nil
        ) {
            self.line = line
            self.record = record
            self.column = column
            self.pointer = pointer
        }
    }

    package enum Kind: Equatable, Sendable {
        case unreadable(reason: String)
        case empty
        case noRows
        /// A byte order mark of UTF-16 or UTF-32.
        case notUTF8
        case damagedGzip
        /// Unpacked it has more than this many bytes.
        case tooLarge(limit: Int)
        case tooManyLines(limit: Int)
        /// The line is that of the file.
        case notJSON(JSONSyntaxError)
        /// Valid JSON of another shape.
        case wrongShape(expected: String)
        case missingColumn(wanted: String, seen: [String])
        case repeatedColumn
        case fieldCount(found: Int, expected: Int)
        case unclosedQuote
        case textAfterQuote
        /// The contract's field, the value as it stands, the rule.
        case invalid(field: String, value: String, rule: String)
        /// The schedule language's own sentence.
        case badSchedule(detail: String)
        /// A run id that another file or row has too.
        case repeatedRun(id: String, other: String)
        /// Something else: the sentence says what, and what to do.
        case notALog(String)
        /// No format recognises it.
        case unknownFormat
        /// A word for `--as` that no format has.
        case noSuchFormat(String, known: [String])
        /// A folder without anything to read.
        case noRunFiles
    }

    /// The file's name as given.
    package let file: String
    package var place: Place
    package let kind: Kind
    /// Other faults found in the same reading; each has none of its own.
    package var further: [RunFileError] = []

    package init(file: String, place: Place = Place(), kind: Kind) {
        self.file = file
        self.place = place
        self.kind = kind
    }
}

extension RunFileError: CustomStringConvertible {
    /// The whole sentence: file, place, what is wrong, what to do; how many faults are further.
    package var message: String {
        var parts = [file]
        if let line = place.line {
            parts.append("line \(line)")
        } else if let record = place.record {
            parts.append("record \(record)")
        }
        if let pointer = place.pointer { parts.append(pointer) }
        if let column = place.column { parts.append("column \"\(column)\"") }
        let more = further.isEmpty ? "" : " (and \(further.count) more)"
        return parts.joined(separator: ", ") + ": " + detail + more
    }

    package var description: String { message }

    /// The sentence without file and place.
    package var detail: String {
        switch kind {
        case .invalid(let field, let value, let rule):
            return "\(field) = \(value), \(rule)"
        case .badSchedule(let detail):
            return "schedule: \(detail)"
        case .unreadable(let reason):
            return "cannot be read: \(reason)"
        case .repeatedRun(let id, let other):
            return "run \"\(id)\" is in \(other) too; rename one"
        case .noRunFiles:
            return "has neither runs.json nor any file that is a log or a table of runs"
        case .notALog(let sentence):
            return sentence
        case .unknownFormat:
            return "is in no format that is known here; `isoloss import --formats` lists them, "
                + "and --as names one"
        case .noSuchFormat(let name, let known):
            return "there is no format \"\(name)\"; there are \(known.joined(separator: ", "))"
        case .notUTF8:
            return "is not UTF-8; save it as UTF-8"
        case .damagedGzip:
            return "is damaged or cut-off gzip; compress it again"
        case .tooLarge(let limit):
            return "has more than \(limit) bytes unpacked; split it"
        case .tooManyLines(let limit):
            return "has more than \(limit) lines; split it"
        case .empty:
            return "is empty"
        case .noRows:
            return "has no rows"
        case .notJSON(let error):
            return "cannot be read as JSON, column \(error.column): \(error.reason)"
        case .wrongShape(let expected):
            return "must be \(expected)"
        case .missingColumn(let wanted, let seen):
            let columns = seen.isEmpty ? "none" : seen.joined(separator: ", ")
            return "there is no column `\(wanted)`; columns seen: \(columns)"
        case .repeatedColumn:
            return "the header has this column twice; rename one"
        case .fieldCount(let found, let expected):
            return "has \(found) \(found == 1 ? "field" : "fields"), the header has \(expected)"
        case .unclosedQuote:
            return "a quoted field is not closed; end it with a quote"
        case .textAfterQuote:
            return "there is text after a closing quote; double the quotes inside a quoted field"
        }
    }
}

extension RunFileError.Kind {
    /// True when the file is something else, and nothing is wrong with it.
    var saysNotALog: Bool {
        switch self {
        case .notALog, .unknownFormat, .missingColumn, .empty, .notJSON, .wrongShape, .noRows: true
        default: false
        }
    }
}

extension RunFileError {
    /// Rules of fields that are words, as the ends of sentences.
    enum Rule {
        static let role = "must be train or test"
    }
}
