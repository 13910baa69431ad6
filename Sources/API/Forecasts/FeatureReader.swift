import HTTP
import Laws

/// The sizes that a prediction is asked for, from a query.
enum FeatureReader {
    static let names = Feature.inputs.map(\.rawValue)

    static func features(_ query: QueryReader) throws(HTTPError) -> [Feature: Double] {
        var features: [Feature: Double] = [:]
        for feature in Feature.inputs {
            features[feature] = try query.positive(feature.rawValue)
        }
        return features
    }
}
