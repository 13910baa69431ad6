import Imports
import Records
import Testing

struct RunFileErrorTests {
    struct Case: Sendable, CustomTestStringConvertible {
        let text: String
        let sentence: String
        var name = "run.csv"
        var testDescription: String { sentence }
    }

    private static let positive = "must be a finite number above 0"
    private static let step = "must be a whole number from 0 to 100000000"

    @Test(arguments: [
        Case(
            text: "step,loss\n0,-2.5\n",
            sentence: "run.csv, line 2, column \"loss\": loss = -2.5, \(positive)"),
        Case(
            text: "step,loss\n0,0\n",
            sentence: "run.csv, line 2, column \"loss\": loss = 0.0, \(positive)"),
        Case(
            text: "step,loss\n0,three\n",
            sentence: "run.csv, line 2, column \"loss\": loss = \"three\", \(positive)"),
        Case(
            text: "step,loss,loss/val\n0,3,-1\n",
            sentence: "run.csv, line 2, column \"loss/val\": loss/val = -1.0, \(positive)"),
        Case(
            text: "step,loss\n-1,3\n",
            sentence: "run.csv, line 2, column \"step\": step = -1, \(step)"),
        Case(
            text: "step,loss\n1.5,3\n",
            sentence: "run.csv, line 2, column \"step\": step = 1.5, \(step)"),
        Case(
            text: "step,loss\n100000001,3\n",
            sentence: "run.csv, line 2, column \"step\": step = 100000001, \(step)"),
        Case(
            text: "step,loss\n1e300,3\n",
            sentence: "run.csv, line 2, column \"step\": step = 1e+300, \(step)"),
        Case(
            text: "step,loss\nx,3\n",
            sentence: "run.csv, line 2, column \"step\": step = \"x\", \(step)"),
        Case(
            text: "step,loss\n,3\n",
            sentence: "run.csv, line 2, column \"step\": step = blank, \(step)"),
        Case(
            text: "step,loss,lr\n0,3,-0.1\n",
            sentence: "run.csv, line 2, column \"lr\": learning_rate = -0.1, "
                + "must be a finite number, 0 or above"),
        Case(
            text: "iteration,lr\n0,0.1\n",
            sentence: "run.csv: there is no column `loss`; columns seen: iteration, lr"),
        Case(
            text: "step,step,loss\n0,0,1\n",
            sentence: "run.csv, line 1, column \"step\": the header has this column twice; "
                + "rename one"),
        Case(
            text: "step,loss\n0,3\n1\n",
            sentence: "run.csv, line 3: has 1 field, the header has 2"),
        Case(
            text: "step,loss\n0,\"3\n1,2\n",
            sentence: "run.csv, line 2: a quoted field is not closed; end it with a quote"),
        Case(
            text: "step,loss\n0,\"3\"x\n",
            sentence: "run.csv, line 2: there is text after a closing quote; "
                + "double the quotes inside a quoted field"),
        Case(text: "", sentence: "run.csv: is empty"),
        Case(text: "\n \n", sentence: "run.csv: is empty"),
        Case(text: "step,loss\n", sentence: "run.csv: has no rows"),
        Case(text: "step,loss\n,\n", sentence: "run.csv: has no rows"),
        Case(
            text: "[]", sentence: "run.json: there is no column `step`; columns seen: none",
            name: "run.json"),
        Case(
            text: #"[{"step":1,"loss":true}]"#,
            sentence: "run.json, record 0, column \"loss\": loss = \"true\", \(positive)",
            name: "run.json"),
        Case(
            text: #"{"data":[]}"#,
            sentence: "run.json: must be a list of objects, or an object with one under "
                + "`points` or `runs`",
            name: "run.json"),
        Case(
            text: #"[{"step":1,"loss":2},7]"#, sentence: "run.json, record 1: must be an object",
            name: "run.json"),
        Case(
            text: "{\"step\":1,\"loss\":2}\n\n[2]\n",
            sentence: "run.jsonl, line 3: must be an object on every line", name: "run.jsonl"),
        Case(
            text: "{\"step\":1,\"loss\":2}\n{\"step\":2,\"loss\":-2}\n",
            sentence: "run.jsonl, line 2, column \"loss\": loss = -2.0, \(positive)",
            name: "run.jsonl"),
    ])
    func `names the file, the place, the rule`(_ bad: Case) {
        let error = fault { () throws(RunFileError) in try curve(bad.text, name: bad.name) }
        #expect(error?.message == bad.sentence)
    }

    @Test(arguments: [
        Case(text: "step,loss\n0,3\n1,nan\n", sentence: "nan"),
        Case(text: "step,train_loss\n0,3\n1,-inf\n", sentence: "-inf"),
        Case(
            text: #"[{"step":0,"loss":2},{"step":1,"loss":"NaN"}]"#, sentence: "nan",
            name: "run.json"),
        Case(
            text: "[{\"step\":0,\"loss\":2},\n{\"step\":1,\"loss\":NaN}]", sentence: "nan",
            name: "run.json"),
        Case(
            text: "{\"step\":0,\"loss\":2}\n{\"step\":1,\"loss\":-Infinity}\n",
            sentence: "-inf", name: "run.ndjson"),
        Case(
            text: #"[{"step":0,"loss":2},{"step":1,"loss":1e999}]"#, sentence: "inf",
            name: "run.json"),
    ])
    func `a loss that is not finite is data`(_ log: Case) throws {
        let points = try curve(log.text, name: log.name).points
        #expect(points.map(\.step) == [0, 1])
        #expect(points.last?.loss.flatMap(NotFinite.name) == log.sentence)
    }

