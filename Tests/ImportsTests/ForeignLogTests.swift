import Imports
import Records
import Testing

/// Logs of many programs as they come: three lines each, with what must be read of them.
///
/// The losses are always 5, 4 and 3, so that a loss beside the right one shows.
struct ForeignLogTests {
    struct Sample: Sendable, CustomTestStringConvertible {
        let program: String
        let text: String
        var steps = [10, 20, 30]
        var losses: [Double] = [5, 4, 3]
        var rates = 0
        var heldOut: [Double] = []
        var total: Int?
        var testDescription: String { program }
    }

    /// Three lines, each from a step and its loss.
    private static func lines(_ line: (Int, Int) -> String) -> String {
        zip([10, 20, 30], [5, 4, 3]).map(line).joined()
    }

    private static let stamp = "2024-06-01 10:00:00,123"

    static let samples = [
        Sample(
            program: "litGPT",
            text: lines {
                "Epoch 1 | iter \($0 * 4) step \($0) | loss train: \($1).0, val: n/a | iter time: "
                    + "123.45 ms (step) remaining time: 1:23:45\n"
            }),
        Sample(
            program: "Docker's json-file",
            text: lines {
                #"{"log":"step \#($0): train loss \#($1).0\n","stream":"stderr","#
                    + #""time":"2024-06-01T10:00:00.5Z"}"# + "\n"
            }),
        Sample(
            program: "Cloud Logging",
            text: "[\n"
                + lines {
                    #"{"insertId": "a\#($0)", "severity": "INFO", "textPayload": "step \#($0), "#
                        + #"loss \#($1).0", "timestamp": "2024-06-01T10:00:00.5Z"}"#
                        + ($0 == 30 ? "\n" : ",\n")
                } + "]\n"),
        Sample(
            program: "loguru, serialized",
            text: lines {
                #"{"text": "10:00 | INFO | step \#($0) loss \#($1).0\n", "record": {"line": 7}}"#
                    + "\n"
            }),
        Sample(program: "two columns without a header", text: lines { "\($0),\($1).0\n" }),
        Sample(
            program: "torchtune's bar",
            text: lines {
                "\r1|\($0)|Loss: \($1).0: 10%|#| \($0)/100 [00:10<00:30,  1.02s/it]"
            }, total: 100),
        Sample(
            program: "llama-recipes",
            text: lines {
                "\rTraining Epoch: 1/1, step \($0 - 1)/100 completed (loss: \($1).0):  10%|#| "
                    + "\($0)/100 [00:10<01:30,  1.10s/it]"
            }, total: 100),
        Sample(
            program: "a loss before its bar",
            text: lines {
                "\rEpoch 0 loss: \($1).0:  10%|#| \($0)/100 [00:10<01:30,  9.90it/s]"
            }),
        Sample(
            program: "bars of evaluations",
            text: lines {
                "\rTrain: 10%|#| \($0)/100 [00:10<01:30,  9.90it/s, loss=\($1).0]\n"
            } + "\rEval:  50%|#| 1/2 [00:01<00:01, 9.9it/s, loss=9.0]"
                + "\rEval: 100%|#| 2/2 [00:01<00:01, 9.9it/s, loss=6.0]\n", heldOut: [6], total: 100
        ),
        Sample(
            program: "EasyLM",
            text: lines {
                "\n{'accuracy': 0.04,\n 'learning_rate': 1e-05,\n 'loss': \($1).0,\n 'step': \($0)}\n"
            }, rates: 3),
        Sample(
            program: "dictionaries of Python",
            text: lines {
                "{'step': \($0), 'loss': np.float64(\($1).0), 'lr': 1e-05, 'note': None}\n"
            }, rates: 3),
        Sample(
            program: "tensors",
            text: lines {
                "Iter \($0)/100 loss: tensor(\($1).0, device='cuda:0', grad_fn=<NllLossBackward0>)\n"
            }, total: 100),
        Sample(
            program: "PyTorch's ImageNet example",
            text: lines {
                "Epoch: [0][ \($0)/5005]\tTime  0.512 ( 1.203)\tLoss \($1).0e+00 (9.0e+00)\tAcc@1 0.1\n"
            }),
        Sample(
            program: "PyTorch's language model",
            text: lines {
                "| epoch   1 |    \($0)/ 2983 batches | lr 20.00 | ms/batch  5.20 | loss  \($1).00 "
                    + "| ppl  2064.07\n"
            } + "| end of epoch   1 | time: 23.10s | valid loss  6.00 | valid ppl   361.50\n",
            rates: 3, heldOut: [6]),
        Sample(
            program: "timm",
            text: lines {
                "Train: 0 [  \($0)/1251 (  4%)]  Loss: \($1).0 (9.9)  Time: 0.512s  LR: 1.000e-06\n"
            } + "Train: 1 [  10/1251 (  0%)]  Loss: 3.0 (9.9)  Time: 0.512s  LR: 1.000e-06\n",
            steps: [10, 20, 30, 1_261], losses: [5, 4, 3, 3], rates: 4),
        Sample(
            program: "OpenCLIP",
            text: lines {
                "2024-06-01,10:00:00 | INFO | Train Epoch: 0 [ \($0)/2560000 (0%)] Data (t): 1.234 "
                    + "LR: 0.000005 Logit Scale: 14.286 Contrastive_loss: 9.5 (9.5) Loss: \($1).0 (9)\n"
            }, rates: 3),
        Sample(
            program: "MaxText",
            text: lines {
                "completed step: \($0), seconds: 1.234, TFLOP/s/device: 123.4, loss: \($1).0\n"
            } + "eval metrics after step: 30, loss=6.0, total_weights=1048576.0\n", heldOut: [6]),
        Sample(
            program: "NeMo",
            text: lines {
                "Training epoch 0, iteration 9\($0)/999 | lr: 1e-06 | global_batch_size: 8 | "
                    + "global_step: \($0) | reduced_train_loss: \($1).0 | train_step_timing in s: 1.2\n"
            }, rates: 3),
        Sample(
            program: "GPT-NeoX",
            text: lines {
                " samples/sec: 103.7 | iteration   \($0)/  320000 | learning rate: 1.0E-05 | "
                    + "lm_loss: \($1).0E+00 | loss scale: 32768.0 |\n"
            }
                + " validation results at iteration 30 | lm_loss value: 6.0E+00 | lm_loss_ppl value: 9 |\n",
            rates: 3, heldOut: [6], total: 320_000),
        Sample(
            program: "Megatron with a test set",
            text: lines {
                " [\(stamp)] iteration   \($0)/  500 | learning rate: 1.0E-05 | lm loss: \($1).0E+00 |\n"
            } + " validation loss at iteration 30 on validation set | lm loss value: 6.0E+00 |\n"
                + " validation loss at iteration 30 on test set | lm loss value: 7.0E+00 |\n",
            rates: 3, heldOut: [7, 6], total: 500),
        Sample(
            program: "torchtitan's validation",
            text: lines {
                "[rank0]:[titan] \(stamp) - root - INFO - \u{1B}[31mstep: \($0)  \u{1B}[32mloss: "
                    + "\($1).0  \u{1B}[33mmemory: 21.44GiB(22.57%)\u{1B}[39m\n"
            }
                + "[rank0]:[titan] \(stamp) - root - INFO - validate step: 30  loss: 6.0  memory: 2GiB\n",
            heldOut: [6]),
        Sample(
            program: "fairseq2",
            text: lines {
                "[06/01/24 10:00:00] INFO     fairseq2 - Train Metrics (step \($0)) - Loss: \($1).0 | "
                    + "Learning Rate: 1e-05 | Elements per Second: 1,234\n"
            }, rates: 3),
        Sample(
            program: "OpenNMT",
            text: lines {
                "[\(stamp) INFO] Step \($0)/1000; acc: 5.1; ppl: 4321.1; xent: \($1).0; lr: 0.001;\n"
            } + "[\(stamp) INFO] Validation xent: 6.0\n", rates: 3, heldOut: [6], total: 1_000),
        Sample(
            program: "a logger's words before the step",
            text: lines { "\(stamp) INFO train step=\($0) loss=\($1).0 lr=1e-05\r\n" }, rates: 3),
        Sample(
            program: "logfmt",
            text: lines {
                "time=2024-06-01T10:00:00Z level=info msg=\"train\" step=\($0) loss=\($1).0 lr=1e-05\n"
            }, rates: 3),
        Sample(
            program: "JSON within text",
            text: lines {
                "\(stamp) - train - INFO - {\"step\": \($0), \"loss\": \($1).0, \"lr\": 1e-05}\n"
            }, rates: 3),
        Sample(
            program: "the loss at a step",
            text: lines {
                "Training loss at step \($0): \($1).0\n"
            } + "Validation loss at step 30: 6.0\n", heldOut: [6]),
        Sample(
            program: "torchrun's processes",
            text: lines { step, loss in
                (0..<3).reversed().map {
                    "[rank\($0)]: step \(step) | train loss \($0 == 0 ? loss : 9).0 | lr 1e-05\n"
                }.joined()
            }, rates: 3),
        Sample(
            program: "srun's processes",
            text: lines { step, loss in
                "1: step \(step)/100 loss 9.0\n0: step \(step)/100 loss \(loss).0\n"
            }, total: 100),
        Sample(
            program: "SageMaker's processes",
            text: lines { step, loss in
                "[1,mpirank:1,algo-2]<stdout>:step \(step): loss 9.0\n"
                    + "[1,mpirank:0,algo-1]<stdout>:step \(step): loss \(loss).0\n"
            }),
        Sample(
            program: "a notebook's table",
            text: "Step\tTraining Loss\tValidation Loss\n"
                + "10\t5.0\tNo log\n20\t4.0\tNo log\n30\t3.0\t6.0\n", heldOut: [6]),
        Sample(
            program: "TensorBoard's download",
            text: "[[1717230000.1, 10, 5.0], [1717230010.1, 20, 4.0], [1717230020.1, 30, 3.0]]"),
        Sample(
            program: "ClearML",
            text: #"{"loss": {"train": {"name": "train", "x": [10, 20, 30], "y": [5, 4, 3]}, "#
                + #""validation": {"name": "validation", "x": [30], "y": [6]}}, "lr": {"lr": "#
                + #"{"name": "lr", "x": [10, 20, 30], "y": [1, 1, 1]}}}"#, rates: 3, heldOut: [6]),
        Sample(
            program: "Comet",
            text: "["
                + zip([10, 20, 30], [5, 4, 3]).map {
                    #"{"metricName": "loss", "metricValue": "\#($1)", "timestamp": 1717230000000, "#
                        + #""step": \#($0), "epoch": null}, {"metricName": "grad_norm", "metricValue": "9", "#
                        + #""timestamp": 1717230000000, "step": \#($0), "epoch": null}"#
                }.joined(separator: ",") + "]"),
        Sample(
            program: "Aim",
            text: "run.hash,run.name,metric.name,metric.context,step,value\n"
                + lines {
                    "ab12,one,loss,\"{\"\"subset\"\": \"\"train\"\"}\",\($0),\($1)\n"
                        + "ab12,one,loss,\"{\"\"subset\"\": \"\"val\"\"}\",\($0),6\nab12,one,lr,{},\($0),1e-5\n"
                }, rates: 3, heldOut: [6, 6, 6]),
        Sample(
            program: "Detectron2",
            text: lines {
                "{\"data_time\": 1, \"iteration\": \($0), \"loss_cls\": 9, \"lr\": 1, \"total_loss\": \($1)}\n"
            }, rates: 3),
        Sample(
            program: "Meta Lingua",
            text: lines {
                "{\"global_step\": \($0), \"optim/lr\": 1e-5, \"loss/out\": \($1), \"speed/wps\": 9}\n"
            }, rates: 3),
        Sample(
            program: "xtuner",
            text: lines {
                "05/12 10:00:00 - mmengine - INFO - Iter(train) [   \($0)/1000]  lr: 1.0e-05  "
                    + "eta: 0:30:12  time: 1.83  loss: \($1).0\n"
            }, rates: 3, total: 1_000),
        Sample(
            program: "ms-swift",
            text: lines {
                #"{"loss": \#($1), "learning_rate": 1e-5, "global_step/max_steps": "\#($0)/500"}"#
                    + "\n"
            } + #"{"eval_loss": 6, "epoch": 1.0, "global_step/max_steps": "30/500"}"# + "\n",
            rates: 3, heldOut: [6], total: 500),
        Sample(
            program: "TensorFlow's estimator",
            text: lines { "INFO:tensorflow:loss = \($1).0, step = \($0) (12.3 sec)\n" }
                + "INFO:tensorflow:Saving dict for global step 30: global_step = 30, loss = 6.0\n",
            heldOut: [6]),
        Sample(
            program: "LLM Foundry",
            text: lines {
                "[epoch=1][batch=\($0)/4800]:\n\t Train time/batch: 9\n\t Train loss/train/total: \($1).0\n"
            }
                + "[Eval batch=1/1] Eval on eval data:\n\t Eval metrics/eval/LanguageCrossEntropy: 6.0\n",
            heldOut: [6], total: 4_800),
        Sample(
            program: "icefall",
            text: lines {
                "\(stamp) INFO [train.py:901] (0/4) Epoch 1, batch \($0 - 10), loss[loss=\($1).0, over 9 "
                    + "frames. ], tot_loss[loss=8.1, over 99 frames. ], batch size: 70, lr: 3.00e-02\n"
            }
                + "\(stamp) INFO [train.py:901] (0/4) Epoch 2, batch 0, loss[loss=3.0, over 9 frames. ], "
                + "tot_loss[loss=8.1, over 99 frames. ], batch size: 70, lr: 3.00e-02\n",
            steps: [0, 10, 20, 30], losses: [5, 4, 3, 3], rates: 4),
        Sample(
            program: "ESPnet's results",
            text: lines {
                "(trainer:732) INFO: 1epoch:train:\($0 - 9)-\($0)batch: iter_time=0.1, loss=\($1).0\n"
            }
                + "(trainer:338) INFO: 1epoch results: [train] loss=9.0, time=12 minutes and 3.4 seconds, "
                + "[valid] acc=0.5, loss=6.0, total_count=20, [att_plot] total_count=0\n",
            heldOut: [6]),
        Sample(
            program: "Marian's mean of words",
            text: lines {
                "[2021-05-01 10:00:00] Ep. 1 : Up. \($0) : Sen. 1,234 : Cost \($1).0 * 1,234 after 12,345 "
                    + ": gNorm 1.2 : L.r. 1.5e-05\n"
            } + "[2021-05-01 10:00:00] [valid] Ep. 1 : Up. 30 : ce-mean-words : 6.0 : new best\n",
            rates: 3, heldOut: [6]),
        Sample(
            program: "Keras with backspaces",
            text: (1...3).map {
                "Epoch \($0)/3\n\r\u{1B}[1m 5/10\u{1B}[0m - loss: 9.0"
                    + String(repeating: "\u{8}", count: 60)
                    + "\r\u{1B}[1m10/10\u{1B}[0m \u{1B}[1m3s\u{1B}[0m 27ms/step - loss: \(6 - $0).0\n"
            }.joined()),
        Sample(
            program: "bars of epochs without a name",
            text: [5, 4, 3].map {
                "\r  0%|  | 0/10 [00:00<?, ?it/s]\rloss: \($0).0 ||: 100%|#| 10/10 [00:01<00:00, 9.9it/s]\n"
            }.joined(), total: 30),
        Sample(
            program: "Trainer without its bars, its settings known",
            text:
                "***** Running training *****\n  Num Epochs = 2\n  Total optimization steps = 200\n"
                + lines { "{'loss': \($1).0, 'learning_rate': 1e-05, 'epoch': 0.\($0)}\n" }
                + "{'eval_loss': 6.0, 'eval_runtime': 1.0, 'epoch': 0.3}\n",
            rates: 3, heldOut: [6], total: 200),
        Sample(
            program: "Trainer under Docker Compose, without its bars",
            text: lines {
                "trainer-1  | {'loss': \($1).0, 'learning_rate': 1e-05, 'epoch': 0.\($0)}\n"
            }, steps: [1, 2, 3], rates: 3),
        Sample(
            program: "kubectl's pods",
            text: lines {
                "[pod/train-worker-0/pytorch] step=\($0) loss=\($1).0\n"
                    + "[pod/train-worker-1/pytorch] step=\($0) loss=9.0\n"
            }),
        Sample(
            program: "llama2.c",
            text: "step 0: train loss 8.0000, val loss 6.0000\n"
                + lines { "\($0) | loss \($1).0000 | lr 1.0e-05 | 123.45ms | mfu 12.34%\n" },
            rates: 3, heldOut: [6]),
        Sample(
            program: "gpt-2-simple",
            text: lines { "[\($0) | 25.12] loss=\($1).00 avg=9.00\n" }),
        Sample(
            program: "char-rnn",
            text: lines {
                "\($0)/21150 (epoch 0.00\($0)), train_loss = \($1).0, grad/param norm = 5.1e-01\n"
            }, total: 21_150),
        Sample(
            program: "Orbit",
            text: lines {
                "I0501 10:00 140 controller.py:457] train | step: \($0) | steps/sec: 3.5 | output: \n"
                    + "    {'learning_rate': 1e-05,\n     'training_loss': \($1).0}\n"
            }
                + "I0501 10:00 140 controller.py:457]  eval | step: 30 | eval time: 12.3 sec | output: \n"
                + "    {'validation_loss': 6.0}\n", rates: 3, heldOut: [6]),
        Sample(
            program: "YAML",
            text: "run: small\nlog:\n"
                + lines { "- step: \($0)\n  loss: \($1).0\n  lr: 1.0e-05\n" },
            rates: 3),
        Sample(
            program: "arrays of JAX",
            text: lines { "{'step': \($0), 'loss': array(\($1).0, dtype=float32)}\n" }),
        Sample(
            program: "a cross entropy by its letters",
            text: lines { "Iteration \($0) (epoch 0): train_ce=\($1).0 lr=1.0e-05\n" }, rates: 3),
        Sample(
            program: "Unsloth's table",
            text: "Num examples = 51,760 | Num Epochs = 1\nStep\tTraining Loss\n"
                + lines { "\($0)\t\($1).0\n" }),
        Sample(
            program: "a model card",
            text:
                "# Results\n\n| Training Loss | Epoch | Step | Validation Loss |\n|:---:|:---:|:---:|:---:|\n"
                + lines { "| \($1).0 | 0.1 | \($0) | 6 |\n" }
                + "\n### Versions\n\n- Transformers 4\n",
            heldOut: [6, 6, 6]),
        Sample(
            program: "comments above a table",
            text: "# one run, on one GPU\nstep,loss\n" + lines { "\($0),\($1)\n" }),
        Sample(
            program: "a German Excel",
            text: "sep=;\r\nstep;loss;lr\r\n" + lines { "\($0);\($1),0000;1,00E-05\r\n" }, rates: 3),
        Sample(
            program: "R's write.table",
            text: "\"step\" \"loss\" \"val_loss\"\n" + lines { "\"\($0)\" \($0) \($1) NA\n" }),
        Sample(
            program: "pandas, to_json",
            text: #"{"step": {"0": 10, "1": 20, "2": 30}, "loss": {"0": 5, "1": 4, "2": 3}}"#),
        Sample(
            program: "pandas, split",
            text:
                #"{"columns": ["step", "loss"], "index": [0, 1, 2], "data": [[10, 5], [20, 4], [30, 3]]}"#
        ),
        Sample(
            program: "a JSON list under a header",
            text: #"[["step", "loss"], [10, 5], [20, 4], [30, 3]]"#),
        Sample(
            program: "rows of JSON under their steps",
            text:
                #"{"10": {"loss": 5, "lr": 1e-5}, "20": {"loss": 4, "lr": 1e-5}, "30": {"loss": 3, "lr": 1e-5}}"#,
            rates: 3),
        Sample(
            program: "rows of two sets in JSON",
            text: lines { #"{"split": "train", "step": \#($0), "loss": \#($1)}"# + "\n" }
                + #"{"split": "val", "step": 30, "loss": 6}"# + "\n", heldOut: [6]),
        Sample(
            program: "rows of two sets in a table",
            text: "phase,step,loss\n" + lines { "train,\($0),\($1)\n" } + "val,30,6\n", heldOut: [6]
        ),
        Sample(
            program: "a table with rules",
            text: "+---+---+\n| step | loss |\n+---+---+\n" + lines { "| \($0) | \($1).0 |\n" }
                + "+---+---+\n"),
        Sample(
            program: "a loss between bars",
            text: [5, 4, 3].map {
                "\r  0%|  | 0/10 [00:00<?, ?it/s]\r100%|#| 10/10 [00:01<00:00, 9.9it/s, loss=\($0).0]\n"
            }.joined() + "val loss: 6.0\n", heldOut: [6], total: 30),
    ]

    @Test(arguments: samples)
    func `is read as its owner would expect`(_ sample: Sample) throws {
        let run = try imported(sample.text, name: "log").run
        let points = run.points.filter { $0.loss != nil }
        #expect(points.map(\.step) == sample.steps)
        #expect(points.map(\.loss) == sample.losses)
        #expect(run.learningRates == sample.rates)
        #expect(run.totalSteps == sample.total)
        let others = run.run.points.flatMap(\.series).filter {
            $0.key.contains("val") || $0.key.contains("eval") || $0.key.contains("Val")
                || $0.key.contains("Eval") || $0.key.contains("test")
        }
        #expect(others.map(\.value).sorted(by: >) == sample.heldOut)
    }

    @Test func `runs side by side stay apart`() throws {
        let neptune = try imported(
            "step,loss (AB-1),loss (AB-2)\n10,5,6\n20,4,5\n", name: "chart.csv")
        #expect(neptune.runs.map(\.run.name) == ["AB-1", "AB-2"])
        #expect(neptune.runs.map { $0.points.map(\.loss) } == [[5, 4], [6, 5]])
        // Words for parts of one run are no runs.
        let parts = try imported("step,loss (train),loss (val)\n10,5,6\n", name: "parts.csv").run
        #expect(parts.series.map(\.name) == ["loss", "loss/loss (val)"])
        let lines = try imported(
            #"[{"name": "quiet-fox", "x": [1, 2], "y": [5, 4]}, {"name": "loud-cat", "x": [1], "y": [6]}]"#
        )
        #expect(lines.runs.map(\.run.name) == ["quiet-fox", "loud-cat"])
        #expect(lines.runs.map { $0.points.map(\.loss) } == [[5, 4], [6]])
    }

    @Test(arguments: [[0xFF, 0xFE], [0xFE, 0xFF]] as [[UInt8]])
    func `UTF-16 is read as PowerShell writes it`(mark: [UInt8]) throws {
        let text =
            "Épreuve \u{1F600}\r\n" + (1..<3_000).map { "step \($0) loss 3.\($0)\r\n" }.joined()
        let bytes =
            mark
            + text.utf16.flatMap { unit -> [UInt8] in
                let bytes = [UInt8(unit & 0xFF), UInt8(unit >> 8)]
                return mark[0] == 0xFF ? bytes : bytes.reversed()
            }
        let run = try LogImporter.file(bytes: bytes, name: "log").run
        #expect(run.points.map(\.step) == Array(1..<3_000))
        #expect(run.run.points.last?.loss == 3.2999)
    }

    @Test func `times of day are kept, and seconds since the start are not taken for them`() throws
    {
        let seconds = try imported("Wall time,Step,Value\n1717230000.5,1,3\n1717230001.5,2,2\n").run
        #expect(
            seconds.points.map { $0.time?.milliseconds } == [1_717_230_000_500, 1_717_230_001_500])
        let text = try imported(
            #"{"step": 1, "loss": 3, "timestamp": "2024-06-01T08:20:00.5Z"}"# + "\n")
        #expect(try text.run.points.map { $0.time?.milliseconds } == [1_717_230_000_500])
        let elapsed = try imported("time,step,loss\n12.5,1,3\n25,2,2\n")
        #expect(try elapsed.run.points.allSatisfy { $0.time == nil })
        #expect(elapsed.skips("no place") == 2)
    }
}
