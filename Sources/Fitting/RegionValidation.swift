package import Records

/// The split of a table that judges a law inside its data and beyond them, in size, in tokens and both.
///
/// Runs up to two thirds of the different sizes and two thirds of the different numbers of tokens are
/// fitted, a fifth of them left out in turn; that fifth is the interpolation, and what lies beyond in
/// one direction or both is predicted by each of the five fits. Only the mean relative error is
/// answered: R² compares with the spread of the losses, which is another one in each region.
///
/// Source: the evaluation of Videau et al. 2026, arXiv 2608.07222.
package struct RegionValidation: Sendable {
    /// The place of a predicted run beside the fitted ones.
    package enum Place: String, Sendable, CaseIterable, Codable {
        case interpolation
        case larger = "larger_parameter_count"
        case longer = "more_tokens"
        case far = "both_far"

        /// A few words for people.
        package var title: String {
            switch self {
            case .interpolation: "interpolation"
            case .larger: "larger N"
            case .longer: "more D"
            case .far: "both far"
            }
        }
    }

    /// One law's error at one place.
    package struct Region: Sendable, Equatable, Codable {
        package var place: Place
        package var runs: Int
        /// Nil where no fit predicts any of them.
        package var meanRelativeError: Double?
    }

    /// The reach of the fitted runs.
    package struct Limits: Sendable, Equatable, Codable {
        package var parameterCount: Double
        package var tokenCount: Double

        package init(parameterCount: Double, tokenCount: Double) {
            self.parameterCount = parameterCount
            self.tokenCount = tokenCount
        }
    }

    package let limits: Limits
    private let inside: [Run]
    private let beyond: [Place: [Run]]

    private static let folds = 5

    /// Splits runs.
    ///
    /// - Parameter runs: The runs; nil where some lack N or D, or there are fewer than three different
    ///   ones of either.
    package init?(_ runs: [Run]) {
        let sizes = runs.compactMap { CrossValidation.size(of: $0) }
        let tokens = runs.compactMap { $0.features[.tokenCount] }
        guard sizes.count == runs.count, tokens.count == runs.count,
            let size = Self.cut(sizes), let token = Self.cut(tokens)
        else { return nil }
        limits = Limits(parameterCount: size, tokenCount: token)
        var places: [Place: [Run]] = [:]
        for (index, run) in runs.enumerated() {
            let place: Place =
                switch (sizes[index] > size, tokens[index] > token) {
                case (false, false): .interpolation
                case (true, false): .larger
                case (false, true): .longer
                case (true, true): .far
                }
            places[place, default: []].append(run)
        }
        inside = places.removeValue(forKey: .interpolation) ?? []
        beyond = places
        guard inside.count >= Self.folds else { return nil }
    }

    /// The highest of the lower two thirds of different values.
    private static func cut(_ values: [Double]) -> Double? {
        let different = Set(values).sorted()
        return different.count < 3 ? nil : different[different.count * 2 / 3 - 1]
    }

    /// The errors of a law at every place that has runs.
    ///
    /// - Parameter predicted: Fits some runs and answers the error on each of several sets; nil where
    ///   there is none.
    /// - Returns: A region for every place with runs, its error averaged over the fits.
    package func errors(_ predicted: (_ training: [Run], _ tests: [[Run]]) -> [Double?]) -> [Region]
    {
        let far = Place.allCases.filter { beyond[$0] != nil }
        var errors: [Place: [Double]] = [:]
        for fold in 0..<Self.folds {
            let training = inside.indices.filter { $0 % Self.folds != fold }.map { inside[$0] }
            let left = inside.indices.filter { $0 % Self.folds == fold }.map { inside[$0] }
            let found = predicted(training, [left] + far.compactMap { beyond[$0] })
            for (place, error) in zip([.interpolation] + far, found) {
                if let error { errors[place, default: []].append(error) }
            }
        }
        return ([.interpolation] + far).map { place in
            let known = errors[place] ?? []
            return Region(
                place: place, runs: (beyond[place] ?? inside).count,
                meanRelativeError: known.isEmpty
                    ? nil : known.reduce(0, +) / Double(known.count))
        }
    }
}

extension ComparisonReport.Entry {
    /// The error at a place; nil where it has none.
    package func error(at place: RegionValidation.Place) -> Double? {
        regions?.first { $0.place == place }?.meanRelativeError
    }
}
