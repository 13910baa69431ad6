import ArgumentParser
import Foundation
import Laws
import Records
import Schedules
import TestSupport

/// What a prediction under a long schedule costs, shape by shape.
struct SchedulesCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "schedules",
        abstract: "Times areas and multi-power losses at points of long schedules.",
        discussion: """
            Both areas of the LR-annealing law at evenly spaced points, prepared anew each time, \
            beside scipy.signal.lfilter over all steps on the same core; then the same curve of \
            the multi-power law. CPU seconds, medians. "differs" is the largest difference of an \
            area from lfilter's, relative to the largest area: a plain sum of 10^6 terms is \
            itself off by about 1e-11.
            """)

    @Option(help: "Steps of each schedule.")
    var steps = 1_000_000

    @Option(help: "Points on each.")
    var points = 1_000

    @Option(help: "How often each measurement is taken.")
    var rounds = 5

    private static let decay = 0.999

    /// L0, A, α, B, C, β and γ: the optimum on the 25M curves.
    private static let multiPower = [
        2.987522, 0.562785, 0.490978, 747.618, 0.379657, 0.112697, 0.895085,
    ]

    func validate() throws {
        guard steps >= 20_000, points > 1, points <= steps, rounds > 0 else {
            throw ValidationError("steps >= 20000, 1 < points <= steps and rounds > 0 are needed")
        }
    }

    func run() throws {
        let core = SingleCore.enter()
        let peer = try PeerProcess("speed.py", in: PeerEnvironment())
        let versions = try peer.ask(PeerQuestion("versions")).versions ?? ""
        print("\(steps) steps, \(points) points, \(core); peer: \(versions)")
        var table = BenchTable([
            "schedule", "S1 and S2", "goal", "lfilter", "ratio", "differs", "multi-power", "goal",
        ])
        for form in try forms() {
            let areas = try self.areas(of: form, peer: peer)
            let law = try multiPowerSeconds(of: form)
            table.add([
                form.name, Figures.seconds(areas.seconds), form.areaGoal,
                Figures.seconds(areas.peerSeconds),
                Figures.ratio(areas.peerSeconds / areas.seconds),
                Figures.short(areas.difference), Figures.seconds(law), form.lawGoal,
            ])
        }
        table.print()
    }

    private struct Form {
        var name: String
        var schedule: LearningRateSchedule
        var areaGoal = "≤ 20 ms"
        var lawGoal = "≤ 20 ms"
    }

    /// Shapes after a warm-up, by name; the first four have areas in closed form.
    private func texts(warmup: Int) -> [(name: String, text: String)] {
        let rest = steps - warmup
        let cycle = rest / 10
        return [
            ("hold", "hold:\(rest)"), ("linear", "linear:\(rest)@3e-5"),
            ("exp", "exp:\(rest)@3e-5"), ("cosine", "cosine:\(rest)@3e-5"),
            ("sqrt", "sqrt:\(rest)@3e-5"), ("poly2", "poly2:\(rest)@3e-5"),
            ("poly1.5", "poly1.5:\(rest)@3e-5"), ("rsqrt", "rsqrt:\(rest)"),
            ("wsd, sqrt", "hold:\(rest - cycle),sqrt:\(cycle)@3e-5"),
            ("10 cycles", "repeat:10(cosine:\(cycle / 2)@3e-5,linear:\(cycle / 2)@3e-4)"),
            (
                "1,000 cycles",
                "repeat:1000(cosine:\(rest / 2_000)@3e-5,linear:\(rest / 2_000)@3e-4)"
            ),
            (
                "10,000 segments",
                "repeat:4999(cosine:\(rest / 9_998)@3e-5,linear:\(rest / 9_998)@3e-4),hold:9"
            ),
        ]
    }

    private func forms() throws -> [Form] {
        let warmup = steps / 100
        var forms = try texts(warmup: warmup).map { name, text in
            Form(
                name: name,
                schedule: try LearningRateSchedule(parsing: "warmup:\(warmup)@3e-4," + text))
        }
        for index in 0..<4 { forms[index].areaGoal = "≤ 2 ms" }
        var generator = SeededGenerator(seed: 6)
        let logged = (0...1_000).map { _ in Double.random(in: 3e-5...3e-4, using: &generator) }
        forms.append(
            Form(
                name: "1,001 logged rates",
                schedule: try .recorded(
                    steps: (0...1_000).map { $0 * ((steps - 1) / 1_000) }, learningRates: logged,
                    totalSteps: steps)))
        let rates = (0..<steps).map { _ in Double.random(in: 3e-5...3e-4, using: &generator) }
        forms.append(
            Form(name: "random rates", schedule: try .tabulated(rates), lawGoal: "≤ 500 ms"))
        return forms
    }

    private func places(on schedule: LearningRateSchedule) -> [Int] {
        (1...points).map { $0 * (schedule.totalSteps - 1) / points }
    }

    private func areas(
        of form: Form, peer: PeerProcess
    ) throws -> (seconds: Double, peerSeconds: Double, difference: Double) {
        let places = places(on: form.schedule)
        let file = FileManager.default.temporaryDirectory
            .appending(path: "isoloss-bench-\(ProcessInfo.processInfo.processIdentifier).rates")
        defer { try? FileManager.default.removeItem(at: file) }
        let rates = form.schedule.learningRates(through: form.schedule.totalSteps - 1)
        try rates.withUnsafeBytes { Data($0) }.write(to: file)
        let question = PeerQuestion("areas").with(\.file, file.path)
            .with(\.decay, Self.decay).with(\.steps, places)
        var times: (ours: [Double], peers: [Double]) = ([], [])
        var difference = 0.0
        for _ in 0..<rounds {
            let (seconds, ours) = Stopwatch.measure {
                let areas = ScheduleAreas(form.schedule)
                return (
                    areas.forwardArea(at: places),
                    areas.annealingArea(at: places, decay: Self.decay, from: 1).areas
                )
            }
            let answer = try peer.ask(question)
            times.ours.append(seconds)
            times.peers.append(answer.seconds)
            difference = max(
                Self.difference(ours.0, answer.forward ?? []),
                Self.difference(ours.1, answer.annealed ?? []))
        }
        return (Stopwatch.median(times.ours), Stopwatch.median(times.peers), difference)
    }

    private static func difference(_ ours: [Double], _ peers: [Double]) -> Double {
        let largest = ours.reduce(0) { max($0, abs($1)) }
        let off = zip(ours, peers).reduce(0) { max($0, abs($1.0 - $1.1)) }
        return largest > 0 ? off / largest : off
    }

    private func multiPowerSeconds(of form: Form) throws -> Double {
        let law = try LawCatalog.standard.law("multi-power")
        let places = places(on: form.schedule)
        let times = (0..<rounds).map { _ in
            Stopwatch.measure {
                let input = LawInput(
                    features: [:], areas: ScheduleAreas(form.schedule), steps: places)
                var evaluation = Evaluation(law: law, inputs: [input])
                evaluation.run(at: Self.multiPower, jacobian: false)
            }.seconds
        }
        return Stopwatch.median(times)
    }
}
