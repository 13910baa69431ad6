import Contract
import Fitting
import HTTP
import Imports
import JSONText
import Laws
import Plans
import Records
import Schedules
import Store

/// The status, pointer and sentence that answer an error of the rooms below.
///
/// 400 is for what cannot be read: a body that is not JSON, a bad URL. 422 is for what can be read
/// and breaks a rule.
enum FaultMapping {
    /// The fault of an error; nil leaves it a 500, whose reason goes to the log only.
    static func fault(for error: any Error) -> HTTPError? {
        switch error {
        case let error as JSONSyntaxError: .field(.badRequest, "", error.message)
        case let error as ValidationErrors: error.fault(error.source)
        case let error as CurveRequestError:
            .field(.unprocessableContent, error.pointer, error.message)
        case let error as ScheduleError: fault(error, status: .unprocessableContent)
        case let error as LawError: .field(.unprocessableContent, error.pointer, error.message)
        case FittingError.notIdentified(let reason):
            HTTPError(
                .unprocessableContent, type: PlanError.Refusal.notIdentified.rawValue,
                detail: FittingError.notIdentified(reason).message)
        case let error as FittingError:
            .field(.unprocessableContent, error.pointer, error.message)
        case let error as PlanError:
            if let refusal = error.refusal {
                HTTPError(
                    .unprocessableContent, type: refusal.rawValue, detail: error.message)
            } else {
                .field(.unprocessableContent, error.pointer, error.message)
            }
        case let error as RunFileError: fault(error)
        case let error as StoreError: fault(error)
        default: nil
        }
    }

    /// A schedule's fault, at the field `/schedule` of a request.
    static func fault(
        _ error: ScheduleError, at field: String = "/schedule", status: Status
    ) -> HTTPError {
        .field(status, error.pointer(at: field), error.message)
    }

    /// A table's faults: the row and the field, where they have them.
    private static func fault(_ error: RunFileError) -> HTTPError {
        let all = [error] + error.further
        var faults = ValidationErrors()
        for error in all { faults.add(pointer(of: error), error.sentence) }
        var fault = faults.fault(.upload) ?? HTTPError(.badRequest, detail: error.sentence)
        fault.status = status(of: error)
        return fault
    }

    private static func status(of error: RunFileError) -> Status {
        switch error.kind {
        case .invalid, .badSchedule, .missingColumn, .noRows: .unprocessableContent
        case .repeatedRun: .conflict
        case .tooLarge: .contentTooLarge
        default: .badRequest
        }
    }

    static func pointer(of error: RunFileError) -> String {
        let row = error.place.record.map { "/\($0)" } ?? ""
        return switch error.kind {
        case .invalid(let field, _, _): "\(row)/\(pointerComponent(field))"
        case .badSchedule: "\(row)/schedule"
        case .repeatedRun: "\(row)/id"
        default: row
        }
    }

    private static func fault(_ error: StoreError) -> HTTPError? {
        switch error {
        case .runExists(_, let index):
            .field(.conflict, index.map { "/\($0)/id" } ?? "/id", error.sentence)
        case .fitExists: .field(.conflict, "/id", error.sentence)
        case .runNotFound, .fitNotFound: HTTPError(.notFound, detail: error.sentence)
        case .invalidField(let invalid):
            .field(.unprocessableContent, pointer(of: invalid), error.sentence)
        case .invalidCursor: .field(.badRequest, "/cursor", error.sentence)
        case .invalidLimit: .field(.badRequest, "/limit", error.sentence)
        case .sqlite where error.isBusy:
            HTTPError(
                .serviceUnavailable,
                detail: "The database is locked by another process, such as an import; try again.",
                headers: ["Retry-After": "2"])
        case .databaseGone:
            HTTPError(
                .serviceUnavailable,
                detail: "The server's database was deleted or replaced, nothing was stored; "
                    + "its operator must put it back or restart the server.")
        case .sqlite where error.isDamage:
            HTTPError(
                .internalServerError,
                detail: "The database is damaged where this was looked for; what lies elsewhere is "
                    + "served. isoloss check says where.")
        case .sqlite where error.isDiskFull:
            HTTPError(
                .insufficientStorage,
                detail: "The server's disk is full, nothing was stored; make room on it.")
        case .notADatabase, .foreignDatabase, .newerDatabase, .editedMigration, .cannotOpen,
            .servedAlready, .sqlite:
            nil
        }
    }

    private static func pointer(of invalid: InvalidField) -> String {
        let run = invalid.run.map { "/\($0)" } ?? ""
        let point = invalid.point.map { "/points/\($0)" } ?? ""
        return "\(run)\(point)/\(pointerComponent(invalid.field))"
    }
}

extension RunFileError {
    /// The detail as a sentence about a body, with its line.
    var sentence: String {
        let line = place.line.map { "line \($0): " } ?? ""
        return "\(line)\(hasOwnSubject ? "" : "the body ")\(detail)."
    }

    /// True when the detail names what it is about, or continues the name of a file.
    private var hasOwnSubject: Bool {
        switch kind {
        case .unreadable, .noRunFiles, .notALog, .unknownFormat, .notUTF8, .damagedGzip, .tooLarge,
            .empty, .noRows,
            .notJSON, .wrongShape:
            false
        default: true
        }
    }
}

extension StoreError {
    /// The message as a sentence of its own.
    fileprivate var sentence: String {
        message.prefix(1).uppercased() + message.dropFirst() + "."
    }
}
