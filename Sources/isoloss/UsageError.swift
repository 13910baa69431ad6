import ArgumentParser

/// A fault of a command line beyond what the argument parser sees.
package enum UsageError: Error, Equatable, CustomStringConvertible {
    case noFit
    case fitAndPublished
    case lawWithoutPublished
    case notNameValue(String)
    case repeatedName(String, option: String)
    case notANumber(option: String, name: String, value: String)
    case runsAndRole
    case noRunsNamed
    case noHoldoutNamed
    case fittedAndHeldOut(String)
    case nothingLeftToFit
    case unknownRun(String, known: [String])
    case noRunOfRole(String, known: [String])
    case noPaths
    case noLaws
    case pathsAndServer
    case serverNeedsRuns
    case databaseAndServer
    case emptyStudy(String)
    case optionNeedsServer(String)
    case optionNeedsFiles(String)
    case nothingToFill(option: String)
    case belowMinimum(option: String, value: Int, minimum: Int)
    case outputExists(String)
    case unreadable(String, reason: String)
    case unwritable(String, reason: String)
    case notAFit(String, reason: String)
    case unfinishedFit(String, status: String)
    case scheduleExpected(law: String)
    case badServerURL(String)
    case onePlan([String], given: [String])
    case strayWord(String, plan: String)
    case unknownPlanOption(String, plan: String, known: [String])
    case planValueMissing(String)
    case repeatedPlanOption(String)
    case whichRun(known: [String])
    case plotFormat(String)
    case noConverter(String, program: String)
    case plotOfLoss(law: String)
    case nothingLogged(run: String, loss: String)

    /// The sentence, for the argument parser's own messages.
    package var description: String { message }

    /// The error as a command's `validate` must throw it, for the parser to add the usage.
    var validation: ValidationError { ValidationError(message) }

    /// The fault and its remedy in a sentence.
    package var message: String {
        switch self {
        case .noFit:
            "no fit was named; give --fit FILE, or --law LAW --published NAME."
        case .fitAndPublished:
            "--fit and --published both name a fit; give one of them."
        case .lawWithoutPublished:
            "--law goes with --published NAME here; `isoloss fit --law` fits a law to runs."
        case .notNameValue(let text):
            "\"\(text)\" must be written name=value, as in annealing_decay=0.999."
        case .repeatedName(let name, let option):
            "--\(option) \(name) is given twice; keep one of them."
        case .notANumber(let option, let name, let value):
            "--\(option) \(name) = \"\(value)\" must be a number, as in --\(option) \(name)=0.999."
        case .optionNeedsServer(let option):
            "--\(option) asks a server; add --server URL, or give paths of run files instead."
        case .optionNeedsFiles(let option):
            "--\(option) is for run files; leave it out with --server, where runs carry it."
        case .nothingToFill(let option):
            "--\(option) is for curves without metadata, and every run has it already; leave it out."
        case .belowMinimum(let option, let value, let minimum):
            "--\(option) = \(value), must be at least \(minimum)."
        case .scheduleExpected(let law):
            "the law \(law) predicts along a schedule; give one with --schedule SPEC, as in "
                + "--schedule warmup:100@3e-4,cosine:900@3e-5."
        case .databaseAndServer:
            "--database and --server both say where runs go; give one of them."
        case .plotFormat(let path):
            "--plot \(path), must end in .svg or .png."
        case .noConverter(let path, let program):
            "--plot \(path) needs the program \(program), which is not there; install the package "
                + "librsvg2-bin, or write .svg, which needs nothing."
        case .plotOfLoss(let law):
            "--plot draws a curve, and the law \(law) predicts single losses; leave it out."
        case .badServerURL(let text):
            "--server \"\(text)\" is not a URL; write for example --server http://127.0.0.1:8080."
        case .runsAndRole:
            "--runs and --role both select runs; give one of them."
        case .noRunsNamed:
            "--runs names no run; write ids separated by commas, as in --runs cosine_24000,wsd."
        case .unknownRun(let id, let known):
            "there is no run \"\(id)\"; there is \(Self.list(known))."
        case .noRunOfRole(let role, let known):
            "no run has the role \(role); name runs with --runs: \(Self.list(known))."
        case .noPaths:
            "no runs were given; add the path of a study folder, a curve or a table, or ask a "
                + "server with --server URL."
        case .noLaws:
            "--laws names no law; write names separated by commas, as `isoloss laws` lists them."
        case .pathsAndServer:
            "paths and --server both say where the runs are; give one of them."
        case .nothingLogged(let run, let loss):
            "run \"\(run)\" has no logged points of \(loss) to draw; name another with --run."
        case .emptyStudy(let study):
            "the server has no run of study \"\(study)\"; check the name, or import the runs first."
        case .serverNeedsRuns:
            "a server holds many runs; name some with --study NAME or --runs id,id."
        case .noHoldoutNamed:
            "--holdout names no run; write ids separated by commas, as in --holdout wsd,cosine_72000."
        case .fittedAndHeldOut(let id):
            "run \"\(id)\" is in --runs and in --holdout; name it once."
        case .nothingLeftToFit:
            "--holdout names every run that would be fitted; leave some to fit."
        case .outputExists(let path):
            "\(path) exists; choose another name, or add --force to replace it."
        case .unreadable(let path, let reason):
            "cannot read \(path): \(reason)."
        case .unwritable(let path, let reason):
            "cannot write \(path): \(reason)."
        case .notAFit(let path, let reason):
            "\(path) is not a fit: \(reason); a fit is a JSON object with law and parameters, as "
                + "`isoloss fit --output` writes it."
        case .unfinishedFit(let id, let status):
            "fit \(id) is \(status) and has no parameters to use; fit again, or name another."
        case .onePlan(let flags, let given):
            given.isEmpty
                ? "no plan was named; give one of \(flags.joined(separator: ", "))."
                : "\(given.joined(separator: " and ")) are several plans; give one of them."
        case .strayWord(let word, let plan):
            "\"\(word)\" belongs to no option of --\(plan); see `isoloss plan --help`."
        case .unknownPlanOption(let name, let plan, let known):
            "--\(name) is no option of --\(plan); it has \(known.joined(separator: ", "))."
        case .planValueMissing(let name):
            "--\(name) needs a value after it; see `isoloss plan --help`."
        case .repeatedPlanOption(let name):
            "--\(name) is given twice; keep one of them."
        case .whichRun(let known):
            "there are \(known.count) runs at the path; name one with --run: \(Self.list(known))."
        }
    }

    private static func list(_ names: [String]) -> String {
        let shown = names.prefix(10).joined(separator: ", ")
        return names.count > 10 ? "\(shown) and \(names.count - 10) more" : shown
    }
}
