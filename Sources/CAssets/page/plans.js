// Plans: every kind that the server has, from its own description.
import {call, curl, doneFits, fit as fitPath, problem, query} from "./api.js";
import {field, figures, interval, make, number, select, table, warnings, words} from "./dom.js";
import {address, state, update} from "./state.js";

/** Rows of a CSV text, quotes understood. */
export function csv(text) {
  const rows = [[]];
  for (const [, cell, quoted, end] of text.matchAll(/(?:("(?:[^"]|"")*")|([^,\r\n]*))(,|\r?\n|$)/g)) {
    if (cell === undefined && quoted === "" && end === "") break;
    rows.at(-1).push(cell ? cell.slice(1, -1).replaceAll('""', '"') : quoted);
    if (end !== ",") rows.push([]);
  }
  return rows.filter((row) => row.length);
}

/** The schedule that a plan recommends among several, with the loss at its end; undefined of other plans. */
export function recommended({cooldowns, best, families, taken, recommended: name}) {
  return cooldowns?.[best] ?? families?.find((one) => one.name === (taken ?? name)) ?? families?.[0];
}

/** What a plan says, in a sentence or two; with a fit, a link that draws what it recommends. */
export function advice(result, fit) {
  const found = recommended(result);
  const {passage, advice: text} = result;
  return [text ? make("p", {class: "lead"}, text) : null,
    passage ? make("p", {class: "lead"}, passage.reached ? `The loss ${number(result.target_loss)} is reached at step ${number(passage.step)}, no sooner than ${number(passage.earliest)}.` : `The loss ${number(result.target_loss)} is not reached: the lowest is ${number(passage.lowest_loss)} at step ${number(passage.lowest_step)}.`) : null,
    found?.schedule ? make("p", {class: "lead"}, passage ? "The shortest schedule that is advised: " : "Best: ", make("code", {}, found.schedule),
      found.final ? `, predicted to end at ${interval(found.final.loss, found.final.lower, found.final.upper)}` : "",
      found.gain ? `, ${interval(found.gain.loss, found.gain.lower, found.gain.upper)} below keeping the rate` : "", ". ",
      fit ? make("a", {href: address({view: "whatif", fit, schedule: found.schedule, run: state().run})}, "Draw it") : null) : null].filter(Boolean);
}

/** True where a plan can be made of a fit of a law. */
const serves = (plan, law) => !plan.needs_fit || Boolean(law && (!plan.laws || plan.laws.includes(law)));

export async function show(place, start) {
  const [{plans}, fits] = await Promise.all([call("/v1/plans"), doneFits()]);
  const fit = start.fit ?? fits[0]?.id ?? "";
  const law = fits.find((one) => one.id === fit)?.law;
  // The first plan that the fit can answer; the others stay in the list, and say whom to ask.
  const wanted = plans.find((one) => one.kind === start.kind) ?? plans.find((one) => serves(one, law)) ?? plans[0];
  const view = {kind: wanted.kind, fit};
  const form = make("div");
  const answer = make("div", {"aria-live": "polite"});
  const about = make("p", {});
  place.append(make("h1", {}, "Plans"),
    make("div", {class: "bar"},
      field("Plan", select(plans.map((one) => [one.kind, one.kind]), view.kind, (kind) => { view.kind = kind; update({kind}); describe(); })),
      fits.length ? field("Fit", select(fits.map((one) => [one.id, `${one.law} · ${one.id}`]), view.fit, (id) => { view.fit = id; update({fit: id}); describe(); })) : null),
    about, form, answer);

  function describe() {
    const plan = plans.find((one) => one.kind === view.kind);
    const law = fits.find((one) => one.id === view.fit)?.law;
    const isServed = serves(plan, law);
    about.replaceChildren(`${plan.title[0].toUpperCase()}${plan.title.slice(1)}.`, plan.laws ? make("span", {class: "faint"}, ` It is asked of a fit of ${plan.laws.join(", ")}.`) : "");
    const current = state();
    const run = plan.needs_run ? make("input", {name: "run", value: current.run ?? "", required: true, placeholder: "its id"}) : null;
    const controls = plan.options.map((option) => {
      const control = make("input", {name: option.name, value: current[option.name] ?? (option.is_required ? option.example : ""), placeholder: option.example, required: option.is_required});
      return field(words(option.name), control, false, option.meaning);
    });
    form.replaceChildren(make("form", {onsubmit: submit}, make("div", {class: "bar"}, run ? field("run", run, false, "a stored run") : null, controls.slice(0, 6)),
      controls.length > 6 ? make("details", {}, make("summary", {}, "More options"), make("div", {class: "bar"}, controls.slice(6))) : null,
      make("button", {class: "primary", disabled: !isServed}, "Plan"), isServed ? null : make("span", {class: "faint"}, fits.length ? ` A fit of ${law} cannot answer it; choose another fit.` : " It needs a fit; none is made yet.",
        fits.some((one) => serves(plan, one.law)) ? "" : make("a", {href: address({view: "fits", law: plan.laws?.[0]})}, ` Fit ${plan.laws?.[0] ?? "a law"}`))));
    answer.replaceChildren();
  }

  /** Where a plan is asked: of the fit, also where it needs none and the fit's law can serve it and nothing published stands in its place. */
  function address(plan, given, end = "") {
    const law = fits.find((one) => one.id === view.fit)?.law;
    return plan.needs_fit || (!given.published && law && plan.laws?.includes(law))
      ? `${fitPath(view.fit)}/plan${end}${query({kind: view.kind, ...given})}`
      : `/v1/plans/${view.kind}${end && `/plan${end}`}${query(given)}`;
  }

  async function submit(event) {
    event.preventDefault();
    const given = Object.fromEntries([...new FormData(event.target)].filter(([, value]) => value));
    update(given);
    answer.replaceChildren(make("p", {class: "faint"}, "Planning …"));
    const plan = plans.find((one) => one.kind === view.kind);
    const path = address(plan, given);
    try {
      const [result, text] = await Promise.all([call(path), call(path, {accept: "text/csv"})]);
      const [header, ...rows] = csv(text);
      const planned = Object.entries(result).filter(([, value]) => value && typeof value === "object" && ("value" in value || ("loss" in value && "lower" in value)));
      const plain = Object.entries(result).filter(([name, value]) => typeof value === "number" && !["best", "interval"].includes(name));
      answer.replaceChildren(...[
        ...advice(result, view.fit),
        figures([...planned.map(([name, value]) => [interval(value.value ?? value.loss, value.lower, value.upper), words(name)]), ...plain.map(([name, value]) => [number(value), words(name)])]),
        await picture(plan, given),
        result.formula ? make("p", {}, make("code", {}, result.formula)) : null,
        warnings(result.warnings),
        header ? table(`In numbers: ${rows.length} ${rows.length === 1 ? "row" : "rows"}`, header.map(words), rows.map((row) => row.map((cell) =>
          cell === "" ? null : Number.isFinite(Number(cell)) ? Number(cell) : cell))) : null,
        make("p", {class: "faint"}, make("code", {}, curl(path)))].filter(Boolean));
    } catch (refusal) {
      answer.replaceChildren(problem(refusal));
    }
  }
  /** The plan as the server draws it; null of one that has nothing to draw. */
  async function picture(plan, given) {
    const svg = await call(address(plan, given, ".svg"), {accept: "image/svg+xml"}).catch(() => null);
    if (!svg) return null;
    return make("div", {class: "scroll", tabindex: 0, role: "region", "aria-label": "The plan, drawn"}, make("img", {class: "picture", alt: `${view.kind}, drawn; the table below has its numbers`, src: URL.createObjectURL(new Blob([svg], {type: "image/svg+xml"}))}));
  }
  describe();
  // A link shows what its sender saw: what it asks is answered.
  const plan = plans.find((one) => one.kind === view.kind);
  if (start.kind && (start.run || !plan.needs_run) && plan.options.every((option) => !option.is_required || start[option.name])) {
    const button = form.querySelector("button.primary");
    if (!button.disabled) form.querySelector("form").requestSubmit(button);
  }
  return null;
}
