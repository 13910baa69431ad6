import Testing

@testable import Schedules

#if arch(x86_64)
    /// Accuracy over long schedules, where plain sums lose the digits that are asked for.
    @Suite struct LongScheduleTests {
        private static let schedules = [
            "warmup:2000@3e-4,hold:198000",
            "step@3e-4,hold:50000,step@3e-5,hold:100000,step@1e-4,hold:50000",
            "step@3e-4,linear:200000@0",
            "warmup:2000@3e-4,hold:150000,linear:48000@3e-5",
            "warmup:2000@3e-4,cosine:198000@3e-5",
            "cosine:100000@3e-4,cosine:100000@0",
            "step@3e-4,exp:200000@3e-6",
            "step@3e-6,exp:100000@3e-4,exp:100000@1e-9",
            "warmup:2000@3e-4,rsqrt:198000",
            "warmup:2000@3e-4,hold:98000,sqrt:100000@0",
            "warmup:2000@3e-4,poly2:198000@0",
            "warmup:2000@3e-4,poly1.5:198000@1e-5",
            "step@3e-4,poly0.3:200000@1e-5",
            "step@1e-4,repeat:40(linear:2500@3e-4,cosine:2500@3e-5)",
            "warmup:2000@3e-4,repeat:4000(linear:25@3e-5,linear:24@3e-4)",
            "step@1e-4,repeat:2499(linear:1@3e-4,hold:1,step@2e-4,linear:1@1e-4)",
            "repeat:100(repeat:30(linear:25@3e-5,cosine:24@3e-4),step@1e-4,hold:500,exp:30@2e-4)",
            "warmup:100@2e-4,repeat:900(poly1.5:100@3e-4,sqrt:20@2e-4,step@3e-4,hold:90),linear:9999@0",
        ]

        private static let decays = [1, 1 - 1e-9, 1 - 1e-6, 0.999_9, 0.999, 0.99, 0.7, 0.1, 0]

        @Test(arguments: schedules)
        func `areas keep thirteen digits against extended precision`(text: String) throws {
            let schedule = try LearningRateSchedule(parsing: text)
            let comparison = Comparison(schedule)
            comparison.checkForwardArea()
            for decay in Self.decays {
                comparison.check(decay: decay, firstDropStep: schedule.warmupSteps + 1)
            }
            comparison.check(decay: 0.999, firstDropStep: 1)
            comparison.check(decay: 0.999, firstDropStep: 77_777)
        }

        @Test(arguments: [0.999, 0.999_99, 0.9])
        func `exp in resonance with the decay keeps thirteen digits`(decay: Double) throws {
            // b = a·λ^n within a part in 10^k, so that q − λ cancels.
            for offset in [0, 1e-15, 1e-12, 1e-9, 1e-6, 1e-3] {
                let steps = decay < 0.99 ? 400 : 20_000
                var target = 3e-4
                for _ in 0..<steps { target *= decay * (1 + offset) }
                let text = "step@3e-4,exp:\(steps)@\(target),hold:1000"
                Comparison(try LearningRateSchedule(parsing: text))
                    .check(decay: decay, firstDropStep: 1)
            }
        }

        /// One schedule beside its oracle, at close and at distant steps.
        private struct Comparison {
            private let schedule: LearningRateSchedule
            private let areas: ScheduleAreas
            private let oracle: ExtendedOracle
            private let steps: [Int]

            init(_ schedule: LearningRateSchedule) {
                self.schedule = schedule
                areas = ScheduleAreas(schedule)
                oracle = ExtendedOracle(schedule)
                let total = schedule.totalSteps
                let dense = (0..<300).map { $0 * 3 }
                let even = stride(from: 1_000, through: total, by: max(total / 97, 1))
                let uneven = (1..<60).map { total - $0 * $0 * 7 }
                steps = (dense + even + uneven + [total - 1, total])
                    .filter { (0...total).contains($0) }.sorted()
            }

            func checkForwardArea() {
                let exact = oracle.forwardArea(at: steps)
                for (index, area) in areas.forwardArea(at: steps).enumerated() {
                    let error = (area - exact[index]).magnitude
                    #expect(error <= 1e-13 * exact[index], "\(name) step \(steps[index])")
                }
            }

            func check(decay: Double, firstDropStep: Int) {
                let (areas, slopes) = areas.annealingArea(
                    at: steps, decay: decay, from: firstDropStep)
                let exact = oracle.annealingArea(at: steps, decay: decay, from: firstDropStep)
                // Relative where the area only grows; where rises and falls meet, by its largest.
                let signs = Set(exact.map { $0.area < 0 })
                let mixed = signs.count > 1 || schedule.pieces.count > 3
                let largest = exact.reduce(0) { max($0, $1.area.magnitude) }
                let steepest = exact.reduce(0) { max($0, $1.derivative.magnitude) }
                for (index, step) in steps.enumerated() {
                    let comment: Comment = "\(name) step \(step) λ \(decay) from \(firstDropStep)"
                    let want = exact[index]
                    let scale = mixed ? largest : want.area.magnitude
                    #expect((areas[index] - want.area).magnitude <= 1e-13 * scale, comment)
                    let slope = mixed ? steepest : want.derivative.magnitude
                    #expect((slopes[index] - want.derivative).magnitude <= 1e-13 * slope, comment)
                }
            }

            private var name: String { schedule.specification }
        }
    }
#endif
