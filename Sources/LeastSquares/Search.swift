/// The state of one solve: a point, the model around it, and the step being tried.
///
/// Holds everything that does not depend on the problem's type, so that only the calls of
/// `evaluate` are generic. The arithmetic is in the extensions, one file each: objective, local
/// model, step, polish.
struct Search {
    var memory: SolverMemory
    let loss: RobustLoss
    let rows: Int
    let parameterCount: Int

    /// Maps a column of the local model to its parameter.
    let free: [Int]

    /// Σ wᵢ ρ(rᵢ) at the point.
    var cost = Double.nan

    /// Whether any row has weight zero.
    private(set) var hasDroppedRows = false

    // What is known of the local model at the point.
    var hasNewton = false
    var hasMajorant = false
    var newtonHasNegative = false
    var hasResidualCurvature = false

    /// Columns not held at a bound in the step being computed.
    var open: [Int] = []

    /// Predicted reduction of the cost by the step being tried.
    var predicted = 0.0

    /// Rows kept by the last factorisation; scratch.
    var kept: [Int]

    /// How many entries of `kept` count.
    var keptCount = 0

    var columns: Int { free.count }

    var isSquares: Bool { loss == .squares }

    init(
        workspace: Workspace, rows: Int, parameters: [SolverParameter], loss: RobustLoss,
        weights: [Double]?
    ) {
        free = parameters.indices.filter { !parameters[$0].isFixed }
        memory = workspace.memory(
            rows: rows, parameterCount: parameters.count, columns: free.count)
        self.loss = loss
        self.rows = rows
        parameterCount = parameters.count
        kept = [Int](repeating: 0, count: rows)
        open.reserveCapacity(free.count)
        for row in 0..<rows {
            let weight = max(0, weights?[row] ?? 1)
            memory.weights[row] = weight
            memory.roots[row] = weight.squareRoot()
            if !(weight > 0) { hasDroppedRows = true }
        }
        for (index, parameter) in parameters.enumerated() {
            memory.point[index] = parameter.start
            memory.lower[index] = parameter.isFixed ? -.infinity : parameter.lower
            memory.upper[index] = parameter.isFixed ? .infinity : parameter.upper
        }
        for column in 0..<free.count {
            memory.scales[column] = 0
        }
    }
}
