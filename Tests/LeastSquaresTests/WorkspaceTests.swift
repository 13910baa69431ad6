import Testing

@testable import LeastSquares

struct WorkspaceTests {
    @Test func `vectors do not overlap, whatever their sizes, before and after a reset`() {
        let workspace = Workspace()
        for _ in 0..<3 {
            workspace.reset()
            var vectors: [(start: Vector, count: Int)] = []
            for count in [3, 700, 0, 1, 5_000, 64, 20_000] {
                let vector = workspace.take(count)
                vector.update(repeating: Double(vectors.count), count: count)
                vectors.append((vector, count))
            }
            for (index, vector) in vectors.enumerated() {
                for entry in 0..<vector.count {
                    #expect(vector.start[entry] == Double(index))
                }
            }
        }
    }

    @Test func `a second round of the same size takes the same memory`() {
        let workspace = Workspace()
        for count in [600, 900, 2_000] { _ = workspace.take(count) }
        workspace.reset()
        let first = workspace.take(600)
        _ = workspace.take(900)
        let last = workspace.take(2_000)
        workspace.reset()
        #expect(workspace.take(600) == first)
        _ = workspace.take(900)
        #expect(workspace.take(2_000) == last)
    }
}
