import Imports
import Records
import Testing

struct ColumnTests {
    /// What the columns of a header were taken for.
    private func meanings(_ header: String, isTable: Bool = false) throws -> [String: String?] {
        let columns = header.split(separator: ",")
        let row = columns.map { _ in "1" }.joined(separator: ",")
        let text = "\(header)\n\(row)\n"
        let notes = isTable ? try table(text).notes : try curve(text).notes
        return Dictionary(uniqueKeysWithValues: notes.map { ($0.column, $0.meaning) })
    }

    @Test func `says nothing about the contract's own names`() throws {
        #expect(try meanings("step,loss,learning_rate,token_count,loss/val").isEmpty)
        #expect(
            try meanings("parameter_count,token_count,training_flops,loss", isTable: true).isEmpty)
    }

    @Test(arguments: ["Step", "_step", "global_step", "trainer/global_step", "iteration", "steps"])
    func `knows a step by other names`(column: String) throws {
        #expect(try meanings("\(column),loss") == [column: "step"])
    }

    @Test(arguments: ["lr", "LR", "train/lr", "learning rate", "Learning-Rate"])
    func `knows a learning rate by other names`(column: String) throws {
        #expect(try meanings("step,\(column),loss") == [column: "learning_rate"])
    }

    @Test(arguments: [
        ("N", "parameter_count"), ("params", "parameter_count"), ("D", "token_count"),
        ("tokens", "token_count"), ("C", "training_flops"), ("flop_budget", "training_flops"),
        ("batch_size_tokens", "batch_tokens"), ("steps", "step_count"),
        ("unique_tokens", "unique_token_count"), ("U", "unique_token_count"),
        ("encoder_params", "encoder_parameter_count"),
        ("non_embedding_params", "non_embedding_parameter_count"),
        ("decoder_params", "decoder_parameter_count"), ("N_avg", "average_parameter_count"),
    ])
    func `knows a table's columns by other names`(column: String, meaning: String) throws {
        let size = meaning == "parameter_count" ? "token_count" : "parameter_count"
        #expect(try meanings("\(size),\(column),loss", isTable: true) == [column: meaning])
    }

    @Test(arguments: [
        // `loss` goes before everything, wherever it stands.
        ("step,val_loss,train_loss,loss", "loss", ["val_loss", "train_loss"]),
        ("step,Loss,train_loss", "Loss", ["train_loss"]),
        ("step,eval/loss,train/loss", "train/loss", ["eval/loss"]),
        ("step,val_loss,train_loss,train_loss_ema", "train_loss", ["val_loss", "train_loss_ema"]),
        ("step,test_loss,eval_loss", "eval_loss", ["test_loss"]),
        ("step,val,train", "train", ["val"]),
        ("step,lm_loss", "lm_loss", []),
        ("step,train/grad_norm,eval_runtime,val_loss", "val_loss", []),
        ("step,loss_scale,train_loss", "train_loss", []),
    ])
    func `chooses the main loss and keeps the others as series`(
        header: String, main: String, series: [String]
    ) throws {
        let meanings = try meanings(header)
        #expect(main == "loss" || meanings[main] == "loss")
        for name in series { #expect(meanings[name] == "loss/\(name)") }
        #expect(meanings.values.count { $0?.hasPrefix("loss/") == true } == series.count)
    }

    @Test func `a series keeps its name, and a curve may have nothing else`() throws {
        let file = try curve("step,loss/validation\n1,3\n")
        #expect(file.points == [Point(step: 1, series: ["validation": 3])])
        #expect(file.notes.isEmpty)
        let run = try imported("step,loss/validation\n1,3\n").run
        #expect(run.run.curve == nil && run.series.map(\.name) == ["loss/validation"])
    }

    @Test func `says what it left out`() throws {
        let file = try curve("step,loss,grad_norm\n1,3,0.5\n")
        #expect(file.notes.map(\.message) == [#"left out column "grad_norm""#])
        let aliased = try curve("step,train_loss\n1,3\n")
        #expect(aliased.notes.map(\.message) == [#"took column "train_loss" for loss"#])
    }

    @Test func `the contract's name goes before an alias`() throws {
        let file = try table("N,parameter_count,loss\n5,7,3\n")
        #expect(file.runs.first?.features == [.parameterCount: 7])
        #expect(file.runs.first?.tags == ["N": "5"])
    }
}
