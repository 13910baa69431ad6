import Glibc

/// How many files and sockets this process may have open at once.
enum OpenFileLimit {
    /// Raises the limit to the highest allowed: each connection of a server takes one, and the
    /// usual 1024 is a limit for programs that use `select`, which the server does not.
    static func raise() {
        var limit = rlimit()
        guard getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0 else { return }
        limit.rlim_cur = limit.rlim_max
        // Where the kernel refuses, the server accepts fewer connections at a time.
        _ = setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
    }
}
