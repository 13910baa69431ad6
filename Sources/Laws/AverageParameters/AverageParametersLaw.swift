package import Records

/// The loss of dense and sparse pre-training alike, from the parameter count averaged over training.
///
///     L(N_avg, D) = E + A·N_avg^−α + B·D^−β,      N_avg = (1/D)·∫ N(d) dd
///
/// | symbol | name | unit | bounds |
/// |---|---|---|---|
/// | N_avg | `average_parameter_count` | parameters | > 0 |
/// | D | `token_count` | tokens | > 0 |
/// | E | `irreducible_loss` | nats per token | ≥ 0 |
/// | A | `parameter_coefficient` | nats · parameters^α | > 0 |
/// | B | `token_coefficient` | nats · tokens^β | > 0 |
/// | α | `parameter_exponent` | – | 0 … 3 |
/// | β | `token_exponent` | – | 0 … 3 |
///
/// Source: Jin et al. 2025, arXiv 2501.12486. Compute is 6·N_avg·D, so the compute-optimal split is
/// Chinchilla's with N_avg for N.
///
/// A run's N_avg is the first of these that it has:
/// 1. `average_parameter_count`;
/// 2. a series `active_parameter_count`, the active parameters logged by step (every step the same
///    number of tokens);
/// 3. a tag `pruning_schedule`, such as `cubic(start=0.25,end=0.75,sparsity=0.8)`, that prunes from
///    `parameter_count` (see `PruningSchedule`);
/// 4. `parameter_count`: a dense run.
///
/// Not for models that were pruned after training, nor for schedules that prune so late that the
/// loss has no time to recover: the average does not see when parameters went.
package struct AverageParametersLaw: ScalingLaw {
    /// The field of a run that says which parameters were active.
    package static let activeSeries = "active_parameter_count"
    package static let scheduleTag = "pruning_schedule"

    package static let about = LawDescription(
        id: "average-parameters",
        title: "Average parameters: loss of dense and sparse pre-training",
        kind: .table, formula: "L(N_avg, D) = E + A·N_avg^−α + B·D^−β",
        reference: "Jin et al. 2025, arXiv:2501.12486",
        limits: "Pruning during training that leaves time to recover; not pruning afterwards.")

    /// The law is Chinchilla's in another size.
    private let dense: ChinchillaLaw

    package var parameters: [ParameterSpec] { dense.parameters }
    package let requiredFeatures: [Feature] = [.averageParameterCount, .tokenCount]
    package let optionalFeatures: [Feature] = [.parameterCount]
    package let loggedSeries = [Self.activeSeries]

    package init(options: LawOptions) {
        dense = ChinchillaLaw(options: options)
    }

    package func features(of run: Run) throws(LawError) -> [Feature: Double] {
        var features = run.features
        guard features[.averageParameterCount] == nil else { return features }
        features[.averageParameterCount] = try averageParameterCount(of: run)
        return features
    }

    private func averageParameterCount(of run: Run) throws(LawError) -> Double? {
        if let logged = run.curve(of: Self.activeSeries) {
            return PruningSchedule.averageActiveParameters(
                steps: logged.steps, counts: logged.losses)
        }
        guard let text = run.tags[Self.scheduleTag] else { return run.features[.parameterCount] }
        do throws(PruningScheduleError) {
            let share = try PruningSchedule(parsing: text).averageShare
            return run.features[.parameterCount].map { $0 * share }
        } catch {
            throw .badRun(run.id, field: Self.scheduleTag, rule: error.message)
        }
    }

    package func evaluator(for inputs: [LawInput]) -> any LawEvaluator {
        dense.evaluator(
            for: inputs.map { input in
                LawInput(features: [
                    .parameterCount: input.required(.averageParameterCount),
                    .tokenCount: input.required(.tokenCount),
                ])
            })
    }

    package func optimalParameterCount(
        _ parameters: [Double], product: Double, held: [Feature: Double]
    ) -> Double? {
        ChinchillaLaw.optimalParameterCount(parameters, product: product)
    }

    package func derivedQuantities(_ parameters: [Double]) -> [DerivedQuantity] {
        dense.derivedQuantities(parameters)
    }
}
