/// Which Isoloss made an answer.
package enum Version {
    /// Written into every fit, so that a number can be traced to the code that made it.
    package static let current = "0.1.0"
}
