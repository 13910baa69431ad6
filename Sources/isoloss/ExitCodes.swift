import ArgumentParser

/// What a command's exit code says; scripts rely on these.
extension ExitCode {
    /// The question was good and there is no answer: no server, no optimum, a full disk.
    static let noAnswer = ExitCode(1)
    /// The command line or its input cannot be used.
    static let badInput = ExitCode(2)
}
