// Curves of several runs, smoothed over the raw points, with the forecast of what is left.
import {call, curves, problem, run as runPath} from "./api.js";
import {check, field, figures, interval, make, number, select, table, warnings} from "./dom.js";
import {colour, draw, lossRange, ready} from "./chart.js";
import {address, list, update} from "./state.js";

/**
 * More points than this for a curve show nothing more; where one zooms in, they are asked for again.
 * The screen's width, since a browser that is asked for the window's lays the page out first.
 */
const screenPoints = () => Math.max(400, Math.min(2000, screen.width));

/** What a curve may be drawn over: a value for each of its points, NaN where that is not known. */
const axes = {
  step: {name: "step", label: "optimizer step", of: ({columns}) => columns.step},
  tokens: {name: "tokens", label: "tokens seen", of: ({run, columns}) => columns.step.map((step, index) =>
    columns.token_count?.[index] ?? (run.batch_tokens ? (step + 1) * run.batch_tokens : NaN))},
  compute: {name: "compute (6·N·D)", label: "training FLOP, 6·N·D", of: (curve) =>
    axes.tokens.of(curve).map((tokens) => 6 * (curve.run.parameter_count ?? NaN) * tokens)},
  time: {name: "time", label: "hours since the first point", of: ({columns, began}) =>
    columns.step.map((_, index) => ((columns.time_ms?.[index] ?? NaN) - began) / 3.6e6)},
};

