import Foundation
import Testing

/// `isoloss predict --plot`.
@Suite struct PlotProgramTests {
    let study: FittedStudy
    let folder: TemporaryFolder

    init() throws {
        study = try FittedStudy.shared.get()
        folder = try TemporaryFolder()
    }

    private func path(_ name: String) -> String { folder.url(name).path }

    @Test func `draws a forecast as SVG beside its usual answer`() throws {
        let schedule = "warmup:100@3e-3,hold:900"
        let outcome = try study.program(
            "predict --fit fit.json --schedule \(schedule) --plot \(path("a.svg"))")
        #expect(outcome.code == 0, "\(outcome.error)")
        #expect(outcome.output.hasPrefix("lr-annealing under \(schedule)"))
        let svg = try folder.text("a.svg")
        #expect(svg.contains("lr-annealing: predicted loss") && svg.hasSuffix("</svg>\n"))
        #expect(svg.contains("90 % interval") && svg.contains("prefers-color-scheme"))
    }

    @Test func `draws a run's points over the forecast under its own schedule`() throws {
        let outcome = try study.program(
            "predict --fit fit.json --run wsd --plot \(path("a.svg")) study")
        #expect(outcome.code == 0, "\(outcome.error)")
        #expect(
            outcome.lines.first == "lr-annealing under warmup:100@3e-3,hold:800,linear:300@3e-4 "
                + "(1200 steps)")
        #expect(outcome.lines.contains("loss:  ⠒⠒ predicted   o measured   ░░ 90 % interval"))
        #expect(try folder.text("a.svg").contains("measured: wsd"))
        // Drawing again replaces.
        let again = try study.program(
            "predict --fit fit.json --run stage --plot \(path("a.svg")) study")
        #expect(again.code == 0)
        #expect(try folder.text("a.svg").contains("measured: stage"))
    }

    @Test func `writes PNG through a program, or says which package has it`() throws {
        try folder.write(
            "bin/rsvg-convert", "#!/bin/sh\necho \"$@\" > \(path("asked"))\necho picture > \"$6\"\n"
        )
        let tool = folder.url("bin/rsvg-convert")
        try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: tool.path)
        let arguments = [
            "predict", "--fit", "fit.json", "--schedule", "warmup:9@1e-3,hold:99", "--plot",
            path("a.png"),
        ]
        let with = try study.program(
            arguments, environment: ["PATH": "\(folder.url("bin").path):/usr/bin:/bin"])
        #expect(with.code == 0, "\(with.error)")
        #expect(try folder.text("asked").hasPrefix("--format png --zoom 2 --output /"))
        #expect(try folder.text("a.png") == "picture\n")
        let without = try study.program(arguments, environment: ["PATH": path("nowhere")])
        #expect(without.code == 2 && without.output.isEmpty)
        #expect(
            without.error
                == "error: --plot \(path("a.png")) needs the program rsvg-convert, which is not "
                + "there; install the package librsvg2-bin, or write .svg, which needs nothing.\n")
    }

    static let refusals = [
        (
            "--fit fit.json --schedule hold:9 --plot a.pdf",
            "--plot a.pdf, must end in .svg or .png."
        ),
        (
            "--fit table.json --parameter-count 1e9 --token-count 1e10 --plot a.svg",
            "--plot draws a curve, and the law chinchilla predicts single losses; leave it out."
        ),
        (
            "--fit fit.json --run none --plot a.svg study",
            "there is no run \"none\"; there is constant, cosine, wsd, stage."
        ),
        ("--fit fit.json --run wsd --plot a.svg", "no runs were given; add the path"),
        (
            "--fit fit.json --schedule step@1e-3,hold:99 --plot nowhere/a.svg",
            "cannot write "
        ),
    ]

    @Test(arguments: refusals)
    func `refuses what it cannot draw`(arguments: String, sentence: String) throws {
        let outcome = try study.program("predict \(arguments)")
        #expect(outcome.code == 2 && outcome.output.isEmpty)
        #expect(outcome.error.contains("error: \(sentence)"), "\(outcome.error)")
        #expect(!FileManager.default.fileExists(atPath: study.folder.url("a.svg").path))
    }
}
