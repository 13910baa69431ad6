// Losses under schedules that nobody has trained: text and handles, beside the predicted curve.
import {call, curl, curves, doneFits, fit as fitPath, problem, query, run as runPath} from "./api.js";
import {copyButton, field, figures, interval, make, number, select, table, toast, warnings} from "./dom.js";
import {colour, draw, lossRange, ready} from "./chart.js";
import {editor, parse, shapes, write} from "./editor.js";
import {advice, recommended} from "./plans.js";
import {address, go, update} from "./state.js";

export async function show(place, start) {
  place.append(make("h1", {}, "What if"));
  let measured = null;
  const [laws, fits, run, recent] = await Promise.all([
    call("/v1/laws").then((answer) => new Map(answer.laws.map((law) => [law.id, law]))), doneFits(),
    start.run ? call(runPath(start.run)).catch(() => null) : null, call("/v1/runs?sort=-updated&limit=200"),
    start.run ? curves([start.run], {max_points: 1500}, ({columns}) => { measured = columns; }) : null, ready]);
  const usable = fits.filter((one) => laws.get(one.law)?.kind === "curve");
  if (!usable.length) {
    place.append(make("p", {}, "Here you change a learning-rate schedule and see the loss that a law predicts under it. That needs a fit of a law of curves, such as forecast or lr-annealing: ", make("a", {href: address({view: "fits", law: "forecast"})}, "fit one"), "."));
    return null;
  }
  // A run without a schedule is forecast along the curve that its rates have followed so far.
  const known = run?.schedule ?? (run?.total_steps ? (await call(`${runPath(run.id)}/forecast`).catch(() => null))?.curve?.schedule : null);
  const own = typeof known === "string" ? known : null;
  const view = {fit: usable.some((one) => one.id === start.fit) ? start.fit : usable[0].id, schedule: start.schedule ?? own ?? "warmup:300@3e-3,hold:2700,linear:1000@3e-4"};
  const pins = start.pins ? start.pins.split("|") : [];

  const text = make("input", {class: "mono", value: view.schedule, spellcheck: false, "aria-describedby": "schedule-error", oninput: () => change(text.value, "text")});
  const error = make("div", {id: "schedule-error", role: "alert"});
  const chartBox = make("div", {class: "chart"});
  const told = make("div");
  const planned = make("div", {"aria-live": "polite"});
  const handles = make("div");
  const pinned = make("div");
  const handleValues = parse(view.schedule) ?? {warmup: 300, peak: 3e-3, start: 3000, total: 4000, shape: "linear", final: 3e-4};
  const drawing = editor(handleValues, (values) => change(write(values), "handles"));
  const shape = select(shapes.map((name) => [name, name]), handleValues.shape, (name) => { handleValues.shape = name; drawing.set({}); change(write(handleValues), "handles"); });
  handles.append(make("div", {class: "faint"}, "Learning rate over steps"), drawing.svg,
    make("p", {class: "faint hint"}, "Drag the circles, or move them with the arrow keys (with Shift by ten): peak and warm-up, start of the cooldown, end and final rate."),
    make("div", {class: "bar"}, field("Shape of the cooldown", shape)));
  const choices = recent.runs.filter((one) => one.point_count > 0);
  if (run && !choices.some((one) => one.id === run.id)) choices.unshift(run);
  const beside = select([["", "none"], ...choices.map((one) => [one.id, one.name ?? one.id])], run?.id ?? "", (id) => go({view: "whatif", fit: view.fit, run: id, pins: pins.join("|")}));
  beside.className = "narrow";

  place.append(
    make("div", {class: "bar"},
      field("Fit", select(usable.map((one) => [one.id, `${one.law} · ${one.id}`]), view.fit, (id) => { view.fit = id; update({fit: id}); ask(); })),
      field("Beside run", beside),
      field("Schedule", text, true)),
    error,
    make("div", {class: "grid"},
      make("div", {}, chartBox, told, pinned, planned),
      make("div", {}, handles,
        make("div", {class: "bar"},
          make("button", {type: "button", onclick: pin}, "Keep to compare"),
          make("button", {type: "button", disabled: !run, title: run ? "Cooldowns of this run from where it is" : "Choose a run to cool down", onclick: () => plan("anneal-now")}, "Anneal now"),
          make("button", {type: "button", onclick: () => plan("best-schedule")}, "Best schedule")),
        make("div", {class: "bar"},
          copyButton("Copy schedule", () => view.schedule),
          copyButton("Copy curl", () => curl(curvePath(view.schedule))),
          make("button", {type: "button", onclick: () => save("text/csv", "csv")}, "CSV"),
          make("button", {type: "button", onclick: () => save("image/svg+xml", "svg")}, "SVG"),
          copyButton("Copy link", () => location.href)))));

  let chart = null;
  let asked = null;
  let waiting = false;

  const total = (schedule) => parse(schedule)?.total ?? null;
  function curvePath(schedule, kind = "curve") {
    const steps = total(schedule);
    const size = run?.parameter_count && law().optional?.includes("parameter_count") ? run.parameter_count : null;
    return `${fitPath(view.fit)}/${kind}${query({schedule, every: kind === "curve" ? Math.max(1, Math.round((steps ?? 20000) / 240)) : null, interval: 0.9, parameter_count: size})}`;
  }
  const law = () => laws.get(usable.find((one) => one.id === view.fit).law);

  function change(schedule, by) {
    view.schedule = schedule;
    update({schedule});
    if (by === "handles") text.value = schedule;
    const values = parse(schedule);
    handles.hidden = !values;
    if (by === "text" && values) { drawing.set(values); shape.value = values.shape; }
    ask();
  }

  /** One request in flight, and the newest wish after it: a drag asks as fast as answers come. */
  async function ask() {
    if (asked) { waiting = true; return; }
    asked = true;
    const began = performance.now();
    try {
      const answers = await Promise.all([view.schedule, ...pins].map((schedule) => call(curvePath(schedule))));
      error.replaceChildren();
      text.removeAttribute("aria-invalid");
      render(answers);
      place.dataset.redraw = (performance.now() - began).toFixed(1);
    } catch (refusal) {
      text.setAttribute("aria-invalid", "true");
      const place = /character (\d+)/.exec(refusal.message);
      error.replaceChildren(problem(refusal), place ? make("pre", {"aria-hidden": "true"}, `${view.schedule}\n${" ".repeat(place[1] - 1)}^`) : "");
    }
    asked = false;
    if (waiting) { waiting = false; ask(); }
  }

  function render([answer, ...others]) {
    chart?.destroy();
    const series = [{name: "predicted, with its 90 % interval", x: answer.steps, y: answer.loss, lower: answer.lower ?? [], upper: answer.upper ?? [], band: true, predicted: true, colour: colour(0)}];
    others.forEach((other, index) => series.push({name: `kept ${index + 1}`, x: other.steps, y: other.loss, lower: other.lower ?? [], upper: other.upper ?? [], band: true, predicted: true, dashed: true, colour: colour(index + 1)}));
    if (measured?.loss) series.push({name: `${run.name ?? run.id}, measured`, x: measured.step, y: measured.loss, points: true, colour: colour(7)});
    chart = draw(chartBox, series, {xlabel: "optimizer step", ylabel: "loss", range: lossRange(series)});
    const last = answer.steps.length - 1;
    told.replaceChildren(...[figures([[interval(answer.loss[last], answer.lower?.[last], answer.upper?.[last]), `predicted loss at step ${number(answer.steps[last])}, 90 % interval`]]), warnings(answer.warnings)].filter(Boolean));
    pinned.replaceChildren(pins.length ? table("Kept schedules", ["", "schedule", "final loss", ""], others.map((other, index) => [
      index + 1, make("code", {}, pins[index]), interval(other.loss.at(-1), other.lower?.at(-1), other.upper?.at(-1)),
      make("button", {type: "button", onclick: () => { pins.splice(index, 1); update({pins: pins.join("|")}); ask(); }}, "Drop")])) : "");
  }

  function pin() {
    if (!pins.includes(view.schedule)) pins.push(view.schedule);
    update({pins: pins.join("|")});
    ask();
  }

  async function plan(kind) {
    update({plan: kind});
    const values = parse(view.schedule) ?? handleValues;
    const wish = kind === "anneal-now" ? {kind, run: run.id} : {kind, total_steps: values.total, peak: values.peak, warmup: values.warmup};
    planned.replaceChildren(make("p", {class: "faint"}, "Searching …"));
    try {
      const answer = await call(`${fitPath(view.fit)}/plan${query(wish)}`);
      const found = recommended(answer);
      planned.replaceChildren(...[make("h2", {}, kind === "anneal-now" ? "Anneal now" : "Best schedule"), ...advice(answer),
        found ? make("button", {type: "button", onclick: () => { text.value = found.schedule; change(found.schedule, "text"); }}, "Take this schedule") : null,
        make("a", {href: address({view: "plans", fit: view.fit, ...wish})}, " The whole plan"), warnings(answer.warnings)].filter(Boolean));
    } catch (refusal) {
      planned.replaceChildren(problem(refusal));
    }
  }

  async function save(type, ending) {
    const content = await call(curvePath(view.schedule, ending === "svg" ? "curve.svg" : "curve"), {accept: type}).catch((refusal) => { toast(refusal.message); return null; });
    if (content === null) return;
    const link = make("a", {href: URL.createObjectURL(new Blob([content], {type})), download: `curve.${ending}`});
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 1000);
  }

  handles.hidden = !parse(view.schedule);
  update({fit: view.fit});
  await ask();
  if (start.plan === "best-schedule" || (start.plan === "anneal-now" && run)) plan(start.plan);
  return () => chart?.destroy();
}
