import Imports
import Records
import Testing

struct CurveTests {
    private let points = [
        Point(step: 2_176, loss: 4.101, learningRate: 3e-4),
        Point(step: 2_304, loss: 4.0418, learningRate: 3e-4),
    ]

    @Test(arguments: [
        ("run.csv", "step,learning_rate,loss\n2176,0.0003,4.101\n2304,0.0003,4.0418\n"),
        ("run.csv", "step,learning_rate,loss\r\n2176,3e-4,4.101\r\n2304,3e-4,4.0418"),
        (
            "run.csv",
            "\u{FEFF}step,learning_rate,loss\n2176.0,0.0003,4.101\n\n2304.0,.0003,4.0418\n"
        ),
        (
            "run.csv",
            "\"step\",\"learning_rate\",\"loss\"\n\"2176\", 3E-4 ,4.101\n2304,3e-04,4.0418"
        ),
        ("run.tsv", "step\tlearning_rate\tloss\n2176\t0.0003\t4.101\n2304\t0.0003\t4.0418\n"),
        ("run", "step\tlearning_rate\tloss\n2176\t0.0003\t4.101\n2304\t0.0003\t4.0418\n"),
        (
            "run.ndjson",
            """
            {"step":2176,"learning_rate":0.0003,"loss":4.101}

            {"step":2304.0,"learning_rate":3e-4,"loss":4.0418}
            """
        ),
        (
            "run",
            """
            {"step":2176,"learning_rate":0.0003,"loss":4.101}
            {"step":2304,"learning_rate":0.0003,"loss":4.0418}
            """
        ),
        (
            "run.json",
            #"{"points":[{"step":2176,"learning_rate":3e-4,"loss":4.101},"#
                + #"{"step":"2304","learning_rate":"0.0003","loss":4.0418}]}"#
        ),
        (
            "run",
            "\u{FEFF}"
                + #"[{"step":2176,"learning_rate":3e-4,"loss":4.101},"#
                + #"{"loss":4.0418,"step":2304,"learning_rate":3e-4}]"#
        ),
        (
            "run",
            #" [{"step":2176,"learning_rate":3e-4,"loss":4.101},"#
                + #"{"step":2304,"learning_rate":3e-4,"loss":4.0418}]"#
        ),
    ])
    func `reads the same points from every format`(name: String, text: String) throws {
        #expect(try curve(text, name: name) == CurveFile(points: points))
        #expect(try imported(text, name: name).run.run.points == points)
        let packed = gzip(Array(text.utf8))
        #expect(try RunFileReader.readCurve(bytes: packed, name: name).points == points)
        #expect(try LogImporter.file(bytes: packed, name: name).run.run.points == points)
    }

    @Test func `a blank loss leaves the row out of that series only`() throws {
        let file = try curve("step,loss,loss/val\n0,5,\n1,,4\n2,3, \n3,,\n,,\n")
        #expect(
            file.points == [
                Point(step: 0, loss: 5), Point(step: 1, series: ["val": 4]),
                Point(step: 2, loss: 3),
            ])
        let again = try imported("step,loss,loss/val\n0,5,\n1,,4\n2,3, \n3,,\n,,\n")
        let run = try again.run.run
        #expect(run.curve == LossCurve(steps: [0, 2], losses: [5, 3]))
        #expect(run.series == ["val": LossCurve(steps: [1], losses: [4])])
        #expect(again.warnings.isEmpty && again.skipped.isEmpty)
    }

    @Test func `a null in JSON is a blank`() throws {
        let file = try curve(
            #"[{"step":1,"loss":null,"loss/val":4},{"step":2,"loss":3,"learning_rate":null}]"#,
            name: "run.json")
        #expect(
            file.points == [Point(step: 1, series: ["val": 4]), Point(step: 2, loss: 3)])
    }

    @Test func `objects of one file may differ in their keys and the order of these`() throws {
        let file = try curve(
            """
            {"step":1,"loss":5,"lr":0.1}
            {"lr":0.2,"loss":4,"step":2}
            {"step":2,"loss/val":4.5}
            {"step":3,"loss":3,"lr":0.3}
            """, name: "run.ndjson")
        #expect(
            file.points == [
                Point(step: 1, loss: 5, learningRate: 0.1),
                Point(step: 2, loss: 4, learningRate: 0.2),
                Point(step: 2, series: ["val": 4.5]),
                Point(step: 3, loss: 3, learningRate: 0.3),
            ])
    }

    @Test func `NaN in a column that nothing reads is no fault`() throws {
        let file = try curve(#"[{"step":1,"loss":3,"grad_norm":NaN}]"#, name: "run.json")
        #expect(file.points == [Point(step: 1, loss: 3)])
    }

    @Test func `the later of two values at a step replaces the earlier, with a warning`() throws {
        let file = try imported("step,loss,learning_rate\n5,3,\n1,4,0.1\n5,2,0.2\n5,2.5,\n")
        #expect(
            try file.run.run.curve
                == LossCurve(steps: [1, 5], losses: [4, 2.5], learningRates: [0.1, 0.2]))
        #expect(
            file.warnings == [
                "run, loss: 2 values at a step seen before: the later replaced the earlier"
            ])
    }

    @Test func `losses logged on rows of their own at one step meet`() throws {
        let file = try imported("step,loss,val_loss\n10,3,\n10,,3.5\n20,2.5,\n")
        let run = try file.run.run
        #expect(run.curve?.steps == [10, 20])
        #expect(run.series["val_loss"] == LossCurve(steps: [10], losses: [3.5]))
        #expect(file.warnings.isEmpty)
    }

    @Test func `rates that were logged at some points stand beside their losses`() throws {
        let run = try imported("step,loss,lr\n0,3,0.1\n1,2,\n").run.run
        #expect(run.curve?.learningRates == [0.1, nil])
        #expect(try imported("step,loss,lr\n0,3,\n").run.run.curve?.learningRates == nil)
    }

    @Test func `token counts are kept with their points`() throws {
        let file = try curve("step,loss,tokens\n0,3,0\n1,2,1e9\n")
        #expect(file.points.map(\.tokenCount) == [0, 1e9])
    }
}
