import Foundation
import JSONText
import Testing

@Suite struct ImportProgramTests {
    private struct Answer: Decodable {
        struct Run: Decodable {
            var id: String
            var study: String?
            var points: Int
        }

        var runs: [Run]
        var created: Int
        var updated: Int
        var accepted: Int
        var replaced: Int
        var notes: [String]
    }

    let folder: TemporaryFolder
    let program: Program

    init() throws {
        folder = try TemporaryFolder()
        program = Program(folder: folder)
    }

    private func json(_ outcome: Program.Outcome) throws -> Answer {
        try JSONDecoding.value(
            Answer.self, from: Array(outcome.output.utf8))
    }

    @Test func `puts a study folder into a database and says what it took for what`() throws {
        try SyntheticStudy.write(to: folder)
        let answer = try json(program("import study --database runs.db --format json"))
        #expect(answer.runs.map(\.id) == ["constant", "cosine", "wsd", "stage"])
        #expect(answer.runs.allSatisfy { $0.study == "synthetic" && $0.points == 55 })
        #expect(answer.created == 4)
        #expect(answer.accepted == 220)
        #expect(answer.notes.count == 1)
        #expect(answer.notes.first?.hasSuffix("took \"lr\" for learning_rate") == true)
    }

    @Test func `leaves a database that is whole in its one file`() throws {
        try SyntheticStudy.write(to: folder)
        #expect(try program("import study --database runs.db").code == 0)
        try FileManager.default.copyItem(at: folder.url("runs.db"), to: folder.url("copy.db"))
        let again = try json(program("import study --database copy.db --format json"))
        #expect(again.updated == 4 && again.replaced == 220)
    }

    @Test func `updates what was imported before`() throws {
        try SyntheticStudy.write(to: folder)
        _ = try program("import study --database runs.db")
        let answer = try json(program("import study --database runs.db --format json"))
        #expect(answer.created == 0)
        #expect(answer.updated == 4)
        #expect(answer.replaced == 220)
    }

    @Test func `puts curves and tables into the study that is named`() throws {
        try folder.write("curve.csv", "Step,train_loss\n1,3\n2,2.5\n")
        try folder.write("table.csv", "id,N,D,loss\na,1e6,1e8,3\nb,1e7,1e9,2.5\n")
        let outcome = try program("import curve.csv table.csv --study mine --database runs.db")
        #expect(outcome.code == 0)
        #expect(outcome.lines[0] == "run    study  points  loss  format     series")
        #expect(outcome.lines[1] == "curve  mine        2   2.5  csv        loss 2")
        #expect(outcome.lines[2] == "a      mine        0     3  csv-table")
        #expect(outcome.output.contains("took \"train_loss\" for loss"))
    }

    @Test func `stores nothing of several files when one is bad`() throws {
        try folder.write("good.csv", "step,loss\n1,3\n")
        try folder.write("bad.csv", "step,loss\n1,3\n2,-1\n")
        let outcome = try program("import good.csv bad.csv --database runs.db")
        #expect(outcome.code == 2)
        #expect(outcome.error.hasPrefix("error: bad.csv, line 3, column \"loss\""))
        #expect(try folder.names() == ["bad.csv", "good.csv"])
    }

    @Test func `prints a row per run as CSV`() throws {
        try folder.write("curve.csv", "step,loss\n1,3\n")
        let outcome = try program("import curve.csv --database runs.db --format csv")
        #expect(outcome.output == "id,study,points\ncurve,,1\n")
    }

    @Test(arguments: ["nan", "inf"])
    func `a loss that is not finite is counted and not refused`(value: String) throws {
        try folder.write("a.csv", "step,loss,lr\n0,4,1e-3\n1,\(value),1e-3\n")
        let outcome = try program("import a.csv --dry-run --format json")
        #expect(outcome.code == 0)
        #expect(outcome.output.contains(#""not_finite":1"#))
        let fit = try program("fit --law lr-annealing a.csv")
        #expect(fit.code == 2)
        #expect(fit.error.contains("cannot determine 5 free parameters"))
    }

    @Test func `stores nothing on a dry run and lists the formats`() throws {
        try folder.write("curve.csv", "step,loss\n1,3\n2,2.5\n")
        let outcome = try program("import curve.csv --dry-run")
        #expect(outcome.code == 0)
        #expect(outcome.output.contains("dry run: 1 runs created"))
        #expect(try folder.names() == ["curve.csv"])
        let formats = try program("import --formats")
        #expect(formats.output.contains("trainer-state: Hugging Face Trainer"))
    }

    @Test func `takes columns, formats and steps from the command line`() throws {
        try folder.write("odd.csv", "when,error\n5,3\n10,2.5\n")
        let columns = "--column step=when --column loss=error"
        let outcome = try program("import odd.csv --dry-run --format csv \(columns)")
        #expect(outcome.output == "id,study,points\nodd,,2\n")
        let rows = try program(
            "import odd.csv --dry-run --format json --step-from row --column loss=error")
        #expect(rows.output.contains(#""last":{"step":1,"loss":2.5}"#))
        let unknown = try program("import odd.csv --as nothing")
        #expect(unknown.code == 2)
        #expect(unknown.error.hasPrefix("error: odd.csv: there is no format \"nothing\""))
    }
}
