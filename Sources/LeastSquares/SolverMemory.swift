/// The vectors and matrices of one solve, carved from one slab.
///
/// "Row" counts residuals, "column" counts free parameters. Matrices are column-major.
struct SolverMemory {
    typealias Vector = UnsafeMutablePointer<Double>

    // One number per row.
    let weights: Vector
    /// Square roots of the weights.
    let roots: Vector
    var residuals: Vector
    var trialResiduals: Vector
    let influences: Vector
    let rowWeights: Vector
    var shifted: Vector
    var change: Vector

    // Rows × parameters.
    var jacobian: Vector
    var trialJacobian: Vector

    // Padded rows × (columns + 1), which QR overwrites, and the triangle it leaves.
    let tall: Vector
    let triangle: Vector

    // One number per parameter.
    let point: Vector
    let trialPoint: Vector
    let lower: Vector
    let upper: Vector

    // One number per column.
    let gradient: Vector
    let gradientChange: Vector
    let norms: Vector
    let squares: Vector
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
        roots = take(rows)
        residuals = take(rows)
        trialResiduals = take(rows)
        influences = take(rows)
        rowWeights = take(rows)
        shifted = take(rows)
        change = take(rows)
        jacobian = take(rows * parameterCount)
        trialJacobian = take(rows * parameterCount)
        tall = take(HouseholderQR.paddedRows(rows) * (columns + 1))
        triangle = take((columns + 1) * (columns + 1))
        point = take(parameterCount)
        trialPoint = take(parameterCount)
        lower = take(parameterCount)
        upper = take(parameterCount)
        gradient = take(columns)
        gradientChange = take(columns)
        norms = take(columns)
        squares = take(columns)
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
        rows * (8 + 2 * parameterCount) + HouseholderQR.paddedRows(rows) * (columns + 1)
            + (columns + 1) * (columns + 1) + 4 * parameterCount + 10 * columns
            + 3 * SmallSystem.size(columns) + columns * columns + SmallSystem.scratchSize(columns)
    }
}
