import Foundation

/// A file that a command writes its result into.
///
/// A regular file is replaced in one move, so that readers see the old one or the new one, and keeps
/// its mode and owner. A link is followed, and stays; a device, a FIFO or a socket is written into,
/// and never replaced by a file.
struct OutputFile {
    /// The kind of thing that a path leads to, links followed.
    private enum Target {
        case nothing
        case regular(mode: mode_t)
        /// A device, a FIFO, a socket: a place that bytes go through.
        case stream
        case folder
    }

    let path: String
    /// Lets the file replace one that is there.
    let replaces: Bool

    /// Refuses a file that exists, before the long work begins.
    ///
    /// - Throws: `UsageError.outputExists`, or `.unwritable` for a folder.
    func check() throws(UsageError) {
        switch try target() {
        case .nothing: break
        case .regular, .stream:
            guard replaces else { throw .outputExists(path) }
        case .folder: throw .unwritable(path, reason: "it is a folder")
        }
    }

    /// Writes the file.
    ///
    /// - Parameter bytes: All of its content.
    /// - Throws: `UsageError` naming the file; one that existed is whole in that case.
    func write(_ bytes: [UInt8]) throws(UsageError) {
        try check()
        switch try target() {
        case .nothing:
            // Whoever did not say --force must not lose a file that came up in the meantime either.
            if replaces {
                try replace(bytes, mode: nil)
            } else {
                try fill(bytes, flags: O_WRONLY | O_CREAT | O_EXCL, isNew: true)
            }
        case .regular(let mode): try replace(bytes, mode: mode)
        case .stream: try fill(bytes, flags: O_WRONLY, isNew: false)
        case .folder: throw .unwritable(path, reason: "it is a folder")
        }
    }

    private func target() throws(UsageError) -> Target {
        var status = stat()
        guard stat(path, &status) == 0 else {
            guard errno == ENOENT else { throw .unwritable(path, reason: Self.reason(errno)) }
            return .nothing
        }
        switch status.st_mode & S_IFMT {
        case S_IFREG: return .regular(mode: status.st_mode & 0o7777)
        case S_IFDIR: return .folder
        default: return .stream
        }
    }

    /// Writes beside the file that the path leads to, then moves over it.
    private func replace(_ bytes: [UInt8], mode: mode_t?) throws(UsageError) {
        let place = destination
        let folder = (place as NSString).deletingLastPathComponent
        let name = (place as NSString).lastPathComponent
        let temporary = (folder.isEmpty ? "." : folder) + "/.\(name).\(UUID().uuidString)"
        do throws(UsageError) {
            try OutputFile(path: temporary, replaces: false).fill(
                bytes, flags: O_WRONLY | O_CREAT | O_EXCL, isNew: true, mode: mode)
        } catch {
            // The temporary name would puzzle whoever reads of it.
            guard case .unwritable(_, let reason) = error else { throw error }
            throw .unwritable(path, reason: reason)
        }
        guard rename(temporary, place) == 0 else {
            let reason = Self.reason(errno)
            unlink(temporary)
            throw .unwritable(path, reason: reason)
        }
    }

    /// The file behind links, also behind one that leads to nothing yet.
    private var destination: String {
        var place = path
        // As many links as Linux follows.
        for _ in 0..<40 {
            guard let next = try? FileManager.default.destinationOfSymbolicLink(atPath: place)
            else {
                return place
            }
            let folder = (place as NSString).deletingLastPathComponent
            place = next.hasPrefix("/") ? next : (folder.isEmpty ? next : folder + "/" + next)
        }
        return place
    }

    private func fill(
        _ bytes: [UInt8], flags: Int32, isNew: Bool, mode: mode_t? = nil
    ) throws(UsageError) {
        let descriptor = open(path, flags | O_CLOEXEC, 0o666)
        guard descriptor >= 0 else {
            if errno == EEXIST { throw .outputExists(path) }
            throw .unwritable(path, reason: Self.reason(errno))
        }
        var failure: Int32 = 0
        if let mode, fchmod(descriptor, mode) != 0 { failure = errno }
        var rest = bytes[...]
        while failure == 0, !rest.isEmpty {
            let count = rest.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
            if count >= 0 {
                rest = rest.dropFirst(count)
            } else if errno != EINTR {
                failure = errno
            }
        }
        if close(descriptor) != 0, failure == 0 { failure = errno }
        guard failure != 0 else { return }
        if isNew { unlink(path) }
        throw .unwritable(path, reason: Self.reason(failure))
    }

    /// An error of the system in words.
    static func reason(_ code: Int32) -> String {
        switch code {
        case ENOENT: "there is no such folder"
        case EACCES, EPERM: "permission denied"
        case ENOSPC, EDQUOT: "the disk is full"
        case EFBIG: "it is larger than this process may write"
        case EROFS: "its disk cannot be written to"
        case EPIPE: "whoever read it has gone"
        default: String(cString: strerror(code))
        }
    }
}
