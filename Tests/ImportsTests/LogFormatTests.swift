import Foundation
import Imports
import Records
import TestSupport
import Testing

/// Every format of text read in the ways in which files come.
struct LogFormatTests {
    struct Example: Sendable, CustomTestStringConvertible {
        let format: String
        /// A whole file with at least three points.
        let text: String
        var testDescription: String { format }
    }

    /// One small file per format, as its program writes it.
    static let examples = [
        Example(
            format: "csv", text: "step,loss,lr\n0,5.5,1e-3\n1,5.25,1e-3\n2,5.125,1e-3\n3,5,1e-3\n"),
        Example(format: "tsv", text: "step\tloss\n0\t5.5\n1\t5.25\n2\t5.125\n3\t5\n"),
        Example(format: "csv-semicolon", text: "step;loss\n0;5.5\n1;5.25\n2;5.125\n3;5\n"),
        Example(
            format: "wandb-chart",
            text:
                "\"Step\",\"a - loss\",\"a - loss__MIN\"\n\"0\",\"5.5\",\"5\"\n\"1\",\"5.25\",\"5\"\n"
                + "\"2\",\"5.125\",\"5\"\n\"3\",\"5\",\"5\"\n"),
        Example(
            format: "ndjson",
            text: (0..<4).map { "{\"step\": \($0), \"loss\": \(5.5 - Double($0) / 4)}\n" }.joined()),
        Example(
            format: "log-service",
            text: (1..<5).map { "{\"message\": \"step \($0) loss 3.\($0)\", \"level\": 1}\n" }
                .joined()),
        Example(
            format: "mmengine-scalars",
            text: (1..<5).map {
                "{\"lr\": 0.1, \"data_time\": 0.1, \"loss\": 2.5, \"iter\": \($0), \"step\": \($0)}\n"
            }.joined()),
        Example(
            format: "json",
            text: #"{"train": {"iter": [0, 5, 10], "train_loss": [5.5, 5.25, 5.0]}}"# + "\n"),
        Example(
            format: "trainer-state",
            text: #"{"log_history": [{"loss": 3.5, "step": 5}, {"loss": 3.25, "step": 10}, "#
                + #"{"loss": 3.0, "step": 15}, {"train_loss": 3.2, "train_runtime": 5, "step": 15}], "#
                + #""max_steps": 20}"# + "\n"),
        Example(
            format: "megatron-values",
            text: #"{"lm loss": {"start_step": 1, "end_step": 20, "step_interval": 5, "#
                + #""values": {"1": 10.5, "5": 10.25, "10": 10.0, "15": "nan"}}}"# + "\n"),
        Example(
            format: "nanogpt",
            text:
                "step 0: train loss 4.45, val loss 4.44\niter 0: loss 4.4512, time 23.37ms, mfu -1.0%\n"
                + "iter 1: loss 4.4586, time 19.77ms, mfu -1%\niter 2: loss 4.4, time 19.7ms, mfu 9.1%\n"
        ),
        Example(
            format: "build-nanogpt",
            text: "0 val 10.8677\n0 train 10.874892\n1 train 10.866898\n2 train 10.864987\n"),
        Example(
            format: "nanochat",
            text: "step 00010/21400 (0.05%) | loss: 9.12 | lrm: 1.00 | dt: 123.45ms | mfu: 45.12\n"
                + "Step 00010 | Validation bpb: 3.3013\n"
                + "step 00011/21400 (0.05%) | loss: 9.02 | lrm: 1.00 | dt: 123.45ms | mfu: 45.12\n"
                + "step 00012/21400 (0.05%) | loss: 9.01 | lrm: 1.00 | dt: 123.45ms | mfu: 45.12\n"),
        Example(
            format: "modded-nanogpt",
            text: "    print0(f\"step:{step}/{n} val_loss:{val_loss:.4f} train_time:{t:.0f}ms\")\n"
                + "warmup_step:1/20\nstep:0/50 val_loss:6.9357 train_time:0ms step_avg:0.02ms\n"
                + (1..<4).map { "step:\($0)/50 train_loss:6.\($0) train_time:27ms step_avg:2ms\n" }
                .joined() + "final_int8_roundtrip val_loss:2.0359 eval_time:1639ms\n"),
        Example(
            format: "llm.c",
            text: (1..<5).map {
                "step    \($0)/19560 | loss 11.\($0) (+nanz)| norm 15.07 (+nanz)| lr 8.57e-07 | 4 ms\n"
            }.joined()),
        Example(
            format: "llm.c-main",
            text: "s:0 tel:11.5\n" + (1..<4).map { "s:\($0) trl:11.\($0) lr:0.001\n" }.joined()),
        Example(
            format: "build-nanogpt-console",
            text: (0..<4).map {
                "step    \($0) | loss: 9.\($0) | lr 9.2308e-06 | norm: 2.8 | dt: 339.1ms | tok/sec: 1546\n"
            }.joined()),
        Example(
            format: "nanotron",
            text: (1..<5).map {
                "iteration: \($0) / 100 | consumed_tokens: \($0).02K | lr: 3.3e-05 | lm_loss: 9.2 | x: 1M\n"
            }.joined()),
        Example(
            format: "megatron",
            text: (1..<5).map {
                " iteration  \($0)/ 500 | consumed samples: 9 | learning rate: 4.3E-05 | lm loss: 7.2E+00 |\n"
            }.joined()),
        Example(
            format: "olmo",
            text: (1..<5).map {
                "2025-12-27 train:990 INFO [step=\($0)0/100,epoch=0]\n    train/CrossEntropyLoss=9.0\($0)\n"
                    + "    train/Perplexity=8,641\n"
            }.joined()),
        Example(
            format: "composer",
            text: (1..<5).map {
                "[batch=\($0)/100]:\n         Train LanguageCrossEntropy: 10.9\n"
                    + "         Train loss/train/total: 10.\($0)\n"
            }.joined()),
        Example(
            format: "torchtitan",
            text: (1..<5).map {
                "[titan] 2024 - root - INFO - \u{1B}[32mstep:  \($0)  \u{1B}[31mloss: 10.\($0)  "
                    + "\u{1B}[33mmemory: 21.4GiB(22.5%)\u{1B}[0m\n"
            }.joined()),
        Example(
            format: "levanter",
            text: (1..<5).map {
                "Progress on:train \($0).00kit/10.0kit rate:2.3it/s postfix:loss=4.\($0)\n"
            }
            .joined()),
        Example(
            format: "fairseq",
            text: (1..<5).map {
                "[2021-05-01][train_inner][INFO] - {\"epoch\": 1, \"loss\": \"15.\($0)\", "
                    + "\"num_updates\": \"\($0)00\"}\n"
            }.joined()),
        Example(
            format: "mmengine",
            text: (1..<5).map {
                "mmengine - INFO - Epoch(train)  [1][ \($0)0/391]  lr: 1.0e-01  eta: 0:10:11  loss: 2.\($0)\n"
            }.joined()),
        Example(
            format: "keras-console",
            text: (1..<5).map {
                "Epoch \($0)/5\n100/100 [=====] - 5s 3ms/step - loss: 0.\($0) - val_loss: 0.1406\n"
            }.joined()),
        Example(
            format: "trainer-console",
            text: (1..<5).map {
                " \($0)%|  | \($0)0/100 [00:03<01:00,  1.5it/s]\n"
                    + "{'loss': 1.\($0), 'learning_rate': 4.99e-05, 'epoch': 0.01}\n"
            }.joined()),
        Example(
            format: "deepspeed",
            text: (1..<5).map {
                "[INFO] [logging.py:96:log_dist] [Rank 0] step=\($0), skipped=0, lr=[9.6e-06], mom=[0.9]\n"
                    + "steps: \($0) loss: 9.\($0) iter time (s): 0.5 samples/sec: 32.1\n"
            }.joined()),
        Example(
            format: "progress-bar",
            text: (1..<5).map {
                "Epoch 0:  10%|#  | \($0)0/100 [00:01<00:09, 9.9it/s, v_num=0, train_loss_step=2.\($0)]\n"
            }.joined()),
        Example(
            format: "marian",
            text: (1..<5).map {
                "[2024-06-01 10:00:00] Ep. 1 : Up. \($0)00 : Sen. 12,345 : Cost 9.\($0) * 123,456 @ 1,234 "
                    + "after 1,234,567 : Time 12.34s : 12345.67 words/s : L.r. 1.5e-05\n"
            }.joined()),
        Example(
            format: "clu",
            text: (1..<5).map {
                "I0601 10:00:00.123456 140 logging_writer.py:48] [\($0)] learning_rate=0.001, loss=9.\($0)\n"
            }.joined()),
        Example(
            format: "espnet",
            text: (0..<4).map {
                "[gpu] 2024-06-01 10:00:00,123 (trainer:762) INFO: 1epoch:train:\($0 * 50 + 1)-"
                    + "\($0 * 50 + 50)batch: iter_time=0.1, loss_ctc=123.4, loss=105.\($0)\n"
            }.joined()),
        Example(
            format: "epoch-console",
            text: (1..<5).map { "Epoch \($0)/9 - train loss: 2.\($0), val loss: 2.5\n" }.joined()),
        Example(
            format: "step-block",
            text: (1..<5).map { "- step: \($0)0\n  loss: 2.\($0)\n" }.joined()),
        Example(
            format: "table",
            text: "| step | loss | val_loss |\n|-----:|-----:|---------:|\n"
                + (1..<5).map { "| \($0)0 | 2.\($0) | 2.5 |\n" }.joined()),
        Example(
            format: "columns",
            text: "step      loss    lr\n"
                + (1..<5).map { "\($0)0        2.\($0)   1e-3\n" }.joined()
        ),
        Example(
            format: "mlflow-metric",
            text: (0..<4).map { "170000000000\($0) 2.\($0)5 \($0)\n" }.joined()),
        Example(
            format: "console",
            text: (1..<5).map { "2024-01-01 INFO trainer: step \($0) loss 3.\($0) val loss 3.5\n" }
                .joined()),
    ]

    private func points(_ bytes: [UInt8]) throws -> [Point] {
        try LogImporter.file(bytes: bytes, name: "some/name").runs.flatMap(\.points)
    }

    @Test func `there is an example of every format of text`() {
        let text = LogFormatCatalog.standard.filter { !$0.isBinary }.map(\.name)
        #expect(Set(text) == Set(Self.examples.map(\.format)))
        #expect(LogFormatCatalog.standard.allSatisfy { !$0.title.isEmpty && !$0.sample.isEmpty })
    }

    @Test(arguments: examples)
    func `is recognised by its content, however it comes`(_ example: Example) throws {
        let bytes = Array(example.text.utf8)
        let file = try LogImporter.file(bytes: bytes, name: "some/name")
        #expect(file.format == example.format)
        let points = file.runs.flatMap(\.points)
        #expect(points.count { $0.loss != nil } >= 3)
        let crlf = example.text.replacing("\n", with: "\r\n")
        #expect(try self.points(Array(crlf.utf8)) == points)
        #expect(try self.points([0xEF, 0xBB, 0xBF] + bytes) == points)
        #expect(try self.points(gzip(bytes)) == points)
        var options = ImportOptions()
        options.format = example.format
        #expect(
            try LogImporter.file(bytes: bytes, name: "x", options: options).runs.flatMap(\.points)
                == points)
    }

    /// A file that is being written, or whose program was killed, ends anywhere.
    @Test(arguments: examples)
    func `a cut at any place gives points or a sentence`(_ example: Example) {
        let bytes = Array(example.text.utf8)
        for end in stride(from: 1, to: bytes.count, by: 7) {
            let error = fault { () throws(RunFileError) in
                try LogImporter.file(bytes: Array(bytes[..<end]), name: "cut")
            }
            if let error { #expect(error.message.hasPrefix("cut")) }
        }
    }

    @Test(arguments: examples)
    func `damage brings no format down`(_ example: Example) {
        var generator = SeededGenerator(seed: 11)
        var options = ImportOptions()
        options.format = example.format
        for _ in 0..<60 {
            var bytes = Array(example.text.utf8)
            for _ in 0..<4 {
                let place = Int.random(in: 0..<bytes.count, using: &generator)
                bytes[place] = UInt8.random(in: 0...255, using: &generator)
            }
            _ = fault { () throws(RunFileError) in
                try LogImporter.file(bytes: bytes, name: "damaged", options: options)
            }
        }
    }

    @Test func `a long file keeps every point`() throws {
        let body = (0..<60_000).map { "iter \($0): loss 4.5, time 2.37ms, mfu 1.00%\n" }.joined()
        let file = try imported(body, name: "long.log")
        #expect(file.runs.first?.points.count == 60_000)
        #expect(file.warnings.contains { $0.contains("in a row") })
    }

    @Test(arguments: [
        (
            "version https://git-lfs.github.com/spec/v1\noid sha256:7d\nsize 793878\n",
            "Git LFS pointer of 793878 bytes"
        ),
        ("\u{89}PNG\r\n", "PNG"), ("PK\u{3}\u{4}rest", "zip archive"), ("%PDF-1.4", "PDF"),
        ("<!DOCTYPE html><html>", "web page"), ("{\"cells\": [], \"nbformat\": 4}", "notebook"),
        ("{\"train_loss\": 1.5, \"train_runtime\": 3.5}", "summary of a finished training"),
        ("hello world\nnothing here\n", "no format that is known"),
        (String(repeating: "\0", count: 5_000), "NUL bytes"),
    ])
    func `says what is no log`(text: String, words: String) {
        var bytes = Array(text.utf8)
        if text.hasPrefix("\u{89}") { bytes = [0x89] + Array("PNG\r\n".utf8) }
        let error = fault { () throws(RunFileError) in
            try LogImporter.file(bytes: bytes, name: "thing")
        }
        #expect(error?.message.contains(words) == true, "\(String(describing: error))")
    }
}
