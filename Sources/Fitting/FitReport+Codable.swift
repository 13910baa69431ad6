extension FitReport: Codable {
    private enum CodingKeys: String, CodingKey {
        case id
        case law
        case status
        case objective
        case parameters
        case intervalLevel = "interval_level"
        case derived
        case cost
        case termination
        case metrics
        case holdout
        case runs
        case points
        case fittedRange = "fitted_range"
        case options
        case series
        case excludeHighest = "exclude_highest"
        case fromStep = "from_step"
        case covariance
        case noise
        case uncertainty
        case forecast
        case seed
        case dataDigest = "data_digest"
        case version
        case warnings
        case durationSeconds = "duration_seconds"
    }

    package init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        func optional<Value: Decodable>(_ key: CodingKeys) throws -> Value? {
            try container.decodeIfPresent(Value.self, forKey: key)
        }
        self.init(
            law: try container.decode(String.self, forKey: .law),
            parameters: try container.decode([Parameter].self, forKey: .parameters))
        id = try optional(.id)
        status = try optional(.status) ?? status
        objective = try optional(.objective) ?? objective
        intervalLevel = try optional(.intervalLevel) ?? intervalLevel
        derived = try optional(.derived) ?? derived
        cost = try optional(.cost)
        termination = try optional(.termination)
        metrics = try optional(.metrics)
        holdout = try optional(.holdout)
        runs = try optional(.runs) ?? runs
        points = try optional(.points) ?? points
        fittedRange = try optional(.fittedRange)
        options = try optional(.options) ?? options
        series = try optional(.series)
        excludeHighest = try optional(.excludeHighest)
        fromStep = try optional(.fromStep)
        let entries: [[Double?]]? = try optional(.covariance)
        covariance = entries?.map { $0.map { $0 ?? .infinity } }
        noise = try optional(.noise)
        uncertainty = try optional(.uncertainty)
        forecast = try optional(.forecast)
        seed = try optional(.seed) ?? seed
        dataDigest = try optional(.dataDigest)
        version = try optional(.version)
        warnings = try optional(.warnings) ?? warnings
        durationSeconds = try optional(.durationSeconds)
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        // The contract shows `id` as null without a server, so it is written either way.
        try container.encode(id, forKey: .id)
        try container.encode(law, forKey: .law)
        try container.encode(status, forKey: .status)
        try container.encode(objective, forKey: .objective)
        try container.encode(parameters, forKey: .parameters)
        try container.encode(intervalLevel, forKey: .intervalLevel)
        try container.encode(derived, forKey: .derived)
        try container.encodeIfPresent(cost, forKey: .cost)
        try container.encodeIfPresent(termination, forKey: .termination)
        try container.encodeIfPresent(metrics, forKey: .metrics)
        try container.encodeIfPresent(holdout, forKey: .holdout)
        try container.encode(runs, forKey: .runs)
        try container.encode(points, forKey: .points)
        try container.encodeIfPresent(fittedRange, forKey: .fittedRange)
        try container.encode(options, forKey: .options)
        try container.encodeIfPresent(series, forKey: .series)
        try container.encodeIfPresent(excludeHighest, forKey: .excludeHighest)
        try container.encodeIfPresent(fromStep, forKey: .fromStep)
        try container.encodeIfPresent(
            covariance?.map { $0.map { $0.isFinite ? $0 : nil } }, forKey: .covariance)
        try container.encodeIfPresent(noise, forKey: .noise)
        try container.encodeIfPresent(uncertainty, forKey: .uncertainty)
        try container.encodeIfPresent(forecast, forKey: .forecast)
        try container.encode(seed, forKey: .seed)
        try container.encodeIfPresent(dataDigest, forKey: .dataDigest)
        try container.encodeIfPresent(version, forKey: .version)
        try container.encode(warnings, forKey: .warnings)
        try container.encodeIfPresent(durationSeconds, forKey: .durationSeconds)
    }
}

extension FitReport.Parameter: Codable {
    private enum CodingKeys: String, CodingKey {
        case name
        case symbol
        case value
        case standardError = "standard_error"
        case interval
        case isFixed = "fixed"
        case atBound = "at_bound"
    }

    package init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        self.init(
            name: try container.decode(String.self, forKey: .name),
            symbol: try container.decodeIfPresent(String.self, forKey: .symbol),
            value: try container.decode(Double.self, forKey: .value))
        standardError = try container.decodeIfPresent(Double.self, forKey: .standardError)
        interval = try container.decodeIfPresent([Double].self, forKey: .interval)
        isFixed = try container.decodeIfPresent(Bool.self, forKey: .isFixed) ?? false
        atBound = try container.decodeIfPresent(Bool.self, forKey: .atBound) ?? false
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(name, forKey: .name)
        try container.encode(symbol, forKey: .symbol)
        try container.encode(value, forKey: .value)
        try container.encode(standardError, forKey: .standardError)
        try container.encode(interval, forKey: .interval)
        try container.encode(isFixed, forKey: .isFixed)
        try container.encode(atBound, forKey: .atBound)
    }
}
