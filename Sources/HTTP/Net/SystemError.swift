import Glibc

/// A system call that failed: which, and the kernel's reason.
package struct SystemError: Error, Sendable, Equatable, CustomStringConvertible {
    package let operation: String
    /// The value of `errno`.
    package let code: Int32

    init(_ operation: String, code: Int32 = errno) {
        self.operation = operation
        self.code = code
    }

    package var description: String {
        "cannot \(operation): \(String(cString: strerror(code)))"
    }
}
