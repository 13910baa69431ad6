import Imports
import Records
import Schedules
import Testing

struct TableTests {
    @Test func `reads finished runs with features, losses and tags`() throws {
        let text = """
            id,study,role,N,tokens,flop_budget,loss,loss/source-original,step_count,optimizer,seed
            a,sizes,train,4e8,8000000000,1e19,2.75,3.25,1000,adam,0042
            b,sizes,test,8e8,,1e20,2.5,,,"ada,factor",
            """
        let file = try imported(text, name: "table.csv")
        let first = Run(
            id: "a", study: "sizes", role: .train,
            features: [
                .parameterCount: 4e8, .tokenCount: 8e9, .trainingFLOPs: 1e19, .stepCount: 1_000,
            ], loss: 2.75,
            series: ["source-original": LossCurve(steps: [1_000], losses: [3.25])],
            tags: ["optimizer": "adam", "seed": "0042"])
        let second = Run(
            id: "b", study: "sizes", role: .test,
            // Tokens by C = 6ND.
            features: [
                .parameterCount: 8e8, .trainingFLOPs: 1e20, .tokenCount: 1e20 / (6 * 8e8),
            ], loss: 2.5,
            tags: ["optimizer": "ada,factor"])
        #expect(file.runs.map(\.run) == [first, second])
        #expect(
            file.notes.contains("token_count from training_flops and parameter_count by C = 6ND"))
        #expect(file.warnings.isEmpty)
    }

    @Test func `columns are taken for what the one who imports says`() throws {
        let options = ImportOptions(columns: [
            "parameter_count": "foo", "token_count": "n", "loss": "Bits per byte",
        ])
        for (text, name) in [
            ("foo,n,bits per byte,loss\n4e8,8e9,0.9,2.5\n", "table.csv"),
            (#"[{"foo":4e8,"n":8e9,"bits per byte":0.9,"loss":2.5}]"#, "table.json"),
            (
                #"{"foo":4e8,"n":8e9,"bits per byte":0.9,"loss":2.5}"# + "\n"
                    + #"{"foo":8e8,"n":8e9,"bits per byte":0.8,"loss":2.4}"#,
                "table.ndjson"
            ),
        ] {
            let run = try #require(imported(text, name: name, options: options).runs.first).run
            #expect(run.features == [.parameterCount: 4e8, .tokenCount: 8e9], "\(name)")
            #expect(run.loss == 0.9, "\(name)")
        }
        let error = fault {
            () throws(RunFileError) in
            try imported("foo,n,loss\n4e8,8e9,2.5\n", name: "table.csv", options: options)
        }
        #expect(error?.message.contains("no column `Bits per byte`") == true)
    }

    @Test func `units are read beside the numbers`() throws {
        let list =
            #"[{"id":"a","parameter_count":4e8,"loss":0.9,"units":{"loss":"bits_per_byte"}}]"#
        #expect(
            try imported(list, name: "a.json").run.run.units == ["loss": "bits_per_byte"])
        let flat = "id,parameter_count,loss,units\na,4e8,0.9,bits_per_byte\n"
        #expect(try imported(flat, name: "a.csv").run.run.units == ["loss": "bits_per_byte"])
    }

    @Test func `rows without an id are numbered by the file's name`() throws {
        let file = try imported(
            "parameter_count,loss\n1,3\n2,2\n", name: "some/study 1.v2.csv.gz")
        #expect(file.runs.map(\.run.id) == ["study_1.v2-1", "study_1.v2-2"])
    }

    @Test func `rows of a table without a loss are left out with a warning`() throws {
        let file = try imported("N,loss\n1e6,3\n2e6,\n3e6,2\n", name: "t.csv")
        #expect(file.runs.map(\.run.loss) == [3, 2])
        #expect(
            file.skipped == [SkippedPart(count: 1, reason: "rows without a loss", firstLine: 3)])
        #expect(file.warnings == ["1 of 3 rows have no loss and were left out"])
    }

    @Test func `counts of no language model are asked for their unit`() throws {
        let millions = try imported("N,D,loss\n70,1400,3\n280,5600,2\n", name: "t.csv").warnings
        #expect(
            millions.count == 2 && millions[0].hasPrefix("every parameter_count is below 10000"))
        #expect(try imported("N,D,loss\n7e7,1.4e9,3\n280,5.6e9,2\n", name: "t.csv").warnings == [])
    }

    @Test func `metadata needs no loss and takes schedules, warm-ups and tags`() throws {
        let file = try table(
            #"""
            {"id":"a","parameter_count":25000000,"schedule":"warmup:10@3e-4,hold:90","role":"train"}
            {"id":"b","schedule":{"segments":[{"shape":"hold","steps":5}]},"warmup_steps":10}
            {"id":"c","tags":{"cluster":"x","nodes":4},"note":true,"seed":12345678901234567}
            """#, name: "runs.ndjson")
        let schedule = try LearningRateSchedule(parsing: "warmup:10@3e-4,hold:90")
        #expect(
            file.runs[0]
                == Run(
                    id: "a", role: .train, features: [.parameterCount: 25e6], schedule: schedule))
        #expect(file.runs[1].schedule?.totalSteps == 5)
        #expect(file.runs[1].statedWarmupSteps == 10)
        #expect(
            file.runs[2].tags == [
                "cluster": "x", "nodes": "4", "note": "true", "seed": "12345678901234567",
            ])
    }

    @Test func `a table of either form reads the same`() throws {
        let csv = try table("id,N,D,loss\na,1,2,3\nb,4,5,6\n")
        let json = try table(
            #"{"runs":[{"id":"a","N":1,"D":2,"loss":3},{"id":"b","N":4,"D":5,"loss":6}]}"#,
            name: "table.json")
        #expect(csv.runs == json.runs)
    }
}
