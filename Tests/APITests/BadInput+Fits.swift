extension BadInput {
    private static func fit(
        _ name: String, _ body: String, status: Int = 422, _ pointer: String, _ detail: String
    ) -> BadInput {
        BadInput(
            name: name, path: "/v1/fits", body: body, status: status, pointer: pointer,
            detail: detail)
    }

    /// Orders of fits; the one run that is stored has one point, a schedule and no sizes.
    static let fits: [BadInput] = [
        fit(
            "an unknown law", #"{"law":"chinchila","runs":["known"]}"#, "/law",
            "law = \"chinchila\" is not known; choose one of chinchilla, lr-annealing"),
        fit(
            "a missing law", #"{"runs":["known"]}"#, "/law",
            "law is missing; name one, GET /v1/laws lists them."),
        fit(
            "an unknown run", #"{"law":"lr-annealing","runs":["known","none"]}"#, status: 404,
            "/runs/1",
            "There is no run \"none\"; create it first, or check the id."),
        fit(
            "an unknown holdout run",
            #"{"law":"lr-annealing","runs":["known"],"holdout":["none"]}"#, status: 404,
            "/holdout/0",
            "There is no run \"none\"; create it first, or check the id."),
        fit(
            "an unknown study", #"{"law":"lr-annealing","study":"none"}"#, status: 404, "/study",
            "There are no runs in the study \"none\"; check its name."),
        fit(
            "a study that is held out whole",
            #"{"law":"lr-annealing","study":"s","holdout":["known"]}"#, "/holdout",
            "holdout names all runs of the study \"s\"; leave some to fit."),
        fit(
            "neither runs nor study", #"{"law":"lr-annealing"}"#, "/runs",
            "runs is missing; give a list of run ids, or a study."),
        fit(
            "runs and study", #"{"law":"lr-annealing","runs":["known"],"study":"s"}"#, "/study",
            "give runs or study, not both."),
        fit("no runs", #"{"law":"lr-annealing","runs":[]}"#, "/runs", "no runs were named"),
        fit(
            "a run named twice", #"{"law":"lr-annealing","runs":["known","known"]}"#, "/runs/1",
            "run known is named twice; name it once."),
        fit(
            "a run on both sides",
            #"{"law":"lr-annealing","runs":["known"],"holdout":["known"]}"#, "/holdout",
            "run known is in runs and in holdout; name it once."),
        fit(
            "a missing size", #"{"law":"chinchilla","runs":["known"]}"#, "/runs",
            "the law chinchilla needs parameter_count, which is missing in run known"),
        fit(
            "too few points", #"{"law":"lr-annealing","runs":["known"]}"#, "/runs",
            "1 points cannot determine 5 free parameters; add points or fix parameters."),
        fit(
            "an unknown series",
            #"{"law":"lr-annealing","runs":["known"],"series":"val"}"#, "/series",
            "series \"val\" is missing in run known"),
        fit(
            "an unknown option",
            #"{"law":"lr-annealing","runs":["known"],"options":{"warmup":"counted"}}"#,
            "/options/warmup", "option \"warmup\" is not one of the law lr-annealing"),
        fit(
            "an option's value",
            #"{"law":"lr-annealing","runs":["known"],"options":{"warmup_area":"no"}}"#,
            "/options/warmup_area", "option warmup_area = \"no\" is not a choice"),
        fit(
            "an unknown parameter",
            #"{"law":"lr-annealing","runs":["known"],"fixed":{"lambda":0.9}}"#, "/fixed/lambda",
            "parameter \"lambda\" is not one of the law lr-annealing"),
        fit(
            "a fixed value out of bounds",
            #"{"law":"lr-annealing","runs":["known"],"fixed":{"annealing_decay":1.5}}"#,
            "/fixed/annealing_decay", "parameter annealing_decay = 1.5 is outside"),
        fit(
            "a fixed value that is no number",
            #"{"law":"lr-annealing","runs":["known"],"fixed":{"annealing_decay":"0.9"}}"#,
            "/fixed/annealing_decay", "annealing_decay = \"0.9\", must be a finite number."),
        fit(
            "an objective by name",
            #"{"law":"lr-annealing","runs":["known"],"objective":"log-hubber"}"#, "/objective",
            "objective = \"log-hubber\" is not known"),
        fit(
            "an objective's member",
            #"{"law":"lr-annealing","runs":["known"],"objective":{"loss":"huber","delta":-1}}"#,
            "/objective/delta", "delta = -1, must be a finite number above 0."),
        fit(
            "a seed", #"{"law":"lr-annealing","runs":["known"],"seed":-1}"#, "/seed",
            "seed = -1, must be a whole number of at least 0."),
        fit(
            "an uncertainty", #"{"law":"lr-annealing","runs":["known"],"uncertainty":"magic"}"#,
            "/uncertainty",
            "uncertainty = \"magic\" is not known; use delta, profile or bootstrap"),
        fit(
            "too few resamples",
            #"{"law":"lr-annealing","runs":["known"],"uncertainty":{"method":"bootstrap","resamples":3}}"#,
            "/uncertainty/resamples", "resamples = 3, must be a whole number from 100 to 1000000."),
        fit(
            "an unknown field", #"{"law":"lr-annealing","runs":["known"],"holdouts":[]}"#,
            "/holdouts", "holdouts is not a field here"),
        BadInput(
            name: "an unknown fit", method: "GET", path: "/v1/fits/none", status: 404,
            detail: "There is no fit \"none\"; it may have been deleted, or check the id."),
        BadInput(
            name: "an unknown query parameter", method: "GET", path: "/v1/runs?studdy=a",
            status: 400, pointer: "/studdy",
            detail: "studdy is no parameter of this call; it takes study, search, sort, "
                + "limit, cursor, format."),
        BadInput(
            name: "an unknown order", method: "GET", path: "/v1/runs?sort=--updated",
            status: 400, pointer: "/sort",
            detail: "sort = --updated must be one of created, updated, last_loss, last_step, "
                + "greatest first with - before it."),
        BadInput(
            name: "a limit", method: "GET", path: "/v1/runs?limit=0", status: 400,
            pointer: "/limit", detail: "limit = 0 must be a whole number from 1 to 1000."),
        BadInput(
            name: "a cursor", method: "GET", path: "/v1/fits?cursor=zzz", status: 400,
            pointer: "/cursor",
            detail: "Cursor = \"zzz\" is none of ours; take next_cursor from the page before."),
    ]
}
