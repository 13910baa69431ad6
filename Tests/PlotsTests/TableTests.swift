import JSONText
import Plots
import Testing

@Suite struct TableTests {
    @Test func `pads columns to their widest cell and keeps numbers to the right`() {
        let table = Table(
            [.init("symbol", .left), .init("value")], texts: [["α", "3.1"], ["L0", "4.1234"]])
        #expect(table.lines == ["symbol   value", "α          3.1", "L0      4.1234"])
    }

    @Test func `fills up short rows and leaves no spaces at the end`() {
        let table = Table(
            [.init("name", .left), .init("remark", .left)],
            texts: [["a"], ["bb", ""], ["c", "d"]])
        #expect(table.lines == ["name  remark", "a", "bb", "c     d"])
    }

    @Test func `breaks the last column at words to fit a width`() {
        let table = Table(
            [.init("name", .left), .init("meaning", .left)],
            texts: [["alpha", "how fast the loss falls with size"], ["b", "short"], ["c"]])
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
            Table(pairs: [["cost", "1"], ["ended", "2"]]).lines == ["cost   1", "ended  2"])
        #expect(Table(pairs: []).lines.isEmpty)
    }

    private static let mixed = Table(
        header: ["step", "loss", "note", "kept"],
        rows: [
            [.count(0), .number(.nan), .text("a, \"b\"\nc"), .flag(true)],
            [.count(10), .number(1.0 / 3), .empty, .flag(false)],
            [.count(20), .number(2.0, digits: 3), .text("\u{1b}[2J")],
        ])

    @Test func `is CSV for programs, with every digit and quotes where they are needed`() {
        #expect(
            String(decoding: Self.mixed.csv, as: UTF8.self) == """
                step,loss,note,kept
                0,,"a, ""b""
                c",true
                10,0.3333333333333333,,false
                20,2,\u{1b}[2J

                """)
    }

    @Test func `is NDJSON without what is missing, and an array of objects with it`() {
        #expect(
            String(decoding: Self.mixed.ndjson, as: UTF8.self).split(separator: "\n") == [
                #"{"step":0,"loss":null,"note":"a, \"b\"\nc","kept":true}"#,
                #"{"step":10,"loss":0.3333333333333333,"kept":false}"#,
                #"{"step":20,"loss":2,"note":"\u001b[2J"}"#,
            ])
        guard case .array(let rows) = Self.mixed.json else {
            Issue.record("rows are an array")
            return
        }
        #expect(rows.count == 3)
        #expect(rows[1]["note"] == .null)
        #expect(rows[1]["loss"] == .number(1.0 / 3))
    }

    @Test func `is rounded for people, texts to the left, and no cell moves the cursor`() {
        #expect(
            Self.mixed.lines == [
                "step      loss  note       kept",
                #"   0         -  a, "b"\nc   yes"#,
                "  10  0.333333               no",
                #"  20         2  \u001b[2J"#,
            ])
    }
}

@Suite struct NumberFormatTests {
    @Test(arguments: [
        (3.152356, "3.15236"), (12, "12"), (0.000179687786, "0.000179688"), (1.8e-5, "1.8e-5"),
        (7e10, "7e10"), (0, "0"), (-2.5, "-2.5"), (.nan, "-"), (.infinity, "-"),
    ])
    func `keeps six significant digits`(value: Double, text: String) {
        #expect(NumberFormat.significant(value) == text)
    }

    @Test func `shows a dash for what is missing`() {
        #expect(NumberFormat.significant(nil) == "-")
    }

    @Test(arguments: [(0.00130, "0.13 %"), (0.4, "40 %"), (.nan, "-")])
    func `writes fractions as percentages`(fraction: Double, text: String) {
        #expect(NumberFormat.percent(fraction) == text)
    }
}

@Suite struct EvenThinningTests {
    @Test func `takes all when they are few enough`() {
        #expect(Thinning.evenly(3, atMost: 5) == [0, 1, 2])
        #expect(Thinning.evenly(0, atMost: 5).isEmpty)
    }

    @Test(arguments: [10, 11, 97, 5_000])
    func `picks from the first to the last, evenly`(count: Int) {
        let indices = Thinning.evenly(count, atMost: 7)
        #expect(indices.count == 7)
        #expect(indices.first == 0)
        #expect(indices.last == count - 1)
        let gaps = zip(indices.dropFirst(), indices).map(-)
        let (least, most) = (gaps.min() ?? 0, gaps.max() ?? 0)
        #expect(most - least <= 1)
    }

    @Test func `keeps round indices, and the last`() {
        #expect(
            Thinning.roundly(0..<101, about: 12)
                == Array(stride(from: 0, through: 100, by: 10)))
        #expect(
            Thinning.roundly(45..<384, about: 8) == [
                50, 100, 150, 200, 250, 300, 350, 383,
            ])
        #expect(Thinning.roundly(3..<3, about: 8).isEmpty)
        #expect(Thinning.roundly(3..<6, about: 8) == [3, 4, 5])
    }
}
