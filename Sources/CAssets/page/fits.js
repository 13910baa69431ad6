// Laws and fits: ask for a fit, read its parameters, see how it stands to what was measured.
import {Refusal, call, curves, fit as fitPath, problem, query} from "./api.js";
import {field, figures, make, number, select, table, warnings, words} from "./dom.js";
import {colour, draw, lossRange, ready} from "./chart.js";
import {address, list, state, update} from "./state.js";

/** Why a search for parameters ended. */
const endings = {
  cost: "as the cost falls no more", step: "as the parameters move no more", gradient: "where the cost is flat",
  iteration_limit: "at the limit of iterations", stalled: "where no step lowers the cost", not_finite: "at a number that is not finite",
};
/** Runs whose curves are drawn over the law. */
const mostDrawn = 8;
/** Rows of a table that are compared with the law one by one. */
const mostRows = 100;

export async function show(place, start) {
  const laws = (await call("/v1/laws")).laws;
  const form = make("div");
  const progress = make("div", {"aria-live": "polite"});
  const detail = make("div");
  const others = make("div");
  place.append(make("h1", {}, "Laws and fits"), form, progress, detail, others);
  let charts = [];
  let isOver = false;

  // Asking for a fit.
  const law = select(laws.map((one) => [one.id, one.title]), start.law ?? "lr-annealing", describe);
  const runs = make("input", {value: start.runs ?? "", placeholder: "ids, separated by commas"});
  const study = make("input", {value: start.runs ? "" : start.study ?? "", placeholder: "or a whole study"});
  const objective = make("input", {value: "", placeholder: "log-huber:0.001", list: "objectives"});
  const described = make("div", {class: "faint"});
  const options = make("div", {class: "bar"});
  const go = make("button", {class: "primary", type: "submit"}, "Fit");
  const rank = make("button", {type: "button", onclick: compare, title: "Fits every law of this kind to the study's train runs, and ranks them by its test runs"}, "Compare laws");
  form.append(make("form", {onsubmit: submit},
    make("div", {class: "bar"}, field("Law", law), field("Runs", runs, true, "tick them in the list of runs, or name them"), field("Study", study, false, "its train runs are fitted"),
      field("Objective", objective, false, "what is made small")),
    make("datalist", {id: "objectives"}, ["log-huber:0.001", "log-squares", "huber:0.001", "squares"].map((value) => make("option", {value}))), described, options, make("div", {class: "bar"}, go, rank)));

  function describe() {
    const one = laws.find((candidate) => candidate.id === law.value) ?? laws[0];
    described.replaceChildren(make("code", {}, one.formula), ` — ${one.reference}. ${one.limits ?? ""} Each run needs ${one.requires.map(words).join(", ")}.`);
    options.replaceChildren(...one.options.map((option) => {
      const control = select(option.values.map((value) => [value, value]), option.values[0]);
      control.name = option.name;
      return field(words(option.name), control, false, option.meaning);
    }));
  }
  describe();

  async function submit(event) {
    event.preventDefault();
    const request = {law: law.value};
    if (runs.value.trim()) request.runs = runs.value.split(",").map((id) => id.trim()).filter(Boolean);
    if (study.value.trim()) request.study = study.value.trim();
    if (objective.value.trim()) request.objective = objective.value.trim();
    const chosen = Object.fromEntries([...options.querySelectorAll("select")].map((control) => [control.name, control.value]));
    if (Object.keys(chosen).length) request.options = chosen;
    go.disabled = true;
    progress.replaceChildren(make("p", {class: "faint"}, "Fitting …"));
    try {
      const fit = await fitted(request);
      progress.replaceChildren();
      update({fit: fit.id, compared: null});
      await present(fit.id);
      await listFits();
    } catch (refusal) {
      progress.replaceChildren(problem(refusal));
    }
    go.disabled = false;
  }

  /** A fit that is done; it shows how far it is, and can be cancelled. */
  async function fitted(request) {
    let fit = await call("/v1/fits", {method: "POST", body: request});
    let isCancelled = false;
    const bar = make("progress", {max: 1, "aria-label": "Progress of the fit"});
    while (["queued", "running"].includes(fit.status) && !isOver) {
      bar.value = fit.progress;
      progress.replaceChildren(make("p", {class: "faint"}, `Fitting ${request.law} …`), bar, make("button", {type: "button", onclick: () => { isCancelled = true; call(fitPath(fit.id), {method: "DELETE"}).catch(() => null); }}, "Cancel"));
      await new Promise((done) => setTimeout(done, 400));
      if (isCancelled) throw new Refusal(0, {detail: "The fit was cancelled."});
      fit = await call(fitPath(fit.id));
    }
    if (fit.status === "failed") throw new Refusal(0, fit.error ?? {detail: "The fit failed."});
    return fit;
  }

  /** The laws of one kind, ranked by the runs of a study that none of them was fitted to. */
  async function compare() {
    const name = study.value.trim();
    if (!name) { progress.replaceChildren(make("p", {}, "Name a study: its train runs are fitted, its test runs judge.")); return; }
    const kind = laws.find((one) => one.id === law.value).kind;
    const fits = [];
    rank.disabled = true;
    for (const one of laws.filter((candidate) => candidate.kind === kind)) {
      if (isOver) return;
      progress.replaceChildren(make("p", {class: "faint"}, `Fitting ${one.id} …`));
      try {
        fits.push({law: one.id, fit: (await fitted({law: one.id, study: name})).id});
      } catch (refusal) {
        fits.push({law: one.id, refusal: refusal.message});
      }
    }
    progress.replaceChildren();
    update({compared: fits.map((one) => `${one.law}:${one.fit ?? ""}`).join(","), study: name, law: law.value, fit: null});
    await ranked(fits, name);
    rank.disabled = false;
    await listFits();
  }

  /** Fits of several laws, `{law, fit}` or `{law, refusal}`, by how they predict a study's test runs. */
  async function ranked(fits, name) {
    const rows = await Promise.all(fits.map(async (one) => {
      try {
        if (!one.fit) throw new Refusal(0, {detail: one.refusal ?? "It was refused; compare again to see why."});
        const [fit, scored] = await Promise.all([call(fitPath(one.fit)), call(`${fitPath(one.fit)}/score${query({study: name})}`)]);
        return {error: scored.average?.mean_relative_error ?? Infinity, cells: [make("a", {href: address({view: "fits", fit: fit.id})}, one.law),
          `${number(100 * scored.average.mean_relative_error, 3)} %`, `${number(100 * (fit.metrics?.mean_relative_error ?? NaN), 3)} %`, scored.runs.length, ""]};
      } catch (refusal) {
        return {error: Infinity, cells: [one.law, "–", "–", null, refusal.message]};
      }
    }));
    rows.sort((left, right) => left.error - right.error);
    detail.replaceChildren(table(`Laws of ${name}, by the mean relative error of its test runs`, ["law", "test runs", "train runs", "judged by", "why not"], rows.map((row) => row.cells)));
  }

  // One fit.
  async function present(id) {
    for (const chart of charts) chart?.destroy();
    charts = [];
    const fit = await call(fitPath(id));
    if (fit.status && fit.status !== "done") { detail.replaceChildren(make("p", {}, `${id} is ${fit.status}.`)); return; }
    const about = laws.find((one) => one.id === fit.law);
    // The form asks for the same again.
    if (about && law.value !== fit.law && !start.law) {
      law.value = fit.law;
      describe();
      for (const control of options.querySelectorAll("select")) control.value = fit.options?.[control.name] ?? control.value;
    }
    const {termination, metrics, objective: minimised} = fit;
    const level = Math.round((fit.interval_level ?? 0.9) * 100);
    const meanings = new Map((about?.parameters ?? []).map((one) => [one.name, one.meaning]));
    const {starts, starts_agreeing: agreeing} = termination ?? {};
    detail.replaceChildren(...[
      make("h2", {}, `${about?.title ?? fit.law}`),
      make("p", {class: "faint"}, make("code", {}, about?.formula ?? ""), `, fitted to ${number(fit.points)} points of ${number(fit.runs.length)} ${fit.runs.length === 1 ? "run" : "runs"}`),
      figures([[metrics?.mean_relative_error === undefined ? "–" : `${number(metrics.mean_relative_error * 100, 3)} %`, "mean relative error on them"], [number(metrics?.r2), "r², the share of the losses' variance explained"],
        [termination ? `${agreeing} of ${starts}` : "–", "starts found this optimum"],
        [termination?.converged ? "converged" : "not converged", endings[termination?.reason] ?? ""]]),
      warnings(fit.warnings),
      table(`Parameters with their ${level} % intervals`, ["parameter", "symbol", "value", "standard error", "lower", "upper", "meaning"], fit.parameters.map((one) => [
        words(one.name), one.symbol ?? "", one.value, one.standard_error ?? null, one.interval?.[0] ?? null, one.interval?.[1] ?? null,
        [one.fixed ? "fixed" : one.at_bound ? "at its bound" : null, meanings.get(one.name)].filter(Boolean).join("; ")])),
      fit.derived?.length ? table("What follows from them", ["quantity", "value", "standard error", "meaning"], fit.derived.map((one) => [words(one.name), one.value, one.standard_error ?? null, one.meaning])) : null,
      make("details", {}, make("summary", {}, "How it was made, to make it again"),
        table("Of this fit", ["", ""], [["id", fit.id], ["runs", fit.runs.join(", ")],
          ["objective", `${minimised?.residual === "log" ? "log-" : ""}${minimised?.loss ?? ""}${minimised?.delta ? `:${minimised.delta}` : ""}`],
          ...Object.entries(fit.options ?? {}).map(([name, value]) => [words(name), value]), ["seed", String(fit.seed)], ["digest of the data", fit.data_digest], ["version", fit.version]])),
      correlation(fit),
      make("div", {class: "bar"},
        about?.kind === "curve" ? make("a", {href: address({view: "whatif", fit: fit.id, run: fit.runs[0]})}, "What if with this fit") : null,
        make("a", {href: address({view: "plans", fit: fit.id})}, "Plans of this fit"))].filter(Boolean));
    // It takes a prediction for each run; what the fit says of itself need not wait.
    const judged = make("div", {}, make("p", {class: "faint"}, "Predicting its runs …"));
    detail.append(judged);
    judge(fit, about).then((section) => judged.replaceChildren(section), (refusal) => judged.replaceChildren(problem(refusal)));
  }

  /** How parameters trade off against each other: the covariance, scaled to −1 … 1. */
  function correlation({covariance, parameters}) {
    if (!covariance?.length) return null;
    const free = parameters.filter((one) => !one.fixed);
    const shown = covariance.length === parameters.length ? parameters : free;
    if (covariance.length !== shown.length || shown.length < 2) return null;
    return make("details", {}, make("summary", {}, "Correlation of the parameters"),
      table("Correlation", ["", ...shown.map((one) => one.symbol ?? one.name)], shown.map((one, row) => [one.symbol ?? one.name, ...shown.map((_, column) => {
        const scale = Math.sqrt(covariance[row][row] * covariance[column][column]);
        return scale > 0 ? Number((covariance[row][column] / scale).toFixed(3)) : null;
      })])));
  }

  /** Predicted against measured, and residuals, of the fitted runs or of others. */
  async function judge(fit, about) {
    const box = make("div", {class: "chart"});
    const residuals = make("div", {class: "chart low"});
    const [shown, [series, rest, listed]] = about?.kind === "curve"
      ? [fit.runs.slice(0, mostDrawn), await overSteps(fit, about, fit.runs.slice(0, mostDrawn))]
      : [fit.runs.slice(0, mostRows), await overLosses(fit, about, fit.runs.slice(0, mostRows))];
    await ready;
    if (!series.length) return score(fit);
    setTimeout(() => {
      if (isOver || !box.isConnected) return;
      const [xlabel, ylabel] = about?.kind === "curve" ? ["optimizer step", "loss"] : ["predicted loss", "measured loss"];
      const above = draw(box, series, {xlabel, ylabel, range: lossRange(series)});
      charts.push(above, draw(residuals, rest, {low: true, xlabel, ylabel: "residual", window: above?.xAxisRange()}));
    });
    return make("section", {}, make("h2", {}, about?.kind === "curve" ? "Predicted (lines) against measured (dots)" : "Predicted against measured"),
      fit.runs.length > shown.length ? make("p", {class: "faint"}, `The first ${shown.length} of ${fit.runs.length} runs.`) : null, box,
      make("h2", {}, "Residuals by run: observed − predicted"), residuals, listed, score(fit));
  }

  /** Runs with curves: losses over steps. */
  async function overSteps(fit, about, ids) {
    const runs = [];
    await curves(ids, {max_points: 600}, (one) => { if (one.columns) runs.push(one); });
    const parts = await Promise.all(runs.map(async ({run, columns}) => {
      const every = Math.max(1, Math.floor((run.last_step ?? 1000) / 600));
      const size = about.optional?.includes("parameter_count") ? run.parameter_count : null;
      const schedule = typeof run.schedule === "string" ? run.schedule : `from:${run.id}@${run.last_step}`;
      const curve = await call(`${fitPath(fit.id)}/curve${query({schedule, every, parameter_count: size})}`).catch(() => null);
      return curve && {name: run.name ?? run.id, columns, curve};
    }));
    const [series, rest] = [[], []];
    parts.filter(Boolean).forEach(({name, columns, curve}, index) => {
      const measured = columns.step.map((step, at) => ({step, loss: columns.loss?.[at]})).filter((point) => Number.isFinite(point.loss));
      series.push({name: `${name}, measured`, x: measured.map((point) => point.step), y: measured.map((point) => point.loss), points: true, faint: true, colour: colour(index)});
      series.push({name, x: curve.steps, y: curve.loss, predicted: true, colour: colour(index)});
      const x = []; const y = [];
      let place = 0;
      // What the fit left out has no residual.
      const fitted = fit.options?.points_from === "start" ? 0 : Number(/^warmup:(\d+)/.exec(curve.schedule)?.[1] ?? 0);
      for (const point of measured) {
        while (place + 1 < curve.steps.length && curve.steps[place + 1] < point.step) place += 1;
        const next = Math.min(place + 1, curve.steps.length - 1);
        const [from, to] = [curve.loss[place], curve.loss[next]];
        const width = curve.steps[next] - curve.steps[place];
        if (from === null || to === null || point.step < fitted) continue;
        const share = width > 0 ? Math.min(1, (point.step - curve.steps[place]) / width) : 0;
        x.push(point.step);
        y.push(point.loss - (from + (to - from) * share));
      }
      rest.push({name, x, y, points: true, colour: colour(index)});
    });
    return [series, rest, null];
  }

  /** Finished runs: measured losses over predicted ones, and each run in a table. */
  async function overLosses(fit, about, ids) {
    if (!about || fit.series) return [[], [], null];
    const runs = [];
    await curves(ids, {max_points: 4}, (one) => { if (!one.problem) runs.push(one.run); });
    const needs = [...about.requires, ...(about.optional ?? [])].filter((name) => name !== "loss");
    const pairs = (await Promise.all(runs.map(async (run) => {
      const answer = await call(`${fitPath(fit.id)}/loss${query(Object.fromEntries(needs.map((name) => [name, run[name]])))}`).catch(() => null);
      return {name: run.name ?? run.id, id: run.id, measured: run.loss ?? run.last_loss, predicted: answer?.loss};
    }))).filter(({measured, predicted}) => Number.isFinite(measured) && Number.isFinite(predicted)).sort((left, right) => left.predicted - right.predicted);
    if (!pairs.length) return [[], [], null];
    const x = pairs.map((one) => one.predicted);
    const ends = [x[0], x.at(-1)];
    const worst = [...pairs].sort((left, right) => Math.abs(right.measured / right.predicted - 1) - Math.abs(left.measured / left.predicted - 1));
    return [[{name: "as predicted", x: ends, y: ends, dashed: true, colour: colour(1)}, {name: "runs", x, y: pairs.map((one) => one.measured), points: true, colour: colour(0)}],
      [{name: "residual", x, y: pairs.map((one) => one.measured - one.predicted), points: true, colour: colour(0)}],
      table("The runs, worst predicted first", ["run", "measured", "predicted", "residual", "in %"], worst.map(({name, measured, predicted}) =>
        [name, measured, predicted, Number((measured - predicted).toPrecision(3)), Number((100 * (measured / predicted - 1)).toPrecision(3))]))];
  }

  function score(fit) {
    const asked = state();
    const ids = make("input", {value: asked.scored ?? "", placeholder: "ids, separated by commas"});
    const whole = make("input", {value: asked.scored_study ?? "", placeholder: "or a study"});
    const answer = make("div");
    const ask = async () => {
      update({scored: ids.value, scored_study: ids.value ? null : whole.value});
      try {
        const scored = await call(`${fitPath(fit.id)}/score${query({runs: ids.value, study: ids.value ? null : whole.value})}`);
        const names = ["r2", "mae", "rmse", "mean_relative_error", "worst_relative_error"];
        answer.replaceChildren(table("Held-out metrics", ["run", "r²", "mean absolute error", "root mean square error", "mean relative error", "worst relative error"], [...scored.runs.map((one) => [one.id, ...names.map((name) => one.metrics[name])]),
          ["average", ...names.map((name) => scored.average?.[name] ?? null)]]));
      } catch (refusal) { answer.replaceChildren(problem(refusal)); }
    };
    if (ids.value || whole.value) ask();
    return make("section", {}, make("h2", {}, "Score on other runs"),
      make("p", {class: "faint"}, "How well this fit predicts runs that it has not seen: errors in the loss's own unit, relative ones as fractions of it."),
      make("form", {class: "bar", onsubmit: (event) => { event.preventDefault(); ask(); }}, field("Runs", ids, true), field("Study", whole, false, "its test runs"), make("button", {}, "Score")), answer);
  }

  // All fits.
  async function listFits() {
    const answer = await call("/v1/fits?limit=100");
    others.replaceChildren(make("h2", {}, "Fits of this server"), answer.fits.length
      ? table("Newest first", ["fit", "law", "status", "when"], answer.fits.map((one) => [
        make("a", {href: address({view: "fits", fit: one.id})}, one.id), one.law, one.status, new Date(one.created_at).toLocaleString()]))
      : make("p", {class: "faint"}, "None yet: choose a law and a study above. A law of curves learns from a few runs with their schedules; a law of sizes from a dozen finished runs of several sizes."));
  }

  if (start.compared) await ranked(list(start.compared).map((pair) => ({law: pair.split(":")[0], fit: pair.split(":")[1]})), start.study ?? "");
  else if (start.fit) await present(start.fit).catch((refusal) => detail.replaceChildren(problem(refusal)));
  await listFits();
  return () => { isOver = true; for (const chart of charts) chart?.destroy(); };
}
