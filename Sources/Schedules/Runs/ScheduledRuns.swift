import Foundation

/// The runs that `from:RUN@s` may continue, as whoever reads a schedule knows them.
package struct ScheduledRuns: Sendable {
    /// A run's learning rates, and what to tell about them.
    package struct Found: Sendable {
        package let schedule: LearningRateSchedule
        package let warnings: [String]

        package init(_ schedule: LearningRateSchedule, warnings: [String] = []) {
            self.schedule = schedule
            self.warnings = warnings
        }
    }

    /// Why a run cannot be continued.
    package enum Fault: Error, Equatable, Sendable {
        /// There is no such run; with those that there are, where that is a short list.
        case unknown(known: [String])
        /// It has neither a schedule nor logged learning rates.
        case withoutRates
        /// Its rates make no schedule, for the reason given.
        case unusable(String)
    }

    package let find: @Sendable (_ run: String) throws(Fault) -> Found

    /// Knows runs through a closure.
    ///
    /// - Parameter find: The learning rates of a run, by its id.
    package init(_ find: @escaping @Sendable (_ run: String) throws(Fault) -> Found) {
        self.find = find
    }
}

extension JSONDecoder {
    /// Has the decoder know runs, for the schedules that it reads.
    func know(_ runs: ScheduledRuns?) {
        guard let key = ScheduledRuns.key else { return }
        userInfo[key] = runs
    }
}

extension Decoder {
    /// The runs that the decoder knows, if any.
    var scheduledRuns: ScheduledRuns? {
        ScheduledRuns.key.flatMap { userInfo[$0] as? ScheduledRuns }
    }
}

extension ScheduledRuns {
    /// Any name makes a key; the initializer is failable all the same.
    fileprivate static let key = CodingUserInfoKey(rawValue: "scheduledRuns")
}