export async function show(place, start) {
  const ids = list(start.runs);
  place.append(make("h1", {}, "Curves"));
  if (!ids.length) {
    place.append(make("p", {}, "Tick runs in the ", make("a", {href: "/"}, "list of runs"), " and choose “Draw chosen”: their losses are drawn here over each other, with the forecast of those still training."));
    return null;
  }
  const view = {x: start.x in axes ? start.x : "step", logX: start.logx === "1", logY: start.logy === "1", half: Number(start.smooth ?? 0),
    series: start.series ?? "loss", forecast: start.forecast !== "0", from: start.from, to: start.to, low: start.low, high: start.high};
  const everything = {from: null, to: null, low: null, high: null};
  // By the place of the run: its curve as drawn, the whole of it, and its forecast.
  const data = [];
  let [loads, isLoading] = [0, false];
  const asked = load();
  const [chartBox, rateBox, tell, seriesBox] = [make("div", {class: "chart"}), make("div", {class: "chart low"}), make("div"), make("span")];
  const hint = make("p", {class: "faint hint"}, "Drag across a part to see it in full; a double click shows all of it.");
  let charts = [];
  let timer = null;

  /** Keeps a change in the address and draws it; `asks` where other points are wanted for it. */
  const change = (changes, asks = false) => {
    Object.assign(view, changes);
    update({x: view.x === "step" ? null : view.x, logx: view.logX ? 1 : null, logy: view.logY ? 1 : null, smooth: view.half || null,
      series: view.series === "loss" ? null : view.series, forecast: view.forecast ? null : 0, from: view.from, to: view.to, low: view.low, high: view.high});
    render();
    if (asks) load().catch((error) => tell.prepend(problem(error)));
  };
  const whole = make("button", {type: "button", hidden: !view.from && !view.high, onclick: () => change(everything, true)}, "Whole curve");
  place.append(make("div", {class: "bar"},
    field("Over", select(Object.entries(axes).map(([key, axis]) => [key, axis.name]), view.x, (x) => change({x, from: null, to: null}, Boolean(view.from)))),
    seriesBox,
    field("Smooth over steps", make("input", {type: "number", min: 0, class: "short", value: view.half || "", placeholder: "0",
      oninput: (event) => { clearTimeout(timer); timer = setTimeout(() => change({half: Math.max(0, Number(event.target.value) || 0)}, true), 250); }})),
    check("log x", view.logX, (logX) => change({logX})), check("log y", view.logY, (logY) => change({logY})),
    check("forecast", view.forecast, (forecast) => change({forecast}, forecast)), whole),
    chartBox, hint, rateBox, tell);
  tell.replaceChildren(make("p", {class: "faint"}, "Loading …"));

  function render(isFirst = false) {
    for (const chart of charts) chart?.destroy();
    const [series, rates, coming, missing, marks] = [[], [], [], [], []];
    data.forEach((one, index) => {
      if (!one) return;
      const label = one.run.name ?? one.run.id;
      if (one.problem) { missing.push(one.problem); return; }
      const {columns} = one;
      const all = axes[view.x].of(one);
      const logged = columns[view.series];
      const isMain = view.series === "loss";
      const kept = [...all.keys()].filter((at) => Number.isFinite(all[at]) && (Number.isFinite(logged?.[at]) || (isMain && one.not_finite[at])));
      if (!kept.length) {
        missing.push(columns.step.length === 0 && !view.from ? `${label} has logged no points yet.`
          : !logged ? `${label} has logged no ${view.series}.`
            : view.from ? `${label} has no points here.`
              : `${label} has nothing to draw over ${view.x}: it logged none, and its batch and size do not tell it.`);
        return;
      }
      const x = kept.map((at) => all[at]);
      const y = kept.map((at) => logged?.[at] ?? NaN);
      if (isMain) kept.forEach((at) => { if (one.not_finite[at]) marks.push({x: all[at], text: one.not_finite[at], name: label, step: columns.step[at], colour: colour(index)}); });
      if (view.half > 0 && columns.mean) {
        series.push({name: `${label} raw`, x, y, points: true, faint: true, colour: `${colour(index)}66`});
        series.push({name: label, x, y: kept.map((at) => columns.mean[at] ?? NaN), colour: colour(index)});
      } else {
        series.push({name: label, x, y, colour: colour(index)});
      }
      if (view.forecast && one.forecast?.curve && view.x === "step" && isMain) {
        const {curve, step, earlier} = one.forecast;
        series.push({name: `${label} forecast`, ...rest(curve, step), band: true, dashed: true, colour: colour(index)});
        if (earlier) series.push({name: `${label} forecast of step ${earlier.fitted_at_step}`, ...rest(earlier.curve, earlier.fitted_at_step), band: true, dashed: true, colour: `${colour(index)}99`});
        const from = curve.steps.findIndex((at) => at >= step);
        coming.push({name: `${label} to come`, x: curve.steps.slice(from), y: curve.learning_rate.slice(from), dashed: true, colour: colour(index)});
      }
      const rated = kept.filter((at) => Number.isFinite(columns.learning_rate?.[at]));
      if (rated.length) rates.push({name: label, x: rated.map((at) => all[at]), y: rated.map((at) => columns.learning_rate[at]), colour: colour(index)});
    });
    const xs = series.flatMap((one) => [one.x[0], one.x.at(-1)]);
    const window = view.from && view.to ? [Number(view.from), Number(view.to)] : series.length ? [Math.min(...xs), Math.max(...xs)] : undefined;
    const axis = axes[view.x];
    // Two charts, one above the other: what stands at one place is of one step.
    charts = [draw(chartBox, series, {xlabel: axis.label, ylabel: view.series, logX: view.logX, logY: view.logY, window, marks, range: view.high ? [Number(view.low), Number(view.high)] : lossRange(series, window),
      onrange: (low, high) => change({low: low.toPrecision(6), high: high.toPrecision(6)}),
      onzoom: (from, to, isWhole) => change(isWhole ? everything : view.x === "step" ? {from: Math.floor(from), to: Math.ceil(to)} : {from: from.toPrecision(7), to: to.toPrecision(7)}, true)})];
    if (series.length) place.dataset.drawn ??= performance.now().toFixed(1);
    if (isFirst) return;
    rateBox.hidden = !rates.length;
    hint.hidden = !series.length;
    if (rates.length) charts.push(draw(rateBox, [...rates, ...coming], {low: true, xlabel: axis.label, ylabel: "learning rate", logX: view.logX, window}));
    whole.hidden = !view.from && !view.high;
    const there = data.filter((one) => one && !one.problem);
    const notes = missing.concat(marks.slice(0, 20).map(({name, step, text}) => `${name}: the loss at step ${number(step)} is ${text}.`),
      marks.length > 20 ? [`${marks.length - 20} more losses are not finite.`] : []);
    tell.replaceChildren(...[warnings(notes), ...there.filter((one) => view.forecast && one.forecast).map(forecastText),
      there.length ? table("Runs drawn", ["run", "study", "parameters", "points", "last step", "last loss", "schedule"], there.map(({run}) => [
        make("a", {href: address({view: "whatif", run: run.id}), title: "What if it went on otherwise"}, run.name ?? run.id), run.study ?? "–", run.parameter_count ?? null, run.point_count, run.last_step,
        run.last_loss ?? null, make("code", {}, typeof run.schedule === "string" ? run.schedule : run.schedule ? "recorded" : "–")])) : null].filter(Boolean));
  }

  /** What a forecast says of the steps after one. */
  function rest({steps, loss, lower, upper}, after) {
    const from = steps.findIndex((step) => step >= after);
    return {x: steps.slice(from), y: loss.slice(from), lower: (lower ?? []).slice(from), upper: (upper ?? []).slice(from)};
  }

  function forecastText({run, forecast}) {
    const {final} = forecast;
    return make("section", {}, make("h2", {}, `Forecast of ${run.name ?? run.id}`),
      final ? figures([[interval(final.loss, final.lower, final.upper), `loss at step ${number(final.step)}, ${Math.round((final.interval ?? 0.9) * 100)} % interval`],
        [number(forecast.step), `of ${number(forecast.total_steps)} steps logged`],
        ...(forecast.outside_since === null || forecast.outside_since === undefined ? [] : [[number(forecast.outside_since), "step since which it is outside its earlier band"]])]) : null,
      warnings(forecast.warnings));
  }

  /** The steps of a curve that lie in the part that is looked at, and a point on each side. */
  function stepsIn(one) {
    const [x, {step}] = [axes[view.x].of(one), one.columns];
    const first = x.findLastIndex((value) => value <= view.from);
    const last = x.findIndex((value) => value >= view.to);
    return {from: step[Math.max(0, first)] ?? 0, to: step.at(last) ?? 0};
  }

  /** The points of all runs, or of those that changed; true where there is something new to draw. */
  async function loadPoints(now, changedAfter) {
    const isZoomed = Boolean(view.from && view.to);
    const options = {max_points: screenPoints(), smooth: view.half || null, series: view.half ? view.series : null, changed_after: changedAfter};
    if (isZoomed && view.x === "step") Object.assign(options, {from: Math.max(0, view.from), to: Math.max(0, view.to)});
    let isNew = !changedAfter;
    const take = (curve) => {
      // A later wish has its own answers.
      if (now !== loads) return;
      isNew = true;
      const index = ids.indexOf(curve.run.id);
      const known = data[index];
      // Hours count from the run's own start, wherever one looks.
      data[index] = {...curve, forecast: known?.forecast ?? null, began: Math.min(known?.began ?? Infinity, curve.columns?.time_ms?.find(Number.isFinite) ?? Infinity)};
    };
    let drawnAt = data.length ? Infinity : -Infinity;
    await curves(ids, options, async (curve) => {
      take(curve);
      await ready;
      if (now !== loads || performance.now() - drawnAt < 400) return;
      render(true);
      drawnAt = performance.now();
    });
    // Over another axis a part is known by each run's own steps.
    if (isNew && isZoomed && view.x !== "step") {
      await Promise.all(data.filter((one) => one?.columns?.step.length).map((one) => curves([one.run.id], {...options, ...stepsIn(one)}, take)));
    }
    return isNew && now === loads;
  }

  /** The first curve as soon as it is there, then all, then their forecasts, which may need a fit. */
  async function load(changedAfter) {
    const now = ++loads;
    isLoading = true;
    try {
      if (!await loadPoints(now, changedAfter)) return;
    } finally {
      if (now === loads) isLoading = false;
    }
    const names = new Set(["loss", ...data.flatMap((one) => Object.keys(one?.columns ?? {}).filter((key) => key.startsWith("loss/")))]);
    seriesBox.replaceChildren(names.size > 1 ? field("Loss", select([...names].map((name) => [name, name]), view.series, (series) => change({series, low: null, high: null}, view.half > 0))) : "");
    render();
    // A run that is over has nothing left to forecast.
    const live = data.filter((one) => view.forecast && one?.run.last_step < one?.run.total_steps - 1);
    await Promise.all(live.map(async (one) => { one.forecast = await call(`${runPath(one.run.id)}/forecast?interval=0.9`).catch(() => null); }));
    if (live.length) render();
  }

  await asked;
  let poll = setTimeout(async function again() {
    if (!document.hidden && !isLoading) {
      const newest = data.map((one) => one?.run.updated_at ?? "").reduce((left, right) => (left > right ? left : right), "");
      await load(newest).catch(() => null);
    }
    poll = setTimeout(again, 2000);
  }, 2000);
  return () => { clearTimeout(poll); clearTimeout(timer); for (const chart of charts) chart?.destroy(); };
}
