import Imports
import Records
import Testing

struct CurveKeysTests {
    @Test func `knows keys by the names that columns have`() {
        let keys = CurveKeys(["_step", "train/loss", "lr", "tokens", "val_loss", "grad_norm"])
        #expect(
            keys.meanings == [
                "_step": .step, "train/loss": .loss, "lr": .learningRate, "tokens": .tokenCount,
                "val_loss": .series("val_loss"),
            ])
        #expect(
            keys.notes.contains(ColumnNote(column: "grad_norm", meaning: nil))
                && keys.notes.contains(ColumnNote(column: "lr", meaning: "learning_rate")))
    }

    @Test func `says nothing about the contract's own names`() {
        let keys = CurveKeys(["step", "loss", "learning_rate", "token_count", "loss/val"])
        #expect(keys.meanings.count == 5 && keys.notes.isEmpty)
    }

    @Test func `tells the others apart where no point has a step or a loss`() {
        #expect(CurveKeys(["step", "lr"]).meanings["lr"] == .learningRate)
        #expect(CurveKeys(["val_loss"]).meanings["val_loss"] == .loss)
        #expect(CurveKeys([]).meanings["lr"] == nil)
    }
}
