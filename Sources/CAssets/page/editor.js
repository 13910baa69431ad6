// A schedule as four handles: warm-up with peak, start of the cooldown, end with final rate.
import {make} from "./dom.js";
import {short} from "./chart.js";

const shapes = ["linear", "cosine", "sqrt", "exp", "poly2"];
const pattern = /^warmup:(\d+)@([\d.e+-]+)(?:,hold:(\d+))?(?:,([a-z]+\d?):(\d+)@([\d.e+-]+))?$/;

/** The handles' values of a schedule, or null where it is another kind of schedule. */
export function parse(text) {
  const found = pattern.exec(text.replace(/\s+/g, ""));
  if (!found || (found[4] && !shapes.includes(found[4]))) return null;
  const [warmup, peak, hold, shape, decay, final] = [Number(found[1]), Number(found[2]), Number(found[3] ?? 0), found[4] ?? "linear", Number(found[5] ?? 0), Number(found[6] ?? found[2])];
  if (!(peak > 0)) return null;
  return {warmup, peak, start: warmup + hold, total: warmup + hold + decay, shape, final};
}

/** The schedule of the handles, in the language. */
export function write({warmup, peak, start, total, shape, final}) {
  const rate = (value) => String(Number(value.toPrecision(3)));
  const parts = [`warmup:${warmup}@${rate(peak)}`];
  if (start > warmup) parts.push(`hold:${start - warmup}`);
  if (total > start) parts.push(`${shape}:${total - start}@${rate(shape === "exp" ? Math.max(final, peak * 1e-4) : final)}`);
  return parts.join(",");
}

const fall = {
  linear: (u) => 1 - u, cosine: (u) => (1 + Math.cos(Math.PI * u)) / 2, sqrt: (u) => 1 - Math.sqrt(u), poly2: (u) => (1 - u) ** 2,
};

function rateAt(values, step) {
  if (step <= values.warmup) return values.peak * (values.warmup ? step / values.warmup : 1);
  if (step <= values.start || values.total === values.start) return values.peak;
  const u = Math.min(1, (step - values.start) / (values.total - values.start));
  const final = values.shape === "exp" ? Math.max(values.final, values.peak * 1e-4) : values.final;
  return values.shape === "exp" ? values.peak ** (1 - u) * final ** u : final + (values.peak - final) * fall[values.shape](u);
}

/** An editor over `values`; `onchange(values)` hears every drag and key. */
export function editor(values, onchange) {
  const [height, left, top] = [210, 54, 12];
  let width = 340;
  let [lastStep, highest] = [1, 1];
  const svg = make("svg:svg", {class: "editor", role: "group", "aria-label": "Schedule with handles"});
  const line = make("svg:polyline", {class: "line"});
  const rates = [make("svg:text", {x: 4}), make("svg:text", {x: 4})];
  const steps = [0, 1, 2].map(() => make("svg:text", {y: height - 6, "text-anchor": "middle"}));
  const bounds = () => { lastStep = values.total * 1.08; highest = values.peak * 1.12; };
  const at = (step, rate) => [left + (step / lastStep) * (width - left - 10), top + (1 - rate / highest) * (height - top - 26)];
  const handles = {
    peak: {name: "Peak and end of warm-up", at: () => [values.warmup, values.peak], move: (step, rate) => { values.warmup = Math.min(Math.max(1, step), values.start); values.peak = Math.max(rate, highest / 1e4); values.final = Math.min(values.final, values.peak); }},
    start: {name: "Start of the cooldown", at: () => [values.start, values.peak], move: (step) => { values.start = Math.min(Math.max(values.warmup, step), values.total - 1); }},
    end: {name: "End and final rate", at: () => [values.total, rateAt(values, values.total)], move: (step, rate) => { values.total = Math.max(values.start + 1, step); values.final = Math.min(Math.max(0, rate < highest * 0.012 ? 0 : rate), values.peak); }},
  };
  let dragged = null;
  for (const [key, handle] of Object.entries(handles)) {
    handle.element = make("svg:circle", {class: "handle", r: 8, tabindex: 0, role: "slider", "aria-label": handle.name, "data-handle": key,
      onpointerdown: (event) => { dragged = handle; handle.element.setPointerCapture(event.pointerId); event.preventDefault(); handle.element.focus(); },
      onpointermove: (event) => { if (dragged === handle) drag(event); },
      onpointerup: () => { dragged = null; bounds(); paint(); },
      onkeydown: (event) => {
        const size = event.shiftKey ? 10 : 1;
        const [step, rate] = handle.at();
        const [across, up] = {ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1]}[event.key] ?? [0, 0];
        if (!across && !up) return;
        event.preventDefault();
        handle.move(Math.round(step + across * size * Math.max(1, values.total / 200)), rate + up * size * highest / 100);
        bounds(); paint(); onchange(values);
      }});
    svg.append(handle.element);
  }
  svg.prepend(line, ...rates, ...steps);

  function drag(event) {
    const box = svg.getBoundingClientRect();
    const [x, y] = [(event.clientX - box.left) / box.width * width, (event.clientY - box.top) / box.height * height];
    dragged.move(Math.round((x - left) / (width - left - 10) * lastStep), (1 - (y - top) / (height - top - 26)) * highest);
    paint();
    onchange(values);
  }

  function paint() {
    width = svg.clientWidth || width;
    svg.setAttribute("viewBox", `0 0 ${width} ${height}`);
    const places = [...Array(121).keys()].map((place) => values.total * place / 120).concat([values.warmup, values.start]).sort((a, b) => a - b);
    line.setAttribute("points", places.map((step) => at(step, rateAt(values, step)).map((value) => value.toFixed(1)).join(",")).join(" "));
    for (const handle of Object.values(handles)) {
      const [step, rate] = handle.at();
      const [x, y] = at(step, rate);
      handle.element.setAttribute("cx", x.toFixed(1));
      handle.element.setAttribute("cy", y.toFixed(1));
      handle.element.setAttribute("aria-valuenow", Math.round(step));
      handle.element.setAttribute("aria-valuemin", 0);
      handle.element.setAttribute("aria-valuemax", Math.round(lastStep));
      handle.element.setAttribute("aria-valuetext", `step ${Math.round(step)}, rate ${short(rate)}`);
    }
    // The handles' own values, where they do not run into each other.
    const final = rateAt(values, values.total);
    [values.peak, final].forEach((rate, index) => {
      const y = at(0, rate)[1] + 4;
      rates[index].setAttribute("y", y);
      rates[index].textContent = index === 1 && Math.abs(y - at(0, values.peak)[1] - 4) < 14 ? "" : short(Number(rate.toPrecision(3)));
    });
    let room = Infinity;
    [values.total, values.start, values.warmup].forEach((step, index) => {
      const x = Math.min(at(step, 0)[0], width - 24);
      steps[index].setAttribute("x", x);
      steps[index].textContent = room - x > 44 ? short(step) : "";
      if (room - x > 44) room = x;
    });
  }
  bounds();
  paint();
  new ResizeObserver(paint).observe(svg);
  return {svg, set(next) { Object.assign(values, next); bounds(); paint(); }};
}

export {shapes};
