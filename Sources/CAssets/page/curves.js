// Curves of several runs, smoothed over the raw points, with the forecast of what is left.
import {call, query, run as runPath} from "./api.js";
import {check, field, figures, interval, make, number, select, table, warnings} from "./dom.js";
import {colour, draw, lossRange} from "./chart.js";
import {address, list, update} from "./state.js";

export const title = "Curves";
export const carry = ({runs}) => ({runs});
/** More points than a screen has columns come thinned, and again in full where one zooms in. */
const screenPoints = 2000;
/** A mean is of all points: what is smoothed comes in full up to this many. */
const fullPoints = 100000;

/**
 * An exponential mean over steps, debiased, and not thrown off by uneven spacing.
 *
 * The weight of a point halves every `halfLife` steps: m ← d·m + (1 − d)·y, w ← d·w + (1 − d) with
 * d = 2^(−Δstep/halfLife), and m/w is the mean. A point that is not finite is skipped.
 */
export function smooth(x, y, halfLife) {
  if (!(halfLife > 0)) return y;
  let [mean, weight, last] = [0, 0, x[0]];
  return y.map((value, index) => {
    if (!Number.isFinite(value)) return value;
    const keep = weight === 0 ? 0.5 ** (1 / halfLife) : 0.5 ** ((x[index] - last) / halfLife);
    last = x[index];
    mean = keep * mean + (1 - keep) * value;
    weight = keep * weight + (1 - keep);
    return mean / weight;
  });
}

