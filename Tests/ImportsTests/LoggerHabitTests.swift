import Foundation
import GRDB
import Imports
import Records
import Testing

/// What loggers do beyond the plain table.
struct LoggerHabitTests {
    private static let fixtures = URL(filePath: #filePath).deletingLastPathComponent()
        .appending(path: "fixtures")

    @Test func `Lightning's sparse rows meet at their steps`() throws {
        let run = try imported(
            """
            epoch,lr-AdamW,step,train_loss_epoch,train_loss_step,val_loss
            0,0.001,49,,,
            0,,49,,2.5,
            0,,99,,,2.4
            0,,99,2.45,,
            1,0.0009,99,,2.25,

            """
        ).run
        #expect(
            run.run.points == [
                Point(step: 49, loss: 2.5, learningRate: 0.001),
                Point(
                    step: 99, loss: 2.25, learningRate: 0.0009,
                    series: ["val_loss": 2.4, "train_loss_epoch": 2.45]),
            ])
    }

    @Test func `a header again, also a longer one, is no row`() throws {
        let file = try imported("step,loss\n0,5\n10,4\nstep,loss,val_loss\n20,3.5,3.75\n30")
        #expect(try file.run.points.map(\.step) == [0, 10, 20])
        #expect(try file.run.run.points.last?.series == ["val_loss": 3.75])
        #expect(file.skips("repeated among the rows") == 1 && file.skips("cut off") == 1)
    }

    @Test func `numbers come with commas, scales, quotes and zeros before them`() throws {
        let run = try imported(
            "step,loss,tokens\n\"0,010\",\"5.5\",\"1,234\"\n00020,5.25,1.5K\n30,N/A,2K\n40,5,2.5K\n"
        ).run
        #expect(run.points.map(\.step) == [10, 20, 40])
        #expect(run.points.map(\.tokenCount) == [1_234, 1_500, 2_500])
    }

    @Test func `runs of one table stay apart, with their sizes`() throws {
        let file = try imported(
            "hyper_id,step,loss,params\n1,0,5,100\n1,9,4,100\n2,0,6,200\n2,9,5,200\n",
            name: "sweep.csv")
        #expect(file.runs.map(\.run.id) == ["sweep-1", "sweep-2"])
        #expect(file.runs.map { $0.run.features[.parameterCount] } == [100, 200])
        #expect(file.runs.allSatisfy { $0.points.count == 2 })
    }

    @Test func `rows of one step for each run are finished runs`() throws {
        let file = try imported(
            "Name,step,train/loss,config.n_params\nrun-a,100,3,1000\nrun-b,100,2.5,2000\n")
        #expect(file.runs.map(\.run.loss) == [3, 2.5])
        #expect(file.runs.map { $0.run.features[.stepCount] } == [100, 100])
        #expect(file.runs.map { $0.run.features[.parameterCount] } == [1_000, 2_000])
    }

    @Test func `a logger that never set its steps is told how to go on`() throws {
        let text = "step,loss\n0,5\n0,4\n0,3\n0,2\n"
        let error = fault { () throws(RunFileError) in try imported(text) }
        #expect(error?.message.contains("--step-from row") == true)
        let options = ImportOptions(countsRows: true)
        #expect(try imported(text, options: options).run.points.map(\.step) == [0, 1, 2, 3])
    }

    @Test func `columns and the main loss can be named`() throws {
        let options = ImportOptions(series: "val_loss", columns: ["step": "when"])
        let run = try imported("when,loss,val_loss\n1,5,6\n2,4,5\n", options: options).run
        #expect(run.points.map(\.loss) == [6, 5])
        #expect(run.series.map(\.name) == ["loss", "loss/loss"])
        let error = fault { () throws(RunFileError) in
            try imported("step,loss\n1,5\n", options: ImportOptions(series: "nope"))
        }
        #expect(error?.message.contains("no column `nope`") == true)
    }

    @Test func `a diverged loss is data, and a few bad rows are left out by count`() throws {
        let good = (0..<40).map { "\($0),3\n" }.joined()
        let file = try imported("step,loss\n" + good + "40,nan\n41,x\n42,-1\n")
        let series = try #require(try file.run.series.first)
        #expect(series.points == 40 && series.notFinite == 1)
        #expect(file.skips("text where a number should be") == 1)
        #expect(file.skips("zero or below") == 1)
        #expect(file.warnings.contains { $0.contains("not finite, the first at step 40") })
    }

    @Test func `names come from the folder where the file's says nothing`() throws {
        let text = #"{"log_history": [{"loss": 3.5, "step": 5}]}"#
        for path in ["a/run7/trainer_state.json", "a/run7/checkpoint-500/trainer_state.json"] {
            #expect(try imported(text, name: path).run.run.id == "run7")
        }
    }

