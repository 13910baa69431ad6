import Foundation
import Imports
import Records
import Schedules
import Testing

struct RunLoaderTests {
    let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    private func writeStudy(_ runs: String) throws {
        try folder.write(#"{"study":"llama-25m","loss":"train","runs":[\#(runs)]}"#, "runs.json")
        try folder.write("step,lr,loss\n5,3e-4,4\n9,3e-4,3\n", "a.csv")
        try folder.write("step,loss,val_loss\n5,4,4.5\n", "b.csv")
    }

    private func load(_ names: String...) throws(RunFileError) -> LoadedRuns {
        try RunLoader.load(paths: names.map(folder.path))
    }

    @Test func `loads a study folder`() throws {
        try writeStudy(
            #"{"id":"a","file":"a.csv","parameter_count":25000000,"role":"train","#
                + #""schedule":"warmup:4@3e-4,hold:6","optimizer":"adam"},"#
                + #"{"id":"b","file":"b.csv","parameter_count":5e7,"role":"test"},"#
                + #"{"id":"c","parameter_count":1e8,"loss":2.5}"#)
        let loaded = try RunLoader.load(paths: [folder.url.path])
        #expect(loaded.runs.map(\.id) == ["a", "b", "c"])
        #expect(loaded.runs.map(\.study) == Array(repeating: "llama-25m", count: 3))
        #expect(loaded.studies == ["llama-25m"])
        #expect(loaded.hasRoles)
        #expect(
            loaded.runs[0].curve
                == LossCurve(steps: [5, 9], losses: [4, 3], learningRates: [3e-4, 3e-4]))
        #expect(loaded.runs[0].schedule?.totalSteps == 10)
        #expect(loaded.runs[0].tags == ["optimizer": "adam"])
        #expect(loaded.runs[1].features == [.parameterCount: 5e7])
        #expect(loaded.runs[1].series["val_loss"]?.losses == [4.5])
        #expect(loaded.runs[2].loss == 2.5)
        #expect(loaded.runs[2].curve == nil)
        #expect(
            loaded.notes.contains("\(folder.path("a.csv")): took \"lr\" for learning_rate"))
        #expect(try load("runs.json").runs == loaded.runs)
    }

    @Test func `takes every run file of another folder for a run of that name`() throws {
        try folder.write("step,loss\n1,3\n", "first.csv")
        try folder.write("{\"step\":1,\"loss\":2}\n{\"step\":1,\"loss\":4}\n", "second run.jsonl")
        try folder.write("not a run", "README.md")
        try folder.write("not a run", ".hidden.csv")
        let loaded = try RunLoader.load(paths: [folder.url.path + "/"])
        #expect(loaded.runs.map(\.id) == ["first", "second_run"])
        #expect(loaded.runs[1].curve?.losses == [4])
        #expect(!loaded.hasRoles)
        #expect(loaded.studies.isEmpty)
        #expect(loaded.warnings.count == 1)
        #expect(
            loaded.warnings.first?.hasPrefix(
                folder.path("second run.jsonl") + ": second_run, loss: 1 value") == true)
        #expect(loaded.notes == ["\(folder.url.path)/: no logs, left out: README.md"])
    }

    @Test func `loads files of both kinds, packed ones too`() throws {
        try Data(gzip(Array("step,loss\n1,3\n".utf8)))
            .write(to: folder.url.appending(path: "packed.csv.gz"))
        try folder.write("N,D,loss\n1e8,2e9,3\n2e8,,\n", "table.csv")
        let loaded = try load("packed.csv.gz", "table.csv")
        #expect(loaded.runs.map(\.id) == ["packed", "table-1"])
        #expect(loaded.runs[1].features == [.parameterCount: 1e8, .tokenCount: 2e9])
        #expect(
            loaded.warnings == [
                "\(folder.path("table.csv")): 1 of 2 rows have no loss and were left out"
            ])
    }

    @Test func `says once what holds for many files`() throws {
        for name in ["a", "b", "c"] { try folder.write("_step,loss\n1,3\n", "\(name).csv") }
        try folder.write("step,loss,mfu\n1,3,0.5\n", "d.csv")
        #expect(
            try RunLoader.load(paths: [folder.url.path]).notes == [
                "\(folder.path("a.csv")) and 2 more: took \"_step\" for step",
                "\(folder.path("d.csv")): left out 1: values that a point has no place for: mfu, first in line 2",
            ])
    }

    @Test func `refuses what is not there`() throws {
        let path = folder.path("nothing.csv")
        #expect(
            fault { () throws(RunFileError) in try load("nothing.csv") }?.message
                == "\(path): cannot be read: no such file or folder")
        let empty = fault { () throws(RunFileError) in
            try RunLoader.load(paths: [folder.url.path])
        }
        #expect(empty?.kind == .noRunFiles)
    }

    @Test func `refuses two runs of one id`() throws {
        try folder.write("step,loss\n1,3\n", "a.csv")
        try folder.write("step\tloss\n1\t3\n", "a.tsv")
        let error = fault { () throws(RunFileError) in try load("a.csv", "a.tsv") }
        #expect(
            error
                == RunFileError(
                    file: folder.path("a.tsv"),
                    kind: .repeatedRun(id: "a", other: folder.path("a.csv"))))
    }

    @Test func `refuses a curve that goes on after its schedule`() throws {
        try folder.write(
            #"{"runs":[{"id":"a","file":"a.csv","schedule":"warmup:10@1e-3,hold:10"}]}"#,
            "runs.json")
        try folder.write("step,loss\n20,3\n", "a.csv")
        #expect(try load("runs.json").runs.count == 1)
        try folder.write("step,loss\n20,3\n21,3\n", "a.csv")
        let error = fault { () throws(RunFileError) in try load("runs.json") }
        #expect(
            error?.message
                == folder.path("a.csv")
                + ": step = 21, must be at most 20, where the run's schedule ends")
    }

    @Test func `points into runs.json`() throws {
        try writeStudy(
            #"{"id":"a","file":"a.csv"},{"id":"b","file":"b.csv","schedule":"hodl:5"},"#
                + #"{"id":"c","file":"c.csv","role":"both"}"#)
        let error = fault { () throws(RunFileError) in try load("runs.json") }
        let all = ([error].compactMap(\.self)) + (error?.further ?? [])
        #expect(all.map(\.place.pointer) == ["/runs/1/schedule", "/runs/2/role"])
        #expect(error?.message.hasPrefix(folder.path("runs.json") + ", /runs/1/schedule: ") == true)
    }

    @Test func `names a missing curve file and a fault inside one`() throws {
        try writeStudy(#"{"id":"a","file":"a.csv"},{"id":"z","file":"z.csv"}"#)
        #expect(
            fault { () throws(RunFileError) in try load("runs.json") }?.message
                == folder.path("runs.json")
                + ", /runs/1/file: file = \"z.csv\", must be a file beside runs.json")
        try writeStudy(#"{"id":"a","file":"a.csv"}"#)
        try folder.write("step,loss\n1,-3\n", "a.csv")
        let error = fault { () throws(RunFileError) in try load("runs.json") }
        #expect(error?.file == folder.path("a.csv"))
        #expect(error?.place.line == 2)
    }
}
