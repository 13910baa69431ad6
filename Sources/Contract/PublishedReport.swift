package import Fitting
package import Laws

extension FitReport {
    /// The fit that a paper printed, as one that is done: parameters without intervals.
    ///
    /// ```swift
    /// let report = try FitReport(PublishedFit.named("hoffmann-2022", law: "chinchilla"))
    /// ```
    ///
    /// - Parameters:
    ///   - published: The published fit.
    ///   - catalog: The laws that are known.
    /// - Throws: `LawError` where its law is not among them.
    package init(_ published: PublishedFit, catalog: LawCatalog = .standard) throws(LawError) {
        let law = try published.configuredLaw(in: catalog)
        self.init(
            law: published.law,
            parameters: zip(law.parameters, published.parameters).map { spec, value in
                Parameter(name: spec.name, symbol: spec.symbol, value: value)
            })
        options = published.options
        warnings = ["\(published.name): \(published.source)"] + published.warnings
        warnings.append(PublishedFit.noInterval)
    }
}
