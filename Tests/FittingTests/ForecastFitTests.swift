import Fitting
import Foundation
import Laws
import Records
import Testing

/// What a forecast makes of studies whose truth is known.
@Suite struct ForecastFitTests {
    private func error(
        of law: String, options: [String: String] = [:], _ study: ForecastStudy,
        schedules: [(String, String)], seed: UInt64
    ) throws -> Double {
        let runs = try study.runs(schedules, seed: seed)
        let report = try Fitter().fit(FitRequest(law: law, options: options), runs: runs)
        return try LawPredictor(report: report).score(study.unseen()).average.meanRelativeError
    }

    private func meanError(
        of law: String, options: [String: String] = [:], _ study: ForecastStudy,
        schedules: [(String, String)] = ForecastStudy.training
    ) throws -> Double {
        let errors = try (1...6 as ClosedRange<UInt64>).map {
            try error(of: law, options: options, study, schedules: schedules, seed: $0)
        }
        return errors.reduce(0, +) / Double(errors.count)
    }

    @Test func `two schedules leave the shape of drops open, and a forecast keeps it in bounds`()
        throws
    {
        let schedules = Array(ForecastStudy.training.prefix(2))
        let forecast = try meanError(of: "forecast", ForecastStudy(), schedules: schedules)
        let plain = try meanError(of: "multi-power", ForecastStudy(), schedules: schedules)
        #expect(forecast < 0.9 * plain, "\(forecast), \(plain)")
    }

    /// In a world that follows a law exactly nothing forecasts better than that law's optimum.
    @Test func `where a law holds exactly, a forecast loses no more than its priors may cost`()
        throws
    {
        let forecast = try meanError(of: "forecast", .fading)
        let plain = try meanError(
            of: "multi-power", options: ForecastStudy.fading.options, .fading)
        #expect(forecast < plain + 4.5e-4, "\(forecast), \(plain)")
    }

    /// No fading lies two spreads from the centre of its prior.
    @Test func `where gains do not fade, a forecast loses less than a tenth of a percent`() throws {
        let forecast = try meanError(of: "forecast", ForecastStudy())
        let plain = try meanError(of: "multi-power", ForecastStudy())
        #expect(forecast < plain + 1e-3, "\(forecast), \(plain)")
    }

    /// The first points after the warm-up lie 2 % above the law; late ones decide.
    @Test func `a transient after the warm-up does a forecast little harm`() throws {
        let clean = try meanError(of: "forecast", .fading)
        var study = ForecastStudy.fading
        study.transient = 0.02
        let disturbed = try meanError(of: "forecast", study)
        #expect(disturbed < clean + 3e-4, "\(disturbed), \(clean)")
    }

    @Test func `where gains fade, a forecast of longer runs is better than either law's`() throws {
        let forecast = try meanError(of: "forecast", .fading)
        for law in ["multi-power", "lr-annealing"] {
            let plain = try meanError(of: law, .fading)
            #expect(forecast < 0.7 * plain, "\(forecast), \(law) \(plain)")
        }
    }

    @Test func `curves of the annealing law give its share to it, and are forecast well`() throws {
        let study = ForecastStudy(
            law: "lr-annealing", parameters: [3.1, 0.55, 0.47, 0.7, 0.999], noise: 3e-4)
        let report = try Fitter().fit(
            FitRequest(law: "forecast"), runs: study.training(seed: 3))
        let members = try #require(report.forecast?.members)
        #expect(members.map(\.law) == ["multi-power", "lr-annealing"])
        #expect(members[1].weight > 0.9)
        let score = try LawPredictor(report: report).score(study.unseen())
        #expect(score.average.meanRelativeError < 0.001)
    }

    /// One spread from a prior's centre costs what a misfit of 0.1 % at every point costs.
    @Test func `priors pull forecasts of exact curves by less than what they are worth`() throws {
        var study = ForecastStudy.fading
        study.noise = 0
        let error = try error(
            of: "forecast", study, schedules: ForecastStudy.training, seed: 1)
        #expect(error < 4.5e-4, "\(error)")
    }

    @Test func `shares add up, folds are named, and the report carries what every fit does`()
        throws
    {
        let study = ForecastStudy()
        let report = try Fitter().fit(
            FitRequest(law: "forecast", seed: 5), runs: study.training(seed: 2))
        let forecast = try #require(report.forecast)
        #expect(abs(forecast.members.map(\.weight).reduce(0, +) - 1) < 1e-12)
        #expect(
            forecast.members[0].folds.map(\.leftOut)
                == ["constant", "cosine", "two-stage", "steps from 4760", "steps from 7140"])
        #expect(report.law == "forecast" && report.seed == 5 && report.points == 305)
        #expect(report.parameters.map(\.name).first == "multi_power_irreducible_loss")
        #expect(report.parameters.last?.value == forecast.members[0].weight)
        #expect(report.termination?.converged == true)
        #expect(report.covariance?.count == 15 && report.noise != nil && report.metrics != nil)
        #expect(forecast.priors.count == 7)
        #expect(forecast.priors[1].parameter == "multi_power_drop_rate")
        #expect(forecast.priors[1].center == 1 && forecast.priors[1].scale == "log")
    }

    @Test func `the same runs give the same forecast, whatever the seed`() throws {
        let runs = try ForecastStudy().training(seed: 4)
        let reports = try [0, 9].map {
            try Fitter().fit(FitRequest(law: "forecast", seed: $0), runs: runs)
        }
        #expect(reports[0].parameters == reports[1].parameters)
        #expect(reports[0].forecast == reports[1].forecast)
    }

    @Test func `parameters and the share can be fixed`() throws {
        let fixed = ["multi_power_weight": 0.25, "lr_annealing_annealing_decay": 0.999]
        let report = try Fitter().fit(
            FitRequest(law: "forecast", fixed: fixed), runs: ForecastStudy().training(seed: 4))
        for (name, value) in fixed {
            let parameter = try #require(report.parameters.first { $0.name == name })
            #expect(parameter.value == value && parameter.fixed)
            #expect(parameter.standardError == nil)
        }
        #expect(report.forecast?.method == "the share of the multi-power law was given")
        #expect(report.forecast?.members.map(\.weight) == [0.25, 0.75])
    }

    @Test func `one curve is forecast with a word of caution`() throws {
        let runs = Array(try ForecastStudy().training(seed: 1).prefix(1))
        let report = try Fitter().fit(FitRequest(law: "forecast"), runs: runs)
        #expect(report.forecast?.members[0].folds.count == 2)
        #expect(
            report.warnings == [
                "one curve says little about what a change of the learning rate does: under other "
                    + "schedules this forecast rests on its priors"
            ]
                + ["lr_annealing", "multi_power"].map {
                    "\($0)_annealing_coefficient ended on its bound; its standard error is left out, "
                        + "and the others hold with it fixed there"
                })
    }

    @Test func `other ways to uncertainty are refused by name`() throws {
        let request = FitRequest(law: "forecast", uncertainty: .profile)
        let error = #expect(throws: FittingError.self) {
            try Fitter().fit(request, runs: ForecastStudy().training(seed: 1))
        }
        #expect(error?.pointer == "/uncertainty")
        #expect(
            error?.message
                == "uncertainty = profile: the law forecast has standard errors of the delta method "
                + "only; use delta.")
    }
}
