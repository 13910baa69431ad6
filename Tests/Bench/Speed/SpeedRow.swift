/// One comparison of the speed table.
struct SpeedRow {
    static let header = [
        "work", "isoloss", "goal", "peer", "its time", "ratio", "optimum", "peer's optimum",
    ]

    var work: String
    /// CPU seconds, median over the rounds.
    var seconds: Double
    /// What the project wants of `seconds`, in words.
    var goal: String
    var peer: String
    var peerSeconds: Double
    /// What the search reached; nil where the work is no search.
    var optimum: Double?
    var peerOptimum: Double?
    /// In place of the optima where one number does not say it.
    var note: String?

    var cells: [String] {
        [
            work, Figures.seconds(seconds), goal, peer, Figures.seconds(peerSeconds),
            Figures.ratio(peerSeconds / seconds), optimum.map(Figures.cost) ?? "",
            peerOptimum.map(Figures.cost) ?? note ?? "",
        ]
    }
}

/// What a timed question to the peer brings back.
struct PeerAnswer: Decodable {
    var seconds: Double
    var cost: Double?
    var costs: [Double]?
    var finished: Bool?
    var evaluations: Int?
    var agreeing: Int?
    var starts: Int?
    var versions: String?
    var forward: [Double]?
    var annealed: [Double]?
}

/// A timed question to the peer: the task's name and what that task needs.
struct PeerQuestion: Encodable {
    struct Curve: Encodable {
        var steps: [Int]
        var losses: [Double]
        var rates: [Double]
        /// Changes of rate onto earlier steps are left out of S2.
        var firstDrop: Int

        private enum CodingKeys: String, CodingKey {
            case steps
            case losses
            case rates
            case firstDrop = "first_drop"
        }
    }

    var task: String
    var start: [Double]?
    var method: String?
    var side: Int?
    var sizes: [Double]?
    var tokens: [Double]?
    var losses: [Double]?
    var curves: [Curve]?
    var file: String?
    var first: Int?
    var end: Int?
    var loop: Bool?
    var seconds: Double?
    var decay: Double?
    var steps: [Int]?

    init(_ task: String) {
        self.task = task
    }

    /// The same question with one more thing said.
    func with<Value>(_ path: WritableKeyPath<PeerQuestion, Value>, _ value: Value) -> PeerQuestion {
        var question = self
        question[keyPath: path] = value
        return question
    }
}

extension PeerProcess {
    func ask(_ question: PeerQuestion) throws -> PeerAnswer {
        try ask(question, as: PeerAnswer.self)
    }
}
