import Fitting

/// What a request to fit asks for, before the runs are looked up.
struct FitOrder: Equatable {
    /// Which runs to fit.
    enum Selection: Equatable {
        /// In the order given.
        case runs([String])
        /// The study's runs of role train, all of them where none has a role.
        case study(String)
    }

    var request: FitRequest
    var selection: Selection
    /// Runs to judge the fit on, none of them fitted.
    var holdout: [String]
}
