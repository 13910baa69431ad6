// Laws and fits: ask for a fit, read its parameters, see how it stands to what was measured.
import {call, fit as fitPath, problem, query, run as runPath} from "./api.js";
import {field, figures, make, number, select, table, warnings} from "./dom.js";
import {colour, draw, lossRange} from "./chart.js";
import {address, list, update} from "./state.js";

export const title = "Fits";
export const carry = ({fit, runs}) => ({fit, runs});

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
    make("div", {class: "bar"}, field("Law", law), field("Runs", runs, true), field("Study", study), field("Objective", objective), go, rank),
    make("datalist", {id: "objectives"}, ["log-huber:0.001", "log-squares", "huber:0.001", "squares"].map((value) => make("option", {value}))), described, options));

  function describe() {
    const one = laws.find((candidate) => candidate.id === law.value) ?? laws[0];
    described.replaceChildren(make("code", {}, one.formula), ` — ${one.reference}. ${one.limits ?? ""} Each run needs ${one.requires.join(", ")}.`);
    options.replaceChildren(...one.options.map((option) => {
      const control = select(option.values.map((value) => [value, value]), option.values[0]);
      control.name = option.name;
      control.title = option.meaning;
      return field(option.name, control);
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
      update({fit: fit.id});
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
    const bar = make("progress", {max: 1, "aria-label": "Progress of the fit"});
    while (["queued", "running"].includes(fit.status) && !isOver) {
      bar.value = fit.progress;
      progress.replaceChildren(make("p", {class: "faint"}, `Fitting ${request.law} …`), bar, make("button", {type: "button", onclick: () => call(fitPath(fit.id), {method: "DELETE"})}, "Cancel"));
      await new Promise((done) => setTimeout(done, 400));
      fit = await call(fitPath(fit.id));
    }
    if (fit.status === "failed") throw new Error(fit.error?.detail ?? "the fit failed");
    return fit;
  }

  /** The laws of one kind, ranked by the runs of a study that none of them was fitted to. */
  async function compare() {
    const name = study.value.trim();
    if (!name) { progress.replaceChildren(make("p", {}, "Name a study: its train runs are fitted, its test runs judge.")); return; }
    const kind = laws.find((one) => one.id === law.value).kind;
    const rows = [];
    rank.disabled = true;
    for (const one of laws.filter((candidate) => candidate.kind === kind)) {
      if (isOver) return;
      progress.replaceChildren(make("p", {class: "faint"}, `Fitting ${one.id} …`));
      try {
        const fit = await fitted({law: one.id, study: name});
        const scored = await call(`${fitPath(fit.id)}/score${query({study: name})}`);
        rows.push({error: scored.average?.mean_relative_error ?? Infinity, cells: [make("a", {href: address({view: "fits", fit: fit.id})}, one.id),
          `${number(100 * scored.average.mean_relative_error, 3)} %`, `${number(100 * (fit.metrics?.mean_relative_error ?? NaN), 3)} %`, scored.runs.length, ""]});
      } catch (refusal) {
        rows.push({error: Infinity, cells: [one.id, "–", "–", null, refusal.message]});
      }
    }
    rows.sort((left, right) => left.error - right.error);
    progress.replaceChildren();
    detail.replaceChildren(table(`Laws of ${name}, by the mean relative error of its test runs`, ["law", "test runs", "train runs", "judged by", "why not"], rows.map((row) => row.cells)));
    rank.disabled = false;
    await listFits();
  }

  // One fit.
  async function present(id) {
    for (const chart of charts) chart?.destroy();
    charts = [];
    const fit = await call(fitPath(id));
    if (fit.status && fit.status !== "done") { detail.replaceChildren(make("p", {}, `${id} is ${fit.status}.`)); return; }
    const about = laws.find((one) => one.id === fit.law);
    const {termination, metrics, objective: minimised} = fit;
    const level = Math.round((fit.interval_level ?? 0.9) * 100);
    detail.replaceChildren(...[
      make("h2", {}, `${about?.title ?? fit.law}`),
      make("p", {class: "faint"}, make("code", {}, about?.formula ?? ""), ` ${fit.points} points of ${fit.runs.length} runs; fit ${fit.id}, seed ${fit.seed}, data ${fit.data_digest}, version ${fit.version}`),
      figures([[metrics?.mean_relative_error === undefined ? "–" : `${number(metrics.mean_relative_error * 100, 3)} %`, "mean relative error"], [number(metrics?.r2), "r²"],
        [termination ? `${termination.starts_agreeing} of ${termination.starts}` : "–", "starts agree on this optimum"],
        [termination?.converged ? "converged" : "not converged", termination?.reason ?? ""], [`${minimised?.residual === "log" ? "log-" : ""}${minimised?.loss ?? ""}${minimised?.delta ? `:${minimised.delta}` : ""}`, "objective"]]),
      warnings(fit.warnings),
      table(`Parameters with their ${level} % intervals`, ["parameter", "symbol", "value", "standard error", "lower", "upper", ""], fit.parameters.map((one) => [
        one.name, one.symbol ?? "", one.value, one.standard_error ?? null, one.interval?.[0] ?? null, one.interval?.[1] ?? null, one.fixed ? "fixed" : one.at_bound ? "at its bound" : ""])),
      fit.derived?.length ? table("What follows", ["quantity", "value", "standard error", "meaning"], fit.derived.map((one) => [one.name, one.value, one.standard_error ?? null, one.meaning])) : null,
      correlation(fit),
      make("div", {class: "bar"},
        about?.kind === "curve" ? make("a", {href: address({view: "whatif", fit: fit.id, run: fit.runs[0]})}, "What if") : null,
        make("a", {href: address({view: "plans", fit: fit.id})}, "Plans of this fit")),
      await judge(fit, about)].filter(Boolean));
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
    if (about?.kind !== "curve") return score(fit);
    const box = make("div", {class: "chart"});
    const residuals = make("div", {class: "chart low"});
    const shown = fit.runs.slice(0, 8);
    const parts = await Promise.all(shown.map(async (id) => {
      const [run, points] = await Promise.all([call(runPath(id)), call(`${runPath(id)}/points?max_points=600`).catch(() => call(`${runPath(id)}/points`))]).catch(() => [null, null]);
      if (typeof run?.schedule !== "string") return null;
      const every = Math.max(1, Math.floor((run.last_step ?? 1000) / 600));
      const curve = await call(`${fitPath(fit.id)}/curve${query({schedule: run.schedule, every})}`).catch(() => null);
      return curve && {id, points: points.points, curve};
    }));
    const series = [];
    const rest = [];
    parts.filter(Boolean).forEach(({id, points, curve}, index) => {
      const measured = points.filter((point) => Number.isFinite(point.loss));
      series.push({name: id, x: measured.map((point) => point.step), y: measured.map((point) => point.loss), points: true, faint: true, colour: colour(index)});
      series.push({name: `${id} law`, x: curve.steps, y: curve.loss, predicted: true, colour: colour(index)});
      const x = []; const y = [];
      let place = 0;
      // What the fit left out has no residual.
      const fitted = fit.options?.points_from === "start" ? 0 : Number(/^warmup:(\d+)/.exec(curve.schedule)?.[1] ?? 0);
      for (const point of measured) {
        while (place + 1 < curve.steps.length && curve.steps[place + 1] < point.step) place += 1;
        const [from, to] = [curve.loss[place], curve.loss[Math.min(place + 1, curve.steps.length - 1)]];
        const width = curve.steps[Math.min(place + 1, curve.steps.length - 1)] - curve.steps[place];
        if (from === null || to === null || point.step < fitted) continue;
        const share = width > 0 ? Math.min(1, (point.step - curve.steps[place]) / width) : 0;
        x.push(point.step);
        y.push(point.loss - (from + (to - from) * share));
      }
      rest.push({name: id, x, y, points: true, colour: colour(index)});
    });
    setTimeout(() => {
      if (isOver || !box.isConnected) return;
      charts.push(draw(box, series, {xlabel: "step", ylabel: "loss", range: lossRange(series)}), draw(residuals, rest, {low: true, ylabel: "residual"}));
    });
    return make("section", {}, make("h2", {}, "Predicted against measured"),
      fit.runs.length > shown.length ? make("p", {class: "faint"}, `The first ${shown.length} of ${fit.runs.length} runs.`) : null, box,
      make("h2", {}, "Residuals by run: observed − predicted"), residuals, score(fit));
  }

  function score(fit) {
    const ids = make("input", {placeholder: "ids, separated by commas"});
    const whole = make("input", {placeholder: "or a study"});
    const answer = make("div");
    return make("section", {}, make("h2", {}, "Score on other runs"),
      make("form", {class: "bar", onsubmit: async (event) => {
        event.preventDefault();
        try {
          const scored = await call(`${fitPath(fit.id)}/score${query({runs: ids.value, study: ids.value ? null : whole.value})}`);
          const names = ["r2", "mae", "rmse", "mean_relative_error", "worst_relative_error"];
          answer.replaceChildren(table("Held-out metrics", ["run", ...names], [...scored.runs.map((one) => [one.id, ...names.map((name) => one.metrics[name])]),
            ["average", ...names.map((name) => scored.average?.[name] ?? null)]]));
        } catch (refusal) { answer.replaceChildren(problem(refusal)); }
      }}, field("Runs", ids, true), field("Study", whole), make("button", {}, "Score")), answer);
  }

  // All fits.
  async function listFits() {
    const answer = await call("/v1/fits?limit=100");
    others.replaceChildren(make("h2", {}, "Fits of this server"), answer.fits.length
      ? table("Newest first", ["fit", "law", "status", "when"], answer.fits.map((one) => [
        make("a", {href: address({view: "fits", fit: one.id})}, one.id), one.law, one.status, new Date(one.created_at).toLocaleString()]))
      : make("p", {class: "faint"}, "None yet."));
  }

  if (start.fit) await present(start.fit).catch((refusal) => detail.replaceChildren(problem(refusal)));
  await listFits();
  return () => { isOver = true; for (const chart of charts) chart?.destroy(); };
}
