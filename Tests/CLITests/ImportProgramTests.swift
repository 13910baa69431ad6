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
        #expect(answer.notes.first?.hasSuffix("took column \"lr\" for learning_rate") == true)
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
        #expect(outcome.lines[0] == "run    study  points  loss")
        #expect(outcome.lines[1] == "curve  mine        2     -")
        #expect(outcome.lines[2] == "a      mine        0     3")
        #expect(outcome.output.contains("took column \"train_loss\" for loss"))
    }

    @Test func `stores nothing of several files when one is bad`() throws {
        try folder.write("good.csv", "step,loss\n1,3\n")
        try folder.write("bad.csv", "step,loss\n1,3\n2,nan\n")
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
}