export async function show(place, start) {
  const ids = list(start.runs);
  place.append(make("h1", {}, "Curves"));
  if (!ids.length) {
    place.append(make("p", {}, "Choose runs in the ", make("a", {href: "/"}, "list"), ", and draw them here."));
    return null;
  }
  const view = {x: start.x ?? "step", logX: start.logx === "1", logY: start.logy === "1", half: Number(start.smooth ?? 0),
    series: start.series ?? "loss", forecast: start.forecast !== "0", from: start.from, to: start.to};
  const runs = ids.map((id) => ({id}));
  const names = new Set(["loss"]);
  const [chartBox, rateBox, tell] = [make("div", {class: "chart"}), make("div", {class: "chart low"}), make("div")];
  let charts = [];
  let data = [];

  const redraw = (changes) => { Object.assign(view, changes); update({x: view.x, logx: view.logX ? 1 : null, logy: view.logY ? 1 : null,
    smooth: view.half || null, series: view.series === "loss" ? null : view.series, forecast: view.forecast ? null : 0, from: view.from, to: view.to}); render(); };
  const seriesBox = make("span");
  place.append(make("div", {class: "bar"},
    field("Over", select([["step", "step"], ["tokens", "tokens"], ["compute", "compute (6·N·D)"], ["time", "time"]], view.x, (x) => redraw({x, from: null, to: null}))),
    seriesBox,
    field("Smooth over steps", make("input", {type: "number", min: 0, value: view.half, oninput: (event) => {
      const isFirst = !(view.half > 0);
      redraw({half: Number(event.target.value) || 0});
      if (isFirst && view.half > 0) load();
    }})),
    check("log x", view.logX, (logX) => redraw({logX})), check("log y", view.logY, (logY) => redraw({logY})),
    check("forecast", view.forecast, (forecast) => { redraw({forecast}); load(); }),
    make("button", {type: "button", onclick: () => { redraw({from: null, to: null}); load(); }}, "Whole curve")),
    chartBox, rateBox, tell);

  function positions(one) {
    const batch = one.run.batch_tokens;
    const tokens = (point) => point.token_count ?? (batch ? (point.step + 1) * batch : NaN);
    const pick = {
      step: (point) => point.step, tokens,
      compute: (point) => 6 * (one.run.parameter_count ?? NaN) * tokens(point),
      time: (point) => (point.time ? Date.parse(point.time) / 1000 : NaN),
    }[view.x];
    return one.points.map(pick);
  }

  function render() {
    for (const chart of charts) chart?.destroy();
    const [series, rates, coming, missing, marks] = [[], [], [], [], []];
    data.forEach((one, index) => {
      const label = one.run.name ?? one.run.id;
      const all = positions(one);
      const kept = all.map((value, place) => [value, one.points[place]])
        .filter(([value, point]) => Number.isFinite(value) && (view.series in point || point.not_finite));
      if (!kept.length) { missing.push(label); return; }
      const x = kept.map(([value]) => value);
      const y = kept.map(([, point]) => point[view.series] ?? NaN);
      kept.forEach(([value, point]) => { if (point.not_finite) marks.push({x: value, text: point.not_finite, name: label, step: point.step, colour: colour(index)}); });
      if (view.half > 0) {
        series.push({name: `${label} raw`, x, y, points: true, faint: true, colour: `${colour(index)}66`});
        series.push({name: label, x, y: smooth(x, y, view.x === "step" ? view.half : view.half * (x.at(-1) - x[0]) / Math.max(kept.at(-1)[1].step - kept[0][1].step, 1)), colour: colour(index)});
      } else {
        series.push({name: label, x, y, colour: colour(index)});
      }
      if (view.forecast && one.forecast?.curve && view.x === "step" && view.series === "loss") {
        const {curve, step, earlier} = one.forecast;
        series.push({name: `${label} forecast`, ...rest(curve, step), band: true, dashed: true, colour: colour(index)});
        if (earlier) series.push({name: `${label} forecast of step ${earlier.fitted_at_step}`, ...rest(earlier.curve, earlier.fitted_at_step), band: true, dashed: true, colour: `${colour(index)}99`});
        const from = curve.steps.findIndex((at) => at >= step);
        coming.push({name: `${label} to come`, x: curve.steps.slice(from), y: curve.learning_rate.slice(from), dashed: true, colour: colour(index)});
      }
      const rated = kept.filter(([, point]) => point.learning_rate !== undefined && point.learning_rate !== null);
      if (rated.length) rates.push({name: label, x: rated.map(([value]) => value), y: rated.map(([, point]) => point.learning_rate), colour: colour(index)});
    });
    const xs = series.flatMap((one) => [one.x[0], one.x.at(-1)]);
    const window = view.from && view.to ? [Number(view.from), Number(view.to)] : series.length ? [Math.min(...xs), Math.max(...xs)] : undefined;
    // Two charts, one above the other: what stands at one place is of one step.
    charts = [draw(chartBox, series, {xlabel: view.x === "tokens" ? "tokens" : view.x === "compute" ? "FLOP" : view.x, ylabel: view.series, logX: view.logX, logY: view.logY, window, marks, range: lossRange(series, window),
      onzoom: (from, to) => { redraw({from: Math.floor(from), to: Math.ceil(to)}); load(); }})];
    rateBox.hidden = !rates.length;
    if (rates.length) charts.push(draw(rateBox, [...rates, ...coming], {low: true, ylabel: "learning rate", logX: view.logX, window}));
    place.dataset.drawn ??= performance.now().toFixed(1);
    const notes = missing.map((name) => `${name} has nothing to draw over ${view.x}${view.x === "step" ? "" : "; it logged none, and its batch and size do not tell it"}.`)
      .concat(marks.slice(0, 20).map(({name, step, text}) => `${name}: the loss at step ${step} is ${text}.`));
    tell.replaceChildren(...[warnings(notes), ...data.filter((one) => view.forecast && one.forecast).map(forecastText),
      table("Runs drawn", ["run", "study", "N", "points", "last step", "last loss", "schedule"], data.map(({run, points}) => [
        make("a", {href: address({view: "whatif", run: run.id})}, run.name ?? run.id), run.study ?? "–", run.parameter_count, run.point_count, run.last_step,
        [...points].reverse().find((point) => Number.isFinite(point.loss))?.loss ?? null, make("code", {}, typeof run.schedule === "string" ? run.schedule : run.schedule ? "recorded" : "–")]))].filter(Boolean));
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
        ...(forecast.outside_since === null || forecast.outside_since === undefined ? [] : [[number(forecast.outside_since), "step since which it is outside its band"]])]) : null,
      warnings(forecast.warnings));
  }

  /** The first curve as soon as it is there, then all, then their forecasts, which may need a fit. */
  async function load() {
    const zoom = view.x === "step" && view.from && view.to ? {from: Math.max(0, view.from), to: view.to} : {};
    const parts = ids.map(async (id, index) => {
      const metadata = runs[index].updated_at ? runs[index] : call(runPath(id));
      // Only a mean needs to know first how many points there are.
      const isWhole = view.half > 0 && (await metadata).point_count <= fullPoints;
      const [run, answer] = await Promise.all([metadata, call(`${runPath(id)}/points${query({...zoom, max_points: isWhole ? null : screenPoints})}`)]);
      runs[index] = run;
      for (const point of answer.points) for (const key in point) if (key.startsWith("loss/")) names.add(key);
      return {run, points: answer.points, forecast: data[index]?.forecast ?? null};
    });
    if (!data.length) {
      data = runs.map((run) => ({run, points: [], forecast: null}));
      const [first, index] = await Promise.race(parts.map(async (part, place) => [await part, place]));
      data[index] = first;
      render();
    }
    data = await Promise.all(parts);
    seriesBox.replaceChildren(names.size > 1 ? field("Loss", select([...names].map((name) => [name, name]), view.series, (series) => redraw({series}))) : "");
    render();
    // A run that is over has nothing left to forecast.
    const live = data.filter(({run}) => view.forecast && run.last_step < run.total_steps - 1);
    await Promise.all(live.map(async (one) => { one.forecast = await call(`${runPath(one.run.id)}/forecast?interval=0.9`).catch(() => null); }));
    if (live.length) render();
  }

  tell.replaceChildren(make("p", {class: "faint"}, "Loading …"));
  await load();
  let timer = setTimeout(async function again() {
    if (!document.hidden) {
      const fresh = await Promise.all(ids.map((id) => call(runPath(id), {cached: true}).catch(() => null)));
      if (fresh.some((run, index) => run && run.updated_at !== runs[index].updated_at)) {
        fresh.forEach((run, index) => { if (run) runs[index] = run; });
        await load().catch(() => null);
      }
    }
    timer = setTimeout(again, 2000);
  }, 2000);
  return () => { clearTimeout(timer); for (const chart of charts) chart?.destroy(); };
}
