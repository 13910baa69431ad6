import ArgumentParser
import Contract
import Fitting
import Laws
import Records

extension LawPredictor.Interval.Target: ExpressibleByArgument {
    // The argument parser asks for it in public.
    public static let allValueStrings = ["mean", "observation"]
}

/// The probability of an interval, and the quantity that it is of.
struct IntervalOptions: ParsableArguments {
    @Option(help: ArgumentHelp("How sure the interval is to be.", valueName: "level"))
    var interval = 0.9

    @Option(
        help: ArgumentHelp(
            "What lies in it: the law's mean, or an observation with its noise.",
            valueName: "mean|observation"))
    var intervalOf = LawPredictor.Interval.Target.observation

    var value: LawPredictor.Interval {
        LawPredictor.Interval(level: interval, target: intervalOf)
    }
}

/// The sizes that a prediction is asked for.
struct FeatureOptions: ParsableArguments {
    @Option(help: .of(.parameterCount))
    var parameterCount: Double?

    @Option(help: .of(.totalParameterCount))
    var totalParameterCount: Double?

    @Option(help: .of(.nonEmbeddingParameterCount))
    var nonEmbeddingParameterCount: Double?

    @Option(help: .of(.tokenCount))
    var tokenCount: Double?

    @Option(help: .of(.uniqueTokenCount))
    var uniqueTokenCount: Double?

    @Option(name: .customLong("training-flops"), help: .of(.trainingFLOPs))
    var trainingFLOPs: Double?

    @Option(help: .of(.batchTokens))
    var batchTokens: Double?

    @Option(help: .of(.stepCount))
    var stepCount: Double?

    @Option(help: .of(.encoderParameterCount))
    var encoderParameterCount: Double?

    @Option(help: .of(.decoderParameterCount))
    var decoderParameterCount: Double?

    @Option(help: .of(.averageParameterCount))
    var averageParameterCount: Double?

    @Option(help: .of(.expertCount))
    var expertCount: Double?

    @Option(help: .of(.phaseStep))
    var phaseStep: Double?

    @Option(help: .of(.replayShare))
    var replayShare: Double?

    @Option(help: .of(.loss))
    var loss: Double?

    var features: [Feature: Double] {
        var features: [Feature: Double] = [:]
        for feature in Feature.allCases { features[feature] = value(of: feature) }
        return features
    }

    private func value(of feature: Feature) -> Double? {
        switch feature {
        case .parameterCount: parameterCount
        case .totalParameterCount: totalParameterCount
        case .nonEmbeddingParameterCount: nonEmbeddingParameterCount
        case .tokenCount: tokenCount
        case .uniqueTokenCount: uniqueTokenCount
        case .trainingFLOPs: trainingFLOPs
        case .batchTokens: batchTokens
        case .stepCount: stepCount
        case .encoderParameterCount: encoderParameterCount
        case .decoderParameterCount: decoderParameterCount
        case .averageParameterCount: averageParameterCount
        case .expertCount: expertCount
        case .phaseStep: phaseStep
        case .replayShare: replayShare
        case .loss: loss
        }
    }
}

extension ArgumentHelp {
    fileprivate static func of(_ feature: Feature) -> ArgumentHelp {
        ArgumentHelp(stringLiteral: feature.meaning).named(feature == .loss ? "l" : "n")
    }

    private func named(_ name: String) -> ArgumentHelp {
        var help = self
        help.valueName = name
        return help
    }
}

/// The fit that is asked: a file or an id, or one from the literature.
struct FitReference: ParsableArguments {
    @Option(
        help: ArgumentHelp("A fit's file; with --server its id.", valueName: "fit.json"))
    var fit: String?

    @Option(
        help: ArgumentHelp(
            "Ask a published fit in place of --fit; `isoloss laws LAW` lists them.",
            valueName: "name"))
    var published: String?

    @Option(help: ArgumentHelp("The law of the published fit.", valueName: "law"))
    var law: String?

    /// True where a fit was named.
    var isGiven: Bool { fit != nil || published != nil }

    mutating func validate() throws {
        if fit != nil, published != nil { throw UsageError.fitAndPublished.validation }
        if law != nil, published == nil { throw UsageError.lawWithoutPublished.validation }
    }

    /// The name by which a backend knows the fit.
    ///
    /// - Parameter backend: The backend.
    /// - Returns: The name.
    /// - Throws: `UsageError.noFit`, or `LawError` for a name that no paper has.
    func name(in backend: any Backend) throws -> String {
        if let published { return try backend.publish(published, law: law) }
        guard let fit else { throw UsageError.noFit }
        return fit
    }

    /// The name by which a backend knows a fit, which may be a published one.
    ///
    /// - Parameters:
    ///   - name: A file, an id, or the name of a published fit.
    ///   - backend: The backend.
    /// - Returns: The name.
    /// - Throws: What keeps the backend from publishing it.
    static func name(_ name: String, in backend: any Backend) throws -> String {
        guard PublishedFit.isFit(name) else { return name }
        return try backend.publish(name, law: nil)
    }
}

/// The server to ask; files and this process without one.
struct ServerOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "Ask this isoloss server; the token is taken from ISOLOSS_TOKEN.", valueName: "url"))
    var server: String?

    /// The client of the server, where one is named.
    func client() throws(UsageError) -> ServerClient? {
        guard let server else { return nil }
        return try ServerClient(server)
    }

    /// The backend that the options name.
    ///
    /// - Parameters:
    ///   - paths: Files with runs; none may be given beside a server.
    ///   - bareCurves: What runs without metadata are taken to have.
    /// - Returns: The backend.
    /// - Throws: `UsageError`, `RunFileError`.
    func backend(paths: [String], bareCurves: BareCurveOptions? = nil) throws -> any Backend {
        guard let client = try client() else {
            return try FileBackend(paths: paths, bareCurves: bareCurves)
        }
        guard paths.isEmpty else { throw UsageError.pathsAndServer }
        if let option = bareCurves?.firstGiven { throw UsageError.optionNeedsFiles(option) }
        return RemoteBackend(client: client)
    }
}
