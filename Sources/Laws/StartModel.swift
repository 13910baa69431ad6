/// A sum of terms close to a law's loss, whose best coefficients say where a search should start.
///
/// For laws that are not linear in any parameter but nearly so in functions of them: a term
/// (N_c/N)^α is linear in N_c^α, say. The fit solves for the coefficients; the law turns them back
/// into its parameters.
package struct StartModel {
    /// Every term at every observation, for a coefficient of 1.
    package var terms: [[Double]]
    /// The law's parameters for coefficients of the terms, all above 0.
    package var parameters: ([Double]) -> [Double]

    package init(terms: [[Double]], parameters: @escaping ([Double]) -> [Double]) {
        self.terms = terms
        self.parameters = parameters
    }
}
