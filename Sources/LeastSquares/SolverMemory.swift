/// The vectors and matrices of one solve, carved from one slab.
///
/// "Row" counts residuals, "column" counts free parameters. Matrices are column-major.
struct SolverMemory {
    typealias Vector = UnsafeMutablePointer<Double>

    // One number per row.
    let weights: Vector
    var residuals: Vector
    var trialResiduals: Vector
    let influences: Vector
    let rowWeights: Vector
    let shifted: Vector
    let change: Vector

    // Rows × parameters.
    var jacobian: Vector
    var trialJacobian: Vector

    // Rows × (columns + 1), which QR overwrites, and its scratch.
    let tall: Vector
    let scratch: Vector

    // One number per parameter.
    let point: Vector
    let trialPoint: Vector
    let lower: Vector
    let upper: Vector

    // One number per column.
    let gradient: Vector
    let gradientChange: Vector
    let norms: Vector
    let scales: Vector
    let step: Vector
    let increment: Vector
    let slope: Vector
    let least: Vector
    let greatest: Vector

    // Systems of the local model, each with a right-hand side.
    let newton: SmallSystem
    let majorant: SmallSystem
    let inner: SmallSystem

    // Columns × columns.
    let residualCurvature: Vector
    let small: Vector

    init(_ slab: Vector, rows: Int, parameterCount: Int, columns: Int) {
        var next = slab
        func take(_ count: Int) -> Vector {
            defer { next += count }
            return next
        }
        weights = take(rows)
        residuals = take(rows)
        trialResiduals = take(rows)
        influences = take(rows)
        rowWeights = take(rows)
        shifted = take(rows)
        change = take(rows)
        jacobian = take(rows * parameterCount)
        trialJacobian = take(rows * parameterCount)
        tall = take(rows * (columns + 1))
        scratch = take(Self.scratchSize(columns))
        point = take(parameterCount)
        trialPoint = take(parameterCount)
        lower = take(parameterCount)
        upper = take(parameterCount)
        gradient = take(columns)
        gradientChange = take(columns)
        norms = take(columns)
        scales = take(columns)
        step = take(columns)
        increment = take(columns)
        slope = take(columns)
        least = take(columns)
        greatest = take(columns)
        newton = SmallSystem(take(SmallSystem.size(columns)), columns: columns)
        majorant = SmallSystem(take(SmallSystem.size(columns)), columns: columns)
        inner = SmallSystem(take(SmallSystem.size(columns)), columns: columns)
        residualCurvature = take(columns * columns)
        small = take(SmallSystem.scratchSize(columns))
    }

    /// How many doubles a problem of the given shape needs.
    static func size(rows: Int, parameterCount: Int, columns: Int) -> Int {
        rows * (7 + 2 * parameterCount + columns + 1) + scratchSize(columns) + 4 * parameterCount
            + 9 * columns + 3 * SmallSystem.size(columns) + columns * columns
            + SmallSystem.scratchSize(columns)
    }

    private static func scratchSize(_ columns: Int) -> Int {
        columns + 1 + LAPACK.scratchCount(columns: columns + 1)
    }
}
