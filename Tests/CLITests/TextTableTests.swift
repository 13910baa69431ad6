import Testing
import isoloss

@Suite struct TextTableTests {
    @Test func `pads columns to their widest cell and keeps numbers to the right`() {
        let table = TextTable(
            [.init("symbol", .left), .init("value")], rows: [["α", "3.1"], ["L0", "4.1234"]])
        #expect(table.lines == ["symbol   value", "α          3.1", "L0      4.1234"])
    }

    @Test func `fills up short rows and leaves no spaces at the end`() {
        let table = TextTable(
            [.init("name", .left), .init("remark", .left)], rows: [["a"], ["bb", ""], ["c", "d"]])
        #expect(table.lines == ["name  remark", "a", "bb", "c     d"])
    }

    @Test func `breaks the last column at words to fit a width`() {
        let table = TextTable(
            [.init("name", .left), .init("meaning", .left)],
            rows: [["alpha", "how fast the loss falls with size"], ["b", "short"], ["c"]])
        #expect(
            table.lines(width: 30) == [
                "name   meaning", "alpha  how fast the loss falls", "       with size",
                "b      short",
                "c",
            ])
        #expect(table.lines(width: 200) == table.lines)
        // Too narrow to break well: left whole.
        #expect(table.lines(width: 20) == table.lines)
    }

    @Test func `has no title row for pairs`() {
        #expect(
            TextTable(pairs: [["cost", "1"], ["ended", "2"]]).lines == ["cost   1", "ended  2"])
        #expect(TextTable(pairs: []).lines.isEmpty)
    }
}

@Suite struct NumberTextTests {
    @Test(arguments: [
        (3.152356, "3.15236"), (12, "12"), (0.000179687786, "0.000179688"), (1.8e-5, "1.8e-5"),
        (7e10, "7e10"), (0, "0"), (-2.5, "-2.5"), (.nan, "-"), (.infinity, "-"),
    ])
    func `keeps six significant digits`(value: Double, text: String) {
        #expect(NumberText.significant(value) == text)
    }

    @Test func `shows a dash for what is missing`() {
        #expect(NumberText.significant(nil) == "-")
        #expect(NumberText.exact(nil).isEmpty)
    }

    @Test(arguments: [(0.00130, "0.13 %"), (0.4, "40 %"), (.nan, "-")])
    func `writes fractions as percentages`(fraction: Double, text: String) {
        #expect(NumberText.percent(fraction) == text)
    }

    @Test(arguments: [(7e10, "70000000000"), (0.1, "0.1"), (1e300, "1e+300"), (.nan, "")])
    func `writes numbers that read back as the same`(value: Double, text: String) {
        #expect(NumberText.exact(value) == text)
        #expect(value.isNaN || Double(text) == value)
    }
}

@Suite struct EvenPickTests {
    @Test func `takes all when they are few enough`() {
        #expect(EvenPick.indices(of: 3, atMost: 5) == [0, 1, 2])
        #expect(EvenPick.indices(of: 0, atMost: 5).isEmpty)
    }

    @Test(arguments: [10, 11, 97, 5_000])
    func `picks from the first to the last, evenly`(count: Int) {
        let indices = EvenPick.indices(of: count, atMost: 7)
        #expect(indices.count == 7)
        #expect(indices.first == 0)
        #expect(indices.last == count - 1)
        let gaps = zip(indices.dropFirst(), indices).map(-)
        let (least, most) = (gaps.min() ?? 0, gaps.max() ?? 0)
        #expect(most - least <= 1)
    }

    @Test func `keeps round indices, and the last`() {
        #expect(
            EvenPick.roundIndices(of: 0..<101, about: 12)
                == Array(stride(from: 0, through: 100, by: 10)))
        #expect(
            EvenPick.roundIndices(of: 45..<384, about: 8) == [
                50, 100, 150, 200, 250, 300, 350, 383,
            ])
        #expect(EvenPick.roundIndices(of: 3..<3, about: 8).isEmpty)
        #expect(EvenPick.roundIndices(of: 3..<6, about: 8) == [3, 4, 5])
    }
}
