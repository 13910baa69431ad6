/// The stretches of a schedule along each of which one formula gives the rate.
extension LearningRateSchedule {
    /// Steps in a row and what is known of their rates.
    package struct Stretch: Sendable, Equatable {
        /// How the rates of a stretch relate.
        package enum Form: Sendable {
            /// All the same.
            case constant
            /// A formula without kinks: rates are smooth in the step, except maybe at the ends.
            case smooth
            /// One by one, with nothing known between them.
            case listed
        }

        package let steps: Range<Int>
        package let form: Form
    }

    /// The stretches in order; together they hold the steps 0 ..< S.
    package var stretches: [Stretch] {
        pieces.map { piece in
            let form: Stretch.Form =
                switch piece.shape {
                case is HoldShape: .constant
                case is TabulatedShape: .listed
                default: piece.span.from == piece.span.to ? .constant : .smooth
                }
            return Stretch(steps: piece.span.firstStep..<piece.endStep, form: form)
        }
    }
}
