import Records

/// The part of a law file that people read.
package struct LawDescription: Sendable, Equatable {
    /// The inputs of a law.
    package enum Kind: String, Sendable {
        /// One loss per finished run.
        case table
        /// Losses along a run under a learning-rate schedule.
        case curve
    }

    /// The quantity that a law predicts.
    package enum Observed: String, Sendable {
        /// A loss.
        case loss
        /// A quality that runs carry under a name of its own, such as BLEU, from their loss.
        case metric
    }

    package var id: String
    package var title: String
    package var kind: Kind
    package var observes: Observed
    package var formula: String
    package var reference: String
    package var options: [LawOption]
    /// The limits of its use.
    package var limits: String

    package init(
        id: String, title: String, kind: Kind, observes: Observed = .loss, formula: String,
        reference: String, options: [LawOption] = [], limits: String
    ) {
        self.id = id
        self.title = title
        self.kind = kind
        self.observes = observes
        self.formula = formula
        self.reference = reference
        self.options = options
        self.limits = limits
    }
}

/// A number that follows from a law's parameters.
package struct DerivedQuantity: Sendable, Equatable {
    package var name: String
    package var meaning: String
    package var value: Double

    package init(_ name: String, meaning: String, value: Double) {
        self.name = name
        self.meaning = meaning
        self.value = value
    }
}

/// Parameters that fit the same points in many combinations, and the quantities that the points tell.
package struct TradeOff: Sendable, Equatable {
    package var parameters: [String]
    /// Names of derived quantities, of which a fit names the surest.
    package var quantities: [String]
}
