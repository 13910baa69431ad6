/// gᵀΣg, where an infinite variance counts only if the gradient looks at it.
enum QuadraticForm {
    static func value(_ matrix: [[Double]], _ gradient: [Double]) -> Double {
        var sum = 0.0
        for (row, left) in zip(matrix, gradient) where left != 0 {
            for (entry, right) in zip(row, gradient) where right != 0 {
                sum += left * entry * right
            }
        }
        return sum
    }
}
