import Testing

/// One request that is refused, and what the refusal must say.
struct BadInput: Sendable, CustomTestStringConvertible {
    let name: String
    var method = "POST"
    let path: String
    var type = "application/json"
    var body = ""
    let status: Int
    /// Nil where there is no field to point at.
    var pointer: String?
    /// The first sentence.
    let detail: String

    var testDescription: String { name }
}

extension BadInput {
    private static func run(
        _ name: String, _ body: String, status: Int = 422, _ pointer: String, _ detail: String
    ) -> BadInput {
        BadInput(
            name: name, method: "PUT", path: "/v1/runs/new", body: body, status: status,
            pointer: pointer, detail: detail)
    }

    /// Metadata of runs.
    static let runs: [BadInput] = [
        run(
            "a body that is cut off", #"{"study":"a","#, status: 400, "",
            "the JSON ends too early, at line 1, column 14; it looks cut off, send it whole."),
        run(
            "a body that is not JSON", "study=a", status: 400, "",
            "not JSON at line 1, column 1: found s, expected a value."),
        run("no body", "", status: 400, "", "the body is empty; send a JSON value."),
        run("a list", "[]", "", "must be a JSON object, not []."),
        run(
            "an unknown field", #"{"studdy":"a"}"#, "/studdy",
            "studdy is not a field here; known are id, study, name, role, parameter_count, "
                + "total_parameter_count, non_embedding_parameter_count, token_count, "
                + "unique_token_count, training_flops, "
                + "batch_tokens, step_count, encoder_parameter_count, decoder_parameter_count, "
                + "average_parameter_count, expert_count, phase_step, replay_share, phases, "
                + "warmup_steps, loss, schedule, tags, units, recipe, "
                + "last_step, last_loss, point_count, not_finite_count, diverged_at, total_steps, "
                + "created_at, updated_at."),
        run("a role", #"{"role":"dev"}"#, "/role", "role = \"dev\", must be train or test."),
        run(
            "a negative size", #"{"parameter_count":-1}"#, "/parameter_count",
            "parameter_count = -1, must be a finite number above 0."),
        run(
            "a size as text", #"{"token_count":"1e9"}"#, "/token_count",
            "token_count = \"1e9\", must be a finite number above 0."),
        run(
            "three phases", #"{"phases":[1000,2000]}"#, "/phases",
            "phases = [1000,2000], must be a list of one step, at which the second phase begins."),
        run("NaN", #"{"loss":NaN}"#, "/loss", "loss = NaN, must be a finite number above 0."),
        run(
            "infinity", #"{"loss":1e999}"#, "/loss",
            "loss = 1e999, must be a finite number above 0."),
        run(
            "a loss of zero", #"{"loss":0}"#, "/loss", "loss = 0, must be a finite number above 0."),
        run(
            "another id", #"{"id":"other"}"#, "/id",
            "id = \"other\", must equal the id in the URL, new, or be left out."),
        run(
            "a tag", #"{"tags":{"a/b":[1]}}"#, "/tags/a~1b",
            "a/b = [1], must be a text, a number or a truth value."),
        run(
            "NaN in a recipe", #"{"recipe":{"betas":[0.9,NaN]}}"#, "/recipe/betas/1",
            "the number is not finite, which JSON cannot carry; send a text or null."),
        run(
            "NUL in a name", #"{"name":"a\u0000b"}"#, "/name",
            "must be a text of at most 65536 bytes without the character \\u0000."),
        run(
            "NUL in a study", #"{"study":"\u0000"}"#, "/study",
            "must be a text of 1 to 1024 bytes without the character \\u0000."),
        run(
            "NUL in a tag", #"{"tags":{"k":"a\u0000b"}}"#, "/tags/k", "without the character"),
        run(
            "NUL in a tag's name", #"{"tags":{"k\u0000":"a"}}"#, "/tags/k\u{0}",
            "without the character"),
        run(
            "NUL in a schedule", #"{"schedule":"hold:3\u0000"}"#, "/schedule",
            "and has no character \\u0000."),
        run(
            "a size beyond the limits", #"{"parameter_count":1e41}"#, "/parameter_count",
            "parameter_count = 1e+41, must lie between 1e-40 and 1e+40."),
        BadInput(
            name: "an id that clients take out of a path", path: "/v1/runs", body: #"{"id":".."}"#,
            status: 422, pointer: "/id",
            detail: "id = \"..\", must not be . or .., which clients take out of a path."),
        BadInput(
            name: "an id in the URL", method: "PUT", path: "/v1/runs/a%20b", body: "{}",
            status: 400, pointer: "/id",
            detail: "id = \"a b\" must be 1 to 128 of the characters A-Z a-z 0-9 . _ -"),
        BadInput(
            name: "a missing id", path: "/v1/runs", body: "{}", status: 422, pointer: "/id",
            detail: "id is missing; give the run an id."),
        BadInput(
            name: "one bad run of two", path: "/v1/runs",
            body: #"[{"id":"new"},{"id":"b","loss":-1}]"#, status: 422, pointer: "/1/loss",
            detail: "loss = -1, must be a finite number above 0."),
        BadInput(
            name: "one bad line of two", path: "/v1/runs", type: "application/x-ndjson",
            body: #"{"id":"new"}"# + "\n\n" + #"{"id":"b","loss":-1}"#, status: 422,
            pointer: "/1/loss",
            detail: "line 3: loss = -1, must be a finite number above 0."),
        BadInput(
            name: "no runs", path: "/v1/runs", body: "[]", status: 422, pointer: "",
            detail: "there is no run in the body; send at least one."),
        BadInput(
            name: "a content type", path: "/v1/runs", type: "application/xml", body: "<a/>",
            status: 415,
            detail: "Content-Type is application/xml, which this call does not take; send one of "
                + "application/json, application/x-ndjson, text/csv, text/tab-separated-values."),
    ]

    /// Schedules of runs.
    static let schedules: [BadInput] = [
        run(
            "an unknown segment", #"{"schedule":"warmup:10@1,sinus:5@0"}"#, "/schedule",
            "schedule: character 13, in `sinus:5@0`: unknown segment `sinus`"),
        run("a schedule of zero steps", #"{"schedule":"step@1"}"#, "/schedule", "0 steps"),
        run(
            "a schedule of too many steps", #"{"schedule":"hold:100000001"}"#, "/schedule",
            "100000000"),
        run(
            "a segment in JSON", #"{"schedule":{"segments":[{"shape":"hold","steps":0}]}}"#,
            "/schedule/segments/0/steps", "schedule: "),
        run("a number for a schedule", #"{"schedule":3}"#, "/schedule", "schedule: "),
    ]

    private static func points(
        _ name: String, _ point: String, _ pointer: String, _ detail: String
    ) -> BadInput {
        BadInput(
            name: name, path: "/v1/runs/known/points",
            body: #"{"points":[{"step":7,"loss":3},\#(point)]}"#, status: 422,
            pointer: "/points/1/\(pointer)", detail: detail)
    }

    private static let lossRule = "must be a finite number above 0."
    private static let stepRule = "must be a whole number from 0 to 100000000."

    /// Points in JSON, each after a sound one.
    static let points: [BadInput] = [
        points(
            "a loss in words", #"{"step":8,"loss":"low"}"#, "loss", "loss = \"low\", \(lossRule)"),
        points(
            "a loss beyond the doubles", #"{"step":8,"loss":1e999}"#, "loss",
            "loss = 1e999, \(lossRule)"),
        points(
            "a loss beyond the limits", #"{"step":8,"loss":1e31}"#, "loss",
            "loss = 1e+31, must lie between 1e-30 and 1e+30."),
        points("a loss of null", #"{"step":8,"loss":null}"#, "loss", "loss = null, must be"),
        points(
            "a kind of no loss", #"{"step":8,"loss":null,"not_finite":"big"}"#, "not_finite",
            "not_finite = \"big\", must be nan, inf or -inf."),
        points("a bad time", #"{"step":8,"loss":3,"time":"noon"}"#, "time", "time = \"noon\","),
        points(
            "NUL in a series", #"{"step":8,"loss/a\u0000b":3}"#, "loss~1a\u{0}b",
            "must be a text of 1 to 1024 bytes without the character \\u0000."),
        points("a negative loss", #"{"step":8,"loss":-3.5}"#, "loss", "loss = -3.5, \(lossRule)"),
        points("a zero loss", #"{"step":8,"loss":0.0}"#, "loss", "loss = 0, \(lossRule)"),
        points("a negative step", #"{"step":-1,"loss":3}"#, "step", "step = -1, \(stepRule)"),
        points("a fractional step", #"{"step":8.5,"loss":3}"#, "step", "step = 8.5, \(stepRule)"),
        points(
            "a step too large", #"{"step":100000001,"loss":3}"#, "step",
            "step = 100000001, \(stepRule)"),
        points(
            "a missing step", #"{"loss":3}"#, "step", "step is missing; give the point's step."),
        points(
            "a missing loss", #"{"step":8}"#, "loss",
            "loss is missing; give loss or a further loss/NAME."),
        points(
            "a negative rate", #"{"step":8,"loss":3,"learning_rate":-1e-3}"#, "learning_rate",
            "learning_rate = -0.001, must be a finite number, 0 or above."),
        points(
            "a bad value under another name", #"{"step":8,"loss":3,"lr":-1}"#, "lr",
            "lr = -1, must be a finite number, 0 or above."),
        points(
            "a bad series", #"{"step":8,"loss/val":0}"#, "loss~1val", "loss/val = 0, \(lossRule)"),
        BadInput(
            name: "no points", path: "/v1/runs/known/points", body: "{}", status: 422,
            pointer: "/points",
            detail: #"points is missing; send {"points":[{"step":0,"loss":3.2}]}."#),
        BadInput(
            name: "points that are no list", path: "/v1/runs/known/points",
            body: #"{"points":3}"#, status: 422, pointer: "/points",
            detail: "points = 3, must be a list of points."),
        BadInput(
            name: "a cut body", path: "/v1/runs/known/points", body: #"{"points":[{"step":1"#,
            status: 400, pointer: "",
            detail: "the JSON ends too early, at line 1, column 21; it looks cut off, "
                + "send it whole."),
        BadInput(
            name: "an unknown run", path: "/v1/runs/none/points",
            body: #"{"points":[{"step":1,"loss":3}]}"#, status: 404,
            detail: "There is no run \"none\"; create it first, or check the id."),
    ]

    /// Points in lines.
    static let lines: [BadInput] = [
        BadInput(
            name: "a line that is not JSON", path: "/v1/runs/known/points",
            type: "application/x-ndjson", body: #"{"step":1,"loss":3}"# + "\n{\"step\":2,",
            status: 400, pointer: "",
            detail: "the JSON ends too early, at line 2, column 11; it looks cut off, "
                + "send it whole."),
        BadInput(
            name: "a bad value in a line", path: "/v1/runs/known/points",
            type: "application/x-ndjson",
            body: #"{"step":1,"loss":3}"# + "\n\n" + #"{"step":2,"loss":"big"}"#, status: 422,
            pointer: "/1/loss", detail: "line 3: loss = \"big\", \(lossRule)"),
        BadInput(
            name: "one step for all", path: "/v1/runs/known/points", type: "text/csv",
            body: "step,loss\n0,3\n0,2.9\n0,2.8\n", status: 422, pointer: "/1/step",
            detail: "all 3 points have step 0, so that each would replace the one before"),
        BadInput(
            name: "a flag in words", path: "/v1/runs/known/points?rewind=maybe", status: 400,
            pointer: "/rewind", detail: "rewind = maybe must be true or false."),
        BadInput(
            name: "another flag in words", path: "/v1/imports?dry_run=perhaps", status: 400,
            pointer: "/dry_run", detail: "dry_run = perhaps must be true or false."),
        BadInput(
            name: "another thing to do on an error", path: "/v1/runs/known/points?on_error=stop",
            status: 400, pointer: "/on_error",
            detail: "on_error = stop must be skip or refuse."),
        BadInput(
            name: "a bad cell", path: "/v1/runs/known/points", type: "text/csv",
            body: "step,loss\n1,3\n2,low\n", status: 422, pointer: "/1/loss",
            detail: "line 3: loss = \"low\", must be a finite number above 0."),
        BadInput(
            name: "a missing column", path: "/v1/runs/known/points", type: "text/csv",
            body: "iteration,grad_norm\n1,3\n", status: 422, pointer: "",
            detail: "there is no column `loss`; columns seen: iteration, grad_norm."),
    ]
}
