/// The JSON pointers of a list of points, as its sender wrote them.
struct PointPointers {
    let list: String
    let total: String
    let warmup: String
    private let stepKey: String
    private let rateKey: String

    /// Points as pairs in a schedule object that stands at `prefix`.
    init(pairsAt prefix: String, total name: String) {
        list = "\(prefix)/points"
        total = "\(prefix)/\(name)"
        warmup = "\(prefix)/warmup_steps"
        stepKey = "0"
        rateKey = "1"
    }

    /// The points of a run's curve.
    static let curve = PointPointers()

    private init() {
        list = "/points"
        total = "/total_steps"
        warmup = "/warmup_steps"
        stepKey = "step"
        rateKey = "learning_rate"
    }

    func step(_ index: Int) -> String { "\(list)/\(index)/\(stepKey)" }
    func rate(_ index: Int) -> String { "\(list)/\(index)/\(rateKey)" }
}