    @Test func `settings of a log become features`() throws {
        let run = try imported(
            "| num_parameters        | 124475904   |\n| total batch size      | 524288    |\n"
                + "step    1/19560 | loss 11.0 (+nanz)| norm 15.07 (+nanz)| lr 8.57e-07 | 4230.95 ms\n"
        ).run
        #expect(
            run.run.features == [
                .parameterCount: 124_475_904, .batchTokens: 524_288, .stepCount: 19_560,
            ])
        #expect(run.totalSteps == 19_560)
    }

    @Test func `an event file of tensorboardX has its scalars`() throws {
        let path = Self.fixtures.appending(path: "events.out.tfevents.1796037688.host").path
        let file = try LogImporter.file(at: path)
        let run = try file.run
        #expect(file.format == "tensorboard" && run.learningRates == 10)
        #expect(run.series.map(\.name) == ["loss", "loss/val/loss"])
        #expect(run.series[0].first?.loss == 10 && run.series[0].points == 10)
        #expect(file.skips("histograms") == 1 && file.skips("pr_curves") == 1)
        // A record whose checksum is wrong is left out, a cut one ends the file.
        var bytes = Array(try Data(contentsOf: URL(filePath: path)))
        bytes[bytes.count / 2] ^= 1
        let damaged = try LogImporter.file(bytes: Array(bytes.dropLast(5)), name: "events")
        #expect(damaged.skips("checksum") > 0)
    }

    @Test func `an offline file of W&B has its history, though it is cut off`() throws {
        let file = try LogImporter.file(
            at: Self.fixtures.appending(path: "run-offline.wandb.gz").path)
        let run = try file.run
        #expect(file.format == "wandb-offline")
        #expect(run.series.map(\.name) == ["loss", "loss/nested/loss"])
        #expect(run.points.count >= 498 && run.learningRates == run.points.count)
        #expect(run.series[0].first?.loss == 10)
        #expect(file.skips("cut off") == 1)
    }

    @Test func `a restarted job's later event file goes before the earlier`() throws {
        let folder = try TemporaryFolder()
        let events = try Data(
            contentsOf: Self.fixtures.appending(path: "events.out.tfevents.1796037688.host"))
        for time in [1_000, 2_000] {
            try events.write(to: folder.url.appending(path: "events.out.tfevents.\(time).host"))
        }
        let loaded = try RunLoader.load(paths: [folder.url.path])
        #expect(loaded.runs.count == 1 && loaded.runs[0].curve?.steps.count == 10)
        #expect(loaded.files[0].skips("later file of a restarted job") == 25)
    }

    @Test func `folders of MLflow's file store are runs`() throws {
        let folder = try TemporaryFolder()
        let run = folder.url.appending(path: "mlruns/0/0123abcd")
        for name in ["metrics/train", "params", "tags"] {
            try FileManager.default.createDirectory(
                at: run.appending(path: name), withIntermediateDirectories: true)
        }
        for (name, text) in [
            ("meta.yaml", "run_id: 0123abcd\n"), ("params/n_params", "1000"),
            ("tags/mlflow.runName", "mine"),
            ("metrics/train/loss", "1700000000000 3.5 0\n1700000000001 3.25 10\n"),
            ("metrics/lr", "1700000000000 0.001 0\n1700000000001 0.001 10\n"),
        ] { try Data(text.utf8).write(to: run.appending(path: name)) }
        let loaded = try RunLoader.load(paths: [folder.path("mlruns")])
        #expect(loaded.runs.map(\.id) == ["0123abcd"] && loaded.runs[0].name == "mine")
        #expect(
            loaded.runs[0].curve
                == LossCurve(steps: [0, 10], losses: [3.5, 3.25], learningRates: [0.001, 0.001]))
        #expect(loaded.runs[0].features == [.parameterCount: 1_000])
    }

    @Test func `an SQLite file of trackio has its runs`() throws {
        let folder = try TemporaryFolder()
        let database = try DatabaseQueue(path: folder.path("project.db"))
        try database.write { database in
            try database.execute(
                sql: """
                    CREATE TABLE metrics (id INTEGER PRIMARY KEY, run_id TEXT, timestamp TEXT,
                        run_name TEXT, step INTEGER, metrics TEXT);
                    INSERT INTO metrics (run_name, step, metrics) VALUES
                        ('first-run', 0, '{"loss": 3.5, "lr": 0.1}'), ('first-run', 5, '{"loss": 3}'),
                        ('other-run', 0, '{"loss": 4}');
                    """)
        }
        try database.close()
        let file = try LogImporter.file(at: folder.path("project.db"))
        #expect(file.runs.map(\.run.id) == ["first-run", "other-run"])
        #expect(file.runs[0].points.map(\.loss) == [3.5, 3])
    }

    @Test func `a FIFO is read like a file`() throws {
        let folder = try TemporaryFolder()
        let path = folder.path("pipe")
        #expect(mkfifo(path, 0o600) == 0)
        let writer = Thread {
            if let handle = FileHandle(forWritingAtPath: path) {
                try? handle.write(contentsOf: Data("step,loss\n0,5\n1,4\n".utf8))
                try? handle.close()
            }
        }
        writer.start()
        #expect(try LogImporter.file(at: path).run.points.count == 2)
    }

    @Test(arguments: [
        (
            #"{"log": "step 1 loss 5.0"}"#,
            #"{"log": "step 2 loss 5.0", "more": [1, 2, 3, 4, 5, 6]}"#
        ),
        (
            #"{"data_time": 1, "iter": 1, "loss": 5.0}"#,
            #"{"data_time": 1, "iter": 2, "loss": 5.0, "more": [1, 2, 3, 4, 5, 6]}"#
        ),
    ])
    func `a line with more values than an upload may have is left out, and said`(
        _ short: String, _ long: String
    ) throws {
        let bytes = Array("\(short)\n\(long)\n".utf8)
        let whole = try LogImporter.file(bytes: bytes, name: "log")
        #expect(try whole.run.points.map(\.step) == [1, 2])
        let file = try LogImporter.file(bytes: bytes, name: "log", maximumValues: 6)
        #expect(try file.run.points.map(\.step) == [1])
        #expect(file.skips("no JSON") == 1)
    }
}
