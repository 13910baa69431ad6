/// The words, the unit and the place of a member of plans' answers.
struct PlanField: Sendable {
    /// As in `tokens_per_parameter`.
    let name: String
    let words: String
    let unit: String
    /// Significant digits that people want.
    let digits: Int

    private init(_ name: String, _ words: String, unit: String = "", digits: Int = 4) {
        self.name = name
        self.words = words
        self.unit = unit
        self.digits = digits
    }

    /// The unit where an axis has to say it beside the words.
    var axisUnit: String? {
        unit.isEmpty || unit == Self.asFitted || words.contains(unit) ? nil : unit
    }
    /// The words of an axis with the unit.
    var axisLabel: String { words + (axisUnit.map { " (\($0))" } ?? "") }

    /// The text of a row beyond the sizes and tokens measured.
    static let beyond = "beyond"

    /// The unit of losses, which the member `loss_unit` says.
    static let asFitted = "as fitted"

    /// The field of a name; one without words of its own has its name's.
    static func named(_ name: String) -> PlanField {
        all.first { $0.name == name } ?? PlanField(name, name.replacing("_", with: " "))
    }

    /// Every field in the order in which pages and rows show them.
    static let all: [PlanField] = [
        // What is asked, and names of rows.
        PlanField("run", "run"),
        PlanField("rule", "rule"),
        PlanField("choice", "choice"),
        PlanField("approach", "approach"),
        PlanField("factor", "size, times the best", digits: 3),
        PlanField("target_loss", "target loss", unit: asFitted),
        PlanField("published", "published"),
        PlanField("reference_flops", "reference's compute", unit: "FLOP"),
        PlanField("reference_parameter_count", "reference's size", unit: "parameters"),
        PlanField("training_flops", "training compute C", unit: "FLOP"),
        PlanField("inference_tokens", "inference tokens", unit: "tokens"),
        PlanField("inference_flops", "inference compute", unit: "FLOP"),
        PlanField("total_flops", "training and inference", unit: "FLOP"),
        PlanField("unique_token_count", "unique tokens U", unit: "tokens"),
        // The answer.
        PlanField("parameter_count", "parameters N", unit: "parameters"),
        PlanField("average_parameter_count", "average parameters", unit: "parameters"),
        PlanField("dense_parameter_count", "dense parameters", unit: "parameters"),
        PlanField("final_parameter_count", "final parameters", unit: "parameters"),
        PlanField("encoder_parameter_count", "encoder parameters", unit: "parameters"),
        PlanField("decoder_parameter_count", "decoder parameters", unit: "parameters"),
        PlanField("encoder_share", "encoder's share"),
        PlanField("token_count", "tokens D", unit: "tokens"),
        PlanField("tokens_per_parameter", "D/N", unit: "tokens per parameter"),
        PlanField("flops_per_token", "compute per token M", unit: "FLOP"),
        PlanField("epochs", "epochs D/U", unit: "passes"),
        PlanField("epochs_at_half_worth", "epochs while a token is worth half", unit: "passes"),
        PlanField("sparsity", "final sparsity"),
        PlanField("pruning_schedule", "pruning schedule"),
        PlanField("growth_tokens", "tokens before growth", unit: "tokens"),
        PlanField("growth_factor", "growth factor", unit: "times the depth"),
        PlanField("small_parameter_count", "small model", unit: "parameters"),
        PlanField("small_flops", "compute before growth", unit: "FLOP"),
        PlanField("speed_up", "speed-up at equal loss"),
        PlanField("equal_loss_ratio", "compute from scratch, times that of stacking"),
        PlanField("published_speed_up", "speed-up the authors print", digits: 3),
        PlanField("flops_saved", "compute saved", unit: "FLOP"),
        PlanField("switch_share", "share of the steps before expansion"),
        PlanField("compute_ratio", "compute, times training the large model only"),
        PlanField("learning_rate", "peak learning rate"),
        PlanField("tuned_rate", "tuned peak learning rate"),
        PlanField("rate_ratio", "best rate, times the tuned schedule's"),
        PlanField("bound_rate", "γ*, the best peak of the bound"),
        PlanField("bound", "Ω*, the bound there"),
        PlanField("relative_bound", "bound, times its lowest"),
        PlanField("batch_tokens", "batch", unit: "tokens per step"),
        PlanField("best_batch_tokens", "best batch", unit: "tokens per step"),
        PlanField("critical_batch_tokens", "critical batch", unit: "tokens per step"),
        PlanField(
            "minimum_batch_tokens", "smallest batch within the tolerance", unit: "tokens per step"),
        PlanField(
            "maximum_batch_tokens", "largest batch within the tolerance", unit: "tokens per step"),
        PlanField("run_count", "runs"),
        PlanField("step_count", "steps", unit: "steps"),
        PlanField("minimum_step_count", "fewest steps", unit: "steps"),
        PlanField("minimum_token_count", "fewest tokens", unit: "tokens"),
        PlanField("weight_decay", "weight decay"),
        PlanField("timescale_epochs", "AdamW timescale", unit: "share of the tokens"),
        PlanField("minimum_loss", "loss of endless training", unit: asFitted),
        PlanField("loss", "loss", unit: asFitted, digits: 5),
        PlanField("measured_loss", "measured loss", unit: asFitted, digits: 5),
        PlanField("excess_loss", "loss above the best", unit: asFitted, digits: 3),
        PlanField("compute_wasted", "share of the compute wasted", digits: 3),
        PlanField("relative_compute", "compute, times the least", digits: 4),
        PlanField("relative_half_width", "half width of the interval", unit: "relative"),
        PlanField("expected_half_width", "half width after the run", unit: "relative"),
        PlanField("reduction", "share of the variance taken away", digits: 3),
        PlanField("reduction_per_flop", "reduction per FLOP", digits: 3),
        PlanField("reduction_per_step", "reduction per step", digits: 3),
        PlanField("parameter_exponent", "N grows as C to the power"),
        PlanField("token_exponent", "D grows as C to the power"),
        PlanField("size_exponent", "grows as N to the power"),
        PlanField("data_exponent", "grows as D to the power"),
        PlanField("parabola_bias", "parabola's bias of N", unit: "relative", digits: 3),
        PlanField("range", "range"),
        PlanField("schedule", "schedule"),
        PlanField("limited_by", "limited by"),
        PlanField("refusal", "refused"),
        // How.
        PlanField("parameter_count_kind", "N counts"),
        PlanField("loss_unit", "losses in"),
        PlanField("cost_model", "cost"),
        PlanField("formula", "formula"),
        PlanField("method", "method"),
        PlanField("convention", "convention"),
        PlanField("source", "source"),
        // Lists; the first is what CSV writes.
        PlanField("sizes", "sizes"),
        PlanField("choices", "choices"),
        PlanField("rules", "rules"),
        PlanField("cells", "cells"),
        PlanField("measured_runs", "measured runs"),
        PlanField("exponents", "exponents"),
        PlanField("curve", "curve"),
        PlanField("contours", "contours"),
        PlanField("approaches", "approaches"),
        PlanField("frontier", "frontier"),
        PlanField("trajectory", "trajectory"),
        PlanField(PlanDocument.drawing, "drawing"),
    ]
}
