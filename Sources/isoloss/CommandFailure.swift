import API
import ArgumentParser
import Contract
import Fitting
import Foundation
import HTTP
import Imports
import Laws
import Plans
import Schedules
import Store

/// The one place where an error becomes a sentence and an exit code.
struct CommandFailure: Equatable {
    var sentence: String
    var code: ExitCode

    /// The failure that an error of any room stands for.
    init(_ error: any Error) {
        switch error {
        case let error as UsageError:
            self.init(error.message, .badInput)
        case let error as ScheduleError:
            self.init("schedule: \(error.message).", .badInput)
        case let error as LawError:
            self.init(error.message, .badInput)
        case let error as FittingError:
            self.init(error.message, error.isBadInput ? .badInput : .noAnswer)
        case let error as CurveRequestError:
            self.init(error.message, .badInput)
        case let error as PlanError:
            self.init(error.message, error.refusal == nil ? .badInput : .noAnswer)
        case let error as RunFileError:
            self.init(error.message + ".", .badInput)
        case let error as StoreError:
            self.init(error.message + ".", error.isBadInput ? .badInput : .noAnswer)
        case let error as ClientError:
            self.init(error.message, error.isBadInput ? .badInput : .noAnswer)
        case let error as ServiceError:
            self.init(error.description, .badInput)
        case let error as AddressError:
            self.init(error.description + ".", .badInput)
        case let error as SystemError:
            self.init(error.description + ".", .noAnswer)
        default:
            self.init("\(error)", .noAnswer)
        }
    }

    private init(_ sentence: String, _ code: ExitCode) {
        self.sentence = sentence
        self.code = code
    }

    /// Says what went wrong and ends the program.
    static func end(with error: any Error) -> Never {
        switch Isoloss.exitCode(for: error) {
        case .success:
            // Help and version are thrown by the argument parser as well.
            Isoloss.exit(withError: error)
        case .validationFailure:
            Output.usageError(Isoloss.fullMessage(for: error))
            Isoloss.exit(withError: ExitCode.badInput)
        default:
            if let code = error as? ExitCode { Isoloss.exit(withError: code) }
            let failure = CommandFailure(error)
            Output.error(failure.sentence)
            Isoloss.exit(withError: failure.code)
        }
    }
}

extension FittingError {
    /// True when other input is wanted; else there is just no answer.
    fileprivate var isBadInput: Bool {
        switch self {
        case .notEvaluable, .nothingPredicted, .notIdentified, .cancelled: false
        default: true
        }
    }
}

extension StoreError {
    /// True when another file or record is wanted; else the database failed.
    fileprivate var isBadInput: Bool {
        if case .sqlite = self { return false }
        return true
    }
}
