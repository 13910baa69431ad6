import JSONText

/// `trainer_state.json` of the Hugging Face Trainer.
///
/// Training rows have `loss`, evaluation rows `eval_loss`; the row with which a finished training
/// closes has the mean over all steps as `train_loss`, which is no point of the curve.
struct TrainerStateFormat: LogFormat {
    let name = "trainer-state"
    let title = "Hugging Face Trainer, trainer_state.json"
    let sample =
        #"{"max_steps": 8712, "log_history": [{"step": 5, "loss": 1.7484, "learning_rate": 5e-05}]}"#

    func recognises(_ head: LogHead) -> Confidence {
        head.first == UInt8(ascii: "{") && head.contains("\"log_history\"") ? .certain : .none
    }

    func read(_ source: ByteSource, into log: inout LogCollector) throws(RunFileError) {
        let document = try JSONDocumentFormat.document(source)
        guard case .object(let members) = document, case .array(let rows) = document["log_history"]
        else {
            throw RunFileError(
                file: source.name,
                kind: .wrongShape(expected: "an object with a list under `log_history`"))
        }
        let run = log.run()
        for member in members {
            guard Self.settings.contains(member.name), let text = member.value.text else {
                continue
            }
            log.update(run) { $0.note(member.name, text) }
        }
        var reader = RecordReader(file: source.name, options: log.options)
        for (index, row) in rows.enumerated() {
            guard case .object(let members) = row else { continue }
            if members.contains(where: { $0.name == "train_runtime" }) {
                log.skip("the closing row, a summary of the whole training", at: nil)
                continue
            }
            reader.take(members, line: index + 1, into: &log)
        }
        reader.finish(&log)
        if rows.isEmpty { throw RunFileError(file: source.name, kind: .noRows) }
    }

    /// Other members hold the state of callbacks.
    private static let settings: Set<String> = [
        "max_steps", "num_train_epochs", "train_batch_size", "logging_steps", "eval_steps",
        "save_steps", "trial_name",
    ]
}
