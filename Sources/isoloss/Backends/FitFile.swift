import Fitting
import Foundation
import JSONText

/// Fits in files: the object that `isoloss fit --output` writes, and less.
enum FitFile {
    /// The most bytes of a fit: a bootstrap's sizes and covariances take far less.
    private static let maximumBytes = 64 << 20

    /// Reads a fit.
    ///
    /// - Parameter path: A file, a FIFO or `/dev/stdin`.
    /// - Returns: The fit; one with only law and parameters will do.
    /// - Throws: `UsageError` naming the file.
    static func read(_ path: String) throws(UsageError) -> FitReport {
        try report(from: bytes(of: path), named: path)
    }

    /// The fit of a JSON text.
    ///
    /// - Parameters:
    ///   - bytes: The text.
    ///   - name: What it is called in errors.
    /// - Returns: The fit.
    /// - Throws: `UsageError` naming it.
    static func report(from bytes: [UInt8], named name: String) throws(UsageError) -> FitReport {
        let report: FitReport
        do {
            report = try JSONDecoding.value(FitReport.self, from: bytes)
        } catch let error as FittingError {
            throw .notAFit(name, reason: error.message)
        } catch let error as DecodingError {
            throw .notAFit(name, reason: error.reason)
        } catch {
            throw .notAFit(name, reason: "it is not JSON")
        }
        guard report.status == .done else {
            throw .unfinishedFit(report.id ?? name, status: report.status.rawValue)
        }
        return report
    }

    /// The text of a fit for a file.
    static func text(of report: FitReport) throws -> [UInt8] {
        try JSONEncoding.bytes(of: report, isPretty: true) + [UInt8(ascii: "\n")]
    }

    /// Reads in pieces, so that a file which is none of ours is refused before it fills the memory.
    private static func bytes(of path: String) throws(UsageError) -> [UInt8] {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw .unreadable(path, reason: reason(errno)) }
        defer { close(descriptor) }
        var bytes: [UInt8] = []
        var piece = [UInt8](repeating: 0, count: 1 << 16)
        while true {
            let count = piece.withUnsafeMutableBytes {
                Glibc.read(descriptor, $0.baseAddress, $0.count)
            }
            if count < 0 {
                guard errno == EINTR else { throw .unreadable(path, reason: reason(errno)) }
                continue
            }
            guard count > 0 else { return bytes }
            bytes += piece[..<count]
            guard bytes.first.map(isJSONStart) ?? true else {
                throw .notAFit(path, reason: "it is not JSON")
            }
            guard bytes.count <= maximumBytes else {
                throw .notAFit(path, reason: "it is larger than \(maximumBytes >> 20) MiB")
            }
        }
    }

    /// A blank, a brace, or the first byte of a byte order mark.
    private static func isJSONStart(_ byte: UInt8) -> Bool {
        [0x20, 0x09, 0x0A, 0x0D, 0x7B, 0xEF].contains(byte)
    }

    private static func reason(_ code: Int32) -> String {
        code == ENOENT ? "there is no such file or folder" : OutputFile.reason(code)
    }
}

extension DecodingError {
    fileprivate var reason: String {
        switch self {
        case .keyNotFound(let key, _): return "\(key.stringValue) is missing"
        case .typeMismatch(_, let context), .valueNotFound(_, let context):
            let place = context.codingPath.map(\.stringValue).joined(separator: ".")
            return place.isEmpty ? "it is no JSON object" : "\(place) has the wrong type"
        case .dataCorrupted: return "it is not JSON"
        @unknown default: return "it is not JSON"
        }
    }
}
