import Testing

@testable import Imports

struct ChunkedArrayTests {
    @Test(arguments: [0, 1, 32_767, 32_768, 32_769, 100_000])
    func `elements stand where they were put`(count: Int) {
        var list = ChunkedArray<Double>()
        for index in 0..<count { list.append(Double(index)) }
        #expect(list.count == count)
        #expect(list.elementsEqual((0..<count).lazy.map(Double.init)))
        for index in list.indices { list[index] *= 2 }
        #expect(list.last == (count > 0 ? Double(2 * (count - 1)) : nil))
    }

    @Test(
        arguments: [
            [], [7], [7, 7, 7], [0, 10, 20, 30], [30, 20, 10], [0, 10, 20, 31, 40], [5, 6, 5, 6],
            [0, 100_000_000], [100_000_000, 0, 100_000_000], [0, 100_000_000, 5],
        ] as [[Int32]])
    func `steps are those given, in even strides or not`(steps: [Int32]) {
        let list = StepList(steps)
        #expect(Array(list) == steps)
        #expect(list.count == steps.count)
    }
}
