import ArgumentParser

/// One `name=value` of the command line.
package struct NameValue: Equatable {
    package let name: String
    package let value: String

    /// Splits at the first equals sign.
    ///
    /// - Parameter text: As typed.
    /// - Throws: `UsageError.notNameValue` when there is no sign, or no name before it.
    package init(parsing text: String) throws(UsageError) {
        let parts = text.split(
            separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
        guard parts.count == 2, !parts[0].isEmpty, !parts[1].isEmpty else {
            throw .notNameValue(text)
        }
        name = String(parts[0])
        value = String(parts[1])
    }

    /// Collects pairs into a dictionary.
    ///
    /// - Parameters:
    ///   - pairs: The pairs in the order typed.
    ///   - option: The option they came from, for the error.
    /// - Returns: Values by name.
    /// - Throws: `UsageError.repeatedName` when a name was given twice.
    package static func dictionary(
        _ pairs: [NameValue], option: String
    ) throws(UsageError) -> [String: String] {
        var values: [String: String] = [:]
        for pair in pairs {
            guard values.updateValue(pair.value, forKey: pair.name) == nil else {
                throw .repeatedName(pair.name, option: option)
            }
        }
        return values
    }
}