    @Test(arguments: [
        Case(
            text: #"{"points":[{"step":1,"loss":2}"#,
            sentence: "run.json, line 1: cannot be read as JSON, column 31: the text ends too "
                + "early, it looks cut off", name: "run.json"),
        Case(
            text: "[{\"step\":1,\"loss\":2},\n{\"step\":2,\"loss\":nil}]",
            sentence: "run.json, line 2: cannot be read as JSON, column 18: found n, "
                + "expected a value", name: "run.json"),
        Case(
            text: "{\"step\":1,\"loss\":2}\n\n{\"step\":2,\"loss\":02}\n",
            sentence: "run.ndjson, line 3: cannot be read as JSON, column 18: 02 is not a number",
            name: "run.ndjson"),
        Case(
            text: "{\"step\":1,\"loss\":2,\"loss\":3}\n",
            sentence: "run.ndjson, line 1: cannot be read as JSON, column 20: an object has two "
                + "members \"loss\"", name: "run.ndjson"),
    ])
    func `says where text is not JSON`(_ bad: Case) {
        let error = fault { () throws(RunFileError) in try curve(bad.text, name: bad.name) }
        #expect(error?.message == bad.sentence)
    }

    @Test func `a missing column lists the columns seen`() {
        let error = fault { () throws(RunFileError) in try curve("time,loss\n0,3\n") }
        #expect(error?.message == "run.csv: there is no column `step`; columns seen: time, loss")
        let log = fault { () throws(RunFileError) in
            try imported("time,loss\n1,3\n2,2.5\n", name: "log.csv")
        }
        #expect(log?.message == "log.csv: there is no column `step`; columns seen: time, loss")
        let table = fault { () throws(RunFileError) in try imported("N,D\n1,2\n", name: "t.csv") }
        #expect(table?.message == "t.csv: there is no column `loss`; columns seen: N, D")
    }

    @Test func `all bad fields are reported at once`() {
        let error = fault { () throws(RunFileError) in
            try curve("step,loss,lr\n0,3,0.1\n-1,0,0.1\n2,3,x\n3,2,0.1\n")
        }
        let all = ([error].compactMap(\.self)) + (error?.further ?? [])
        #expect(all.map(\.place.line) == [3, 3, 4])
        #expect(all.map(\.place.record) == [1, 1, 2])
        #expect(all.map(\.place.column) == ["loss", "step", "lr"])
        #expect(error?.message.hasSuffix("\(Self.positive) (and 2 more)") == true)
    }

    @Test func `a column of the wrong kind does not fill the answer`() {
        let rows = (0..<5_000).map { "\($0),low\n" }.joined()
        let error = fault { () throws(RunFileError) in try curve("step,loss\n" + rows) }
        #expect(error?.further.count == 99)
    }

    @Test(arguments: [
        (
            "id,loss\na b,3\n",
            "table.csv, line 2, column \"id\": id = \"a b\", "
                + "must be 1 to 128 of the characters A-Z a-z 0-9 . _ -"
        ),
        (
            "id,loss\na,3\nb,2\na,1\n",
            "table.csv, line 4: run \"a\" is in line 2 too; rename one"
        ),
        (
            "id,role\na,both\n",
            "table.csv, line 2, column \"role\": role = \"both\", must be train or test"
        ),
        (
            "id,N\na,-5\n",
            "table.csv, line 2, column \"N\": parameter_count = -5.0, "
                + "must be a finite number above 0"
        ),
        (
            "id,warmup_steps\na,1.5\n",
            "table.csv, line 2, column \"warmup_steps\": warmup_steps = 1.5, " + Self.step
        ),
    ])
    func `names what is wrong with a run`(text: String, sentence: String) {
        let error = fault { () throws(RunFileError) in try table(text) }
        #expect(error?.message == sentence)
    }

    @Test func `a bad schedule carries the schedule language's own sentence`() {
        let error = fault { () throws(RunFileError) in
            try table("id,schedule\na,\"warmup:10@3e-4,hodl:5\"\n")
        }
        #expect(error?.place.line == 2)
        #expect(error?.place.column == "schedule")
        #expect(error?.detail.hasPrefix("schedule: character 16, in `hodl:5`") == true)
    }

    @Test func `another encoding is refused`() {
        let error = fault { () throws(RunFileError) in
            try RunFileReader.readCurve(bytes: [0xFF, 0xFE, 0x73, 0x00], name: "run.csv")
        }
        #expect(error?.message == "run.csv: is not UTF-8; save it as UTF-8")
    }
}
