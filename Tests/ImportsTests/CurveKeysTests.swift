import Imports
import Records
import Testing

struct CurveKeysTests {
    @Test func `knows keys by the names that columns have`() {
        let keys = CurveKeys(["_step", "train/loss", "lr", "tokens", "val_loss", "grad_norm"])
        #expect(
            keys.fields == [
                "_step": .step, "train/loss": .loss(nil), "lr": .quantity(.learningRate),
                "tokens": .quantity(.tokenCount), "val_loss": .loss("val_loss"),
            ])
        #expect(
            keys.notes.contains(ColumnNote(column: "grad_norm", meaning: nil))
                && keys.notes.contains(ColumnNote(column: "lr", meaning: "learning_rate")))
    }

    @Test func `says nothing about the contract's own names`() {
        let keys = CurveKeys(["step", "loss", "learning_rate", "token_count", "loss/val"])
        #expect(keys.fields.count == 5 && keys.notes.isEmpty)
    }

    @Test func `tells the others apart where no point has a step or a loss`() {
        #expect(CurveKeys(["step", "lr"]).fields["lr"] == .quantity(.learningRate))
        #expect(CurveKeys(["val_loss"]).fields["val_loss"] == .loss(nil))
        #expect(CurveKeys([]).fields["lr"] == nil)
    }
}
