import API
import Fitting
import Foundation

/// Fits kept in files.
enum FitFile {
    /// Reads a fit, or just a law with parameters.
    ///
    /// - Parameter path: The file.
    /// - Returns: The fit.
    /// - Throws: `UsageError` naming the file.
    static func read(_ path: String) throws(UsageError) -> FitReport {
        let data: Data
        do {
            data = try Data(contentsOf: URL(fileURLWithPath: path))
        } catch {
            throw .unreadable(path, reason: reason(of: error))
        }
        return try report(from: Array(data), named: path)
    }

    /// Decodes a fit.
    ///
    /// - Parameters:
    ///   - bytes: JSON text.
    ///   - name: The file or the fit's id, for the error.
    /// - Returns: The fit.
    /// - Throws: `UsageError` naming it.
    static func report(from bytes: [UInt8], named name: String) throws(UsageError) -> FitReport {
        let report: FitReport
        do {
            report = try JSONCoding.decode(FitReport.self, from: bytes)
        } catch let error as FittingError {
            throw .notAFit(name, reason: error.message)
        } catch let error as DecodingError {
            throw .notAFit(name, reason: error.reason)
        } catch {
            throw .notAFit(name, reason: "it is not JSON")
        }
        guard report.status == "done" else {
            throw .unfinishedFit(report.id ?? name, status: report.status)
        }
        return report
    }

    /// Refuses a path that is taken, before the work is done.
    ///
    /// - Parameters:
    ///   - path: The file to write.
    ///   - force: Whether it may be replaced.
    /// - Throws: `UsageError.outputExists`.
    static func check(_ path: String, force: Bool) throws(UsageError) {
        guard force || !FileManager.default.fileExists(atPath: path) else {
            throw .outputExists(path)
        }
    }

    /// Writes a fit, indented for people.
    ///
    /// - Parameters:
    ///   - report: The fit.
    ///   - path: The file.
    ///   - force: Whether it may be replaced.
    /// - Throws: `UsageError`, or what the encoding throws.
    static func write(_ report: FitReport, to path: String, force: Bool) throws {
        let bytes = try JSONCoding.encode(report, isPretty: true)
        do {
            // Without force the file must still not exist; with it, readers never see half a file.
            try Data(bytes + [UInt8(ascii: "\n")]).write(
                to: URL(fileURLWithPath: path), options: force ? .atomic : .withoutOverwriting)
        } catch let error as CocoaError where error.code == .fileWriteFileExists {
            throw UsageError.outputExists(path)
        } catch {
            throw UsageError.unwritable(path, reason: reason(of: error))
        }
    }

    private static func reason(of error: any Error) -> String {
        switch (error as? CocoaError)?.code {
        case .fileReadNoSuchFile, .fileNoSuchFile: "there is no such file or folder"
        case .fileReadNoPermission, .fileWriteNoPermission: "permission denied"
        case .fileWriteOutOfSpace: "the disk is full"
        default: error.localizedDescription
        }
    }
}

extension DecodingError {
    /// What is wrong, in a few words.
    fileprivate var reason: String {
        switch self {
        case .keyNotFound(let key, _): "\(key.stringValue) is missing"
        case .typeMismatch(_, let context), .valueNotFound(_, let context):
            "\(context.codingPath.map(\.stringValue).joined(separator: ".")) has the wrong type"
        default: "it is not JSON"
        }
    }
}
