// Charts by dygraphs: lines, bands, marks, in the page's own colours.
/* global Dygraph */
import {make} from "./dom.js";

const light = ["#14693a", "#1d4ed8", "#b45309", "#9d174d", "#0e7490", "#6d28d9", "#4d7c0f", "#b91c1c"];
const dark = ["#5bd48a", "#7cacf8", "#f2a65a", "#f48fb1", "#5cc8dc", "#b79cf5", "#b5d86a", "#ff8a80"];
const isDark = () => matchMedia("(prefers-color-scheme: dark)").matches;

/**
 * The colour of the nth series, as `#rrggbb`. After those of the list come their paler shades, then
 * their deeper ones, so that twenty-four lines differ.
 */
export function colour(index) {
  const colours = isDark() ? dark : light;
  const base = colours[index % colours.length];
  const turn = Math.floor(index / colours.length) % 3;
  const [toward, share] = [[0, 0], [255, 0.4], [0, 0.4]][turn];
  return `#${[1, 3, 5].map((at) => Math.round(parseInt(base.slice(at, at + 2), 16) * (1 - share) + toward * share).toString(16).padStart(2, "0")).join("")}`;
}

/** Resolves once dygraphs is there, which is loaded beside the modules. */
export const ready = typeof Dygraph !== "undefined" ? Promise.resolve()
  : new Promise((done) => ["load", "error"].forEach((end) => document.getElementById("dygraphs").addEventListener(end, done, {once: true})));

/** Several series on one x, as rows `[x, y1, y2, …]`: null where one has no value and its line goes on, NaN where it breaks. */
export function rows(series) {
  const steps = Float64Array.from(new Set(series.flatMap((one) => one.x))).sort();
  const place = new Map();
  const hasBands = series.some((one) => one.band);
  const table = Array.from(steps, (step, index) => {
    place.set(step, index);
    const row = new Array(series.length + 1).fill(null);
    row[0] = step;
    return row;
  });
  series.forEach((one, column) => one.x.forEach((step, index) => {
    const y = one.y[index] ?? NaN;
    const value = !hasBands ? y : one.band ? (Number.isNaN(y) ? null : [one.lower[index] ?? y, y, one.upper[index] ?? y]) : [y, y, y];
    table[place.get(step)][column + 1] = value;
  }));
  return table;
}

/**
 * The losses worth seeing, as a range: what was measured, and of a law what it says after its first
 * steps, where it reaches far above what any run logs. Null where that is everything.
 */
export function lossRange(series, [from, to] = [-Infinity, Infinity]) {
  let [low, high] = [Infinity, -Infinity];
  for (const one of series) {
    const start = one.predicted ? 0.04 * one.x.at(-1) : -Infinity;
    one.x.forEach((x, index) => {
      if (x < from || x > to || !Number.isFinite(one.y[index])) return;
      low = Math.min(low, one.lower?.[index] ?? one.y[index]);
      if (x >= start) high = Math.max(high, one.upper?.[index] ?? one.y[index]);
    });
  }
  const room = 0.05 * (high - low);
  return high > low ? [low - room > 0 || low <= 0 ? low - room : low, high + room] : null;
}

/**
 * Draws series: `{name, x, y, lower, upper, band, points, faint, colour, predicted}`.
 *
 * `options`: `xlabel`, `ylabel`, `logX`, `logY`, `onzoom(from, to, isWhole)`, `onrange(low, high)`,
 * `low`, `window`, `range`, and
 * `marks`: places `{x, text, colour}` to draw a line at, such as a loss that is not a number.
 * Returns the dygraph, or null where there is nothing to draw.
 */
export function draw(box, series, options = {}) {
  const drawn = series.filter((one) => one.x.length);
  const isEmpty = !drawn.length || typeof Dygraph === "undefined";
  box.classList.toggle("empty", isEmpty);
  if (isEmpty) {
    box.removeAttribute("role");
    legend(box, [], options);
    box.textContent = "Nothing to draw yet.";
    return null;
  }
  const style = getComputedStyle(document.documentElement);
  box.setAttribute("role", "img");
  box.setAttribute("aria-label", `${options.ylabel ?? "loss"} over ${options.xlabel ?? "step"}: ${drawn.map((one) => one.name).join(", ")}`);
  const names = {};
  drawn.forEach((one, index) => {
    names[one.name] = {
      color: one.colour ?? colour(index),
      strokeWidth: one.points ? 0 : one.faint ? 0.7 : 2,
      drawPoints: Boolean(one.points),
      pointSize: one.faint ? 1.5 : 2.5,
      highlightCircleSize: 4,
      strokePattern: one.dashed ? [6, 4] : null,
    };
  });
  const table = rows(drawn);
  // Its own legend sets styles and markup from names; ours below sets text.
  Dygraph.PLUGINS = Dygraph.PLUGINS.filter((plugin) => plugin !== Dygraph.Plugins?.Legend);
  const chart = new Dygraph(box, table, {
    labels: ["x", ...drawn.map((one) => one.name)],
    customBars: drawn.some((one) => one.band),
    series: names,
    fillAlpha: 0.18,
    logscale: Boolean(options.logY),
    axes: {
      x: {
        logscale: Boolean(options.logX), drawGrid: false,
        axisLabelFormatter: (value) => short(value), valueFormatter: (value) => `${options.xlabel ?? "step"} ${short(value)}`,
      },
      y: {
        axisLabelWidth: 58, pixelsPerLabel: options.low ? 20 : 30, axisLabelFormatter: (value) => short(value),
        valueFormatter: (value) => String(Number(value.toPrecision(5))),
      },
    },
    gridLineColor: style.getPropertyValue("--line"),
    axisLineColor: style.getPropertyValue("--line"),
    xlabel: options.xlabel, ylabel: options.ylabel,
    animatedZooms: false, connectSeparatedPoints: true,
    dateWindow: options.window, valueRange: options.range, rightGap: 12, includeZero: Boolean(options.low),
    underlayCallback: options.marks?.length ? (canvas, area, graph) => {
      canvas.font = "12px sans-serif";
      let free = -Infinity;
      for (const {x, text, colour: ink} of options.marks.toSorted((one, other) => one.x - other.x)) {
        const place = Math.round(graph.toDomXCoord(x)) + 0.5;
        if (place < area.x || place > area.x + area.w) continue;
        canvas.strokeStyle = canvas.fillStyle = ink;
        canvas.setLineDash([2, 3]);
        canvas.beginPath();
        canvas.moveTo(place, area.y);
        canvas.lineTo(place, area.y + area.h);
        canvas.stroke();
        canvas.setLineDash([]);
        // One word stands for marks that are too close for two.
        if (place < free) continue;
        canvas.fillText(text, place + 3, area.y + 12);
        free = place + 3 + canvas.measureText(text).width;
      }
    } : undefined,
    zoomCallback: (from, to, [range]) => {
      // A part of the losses alone needs no other points; a pinch asks many times.
      if (chart.isZoomed("x") && from === options.window?.[0] && to === options.window?.[1]) {
        options.onrange?.(...range);
        return;
      }
      clearTimeout(draw.timer);
      draw.timer = setTimeout(() => options.onzoom?.(from, to, !chart.isZoomed("x")), 100);
    },
    highlightCallback: (event, x, points) => legend(box, drawn, options, x, new Map(points.map((point) => [point.name, point.yval]))),
    unhighlightCallback: () => legend(box, drawn, options),
    xRangePad: 4, yRangePad: 8,
  });
  legend(box, drawn, options);
  return chart;
}

/** The names of what is drawn, above the chart, with the values under the pointer. */
function legend(box, drawn, options, x, values) {
  if (options.low) return;
  let list = box.previousElementSibling;
  if (!list?.classList.contains("legend")) box.before(list = make("div", {class: "legend"}));
  list.replaceChildren(...drawn.filter((one) => !one.faint || !drawn.some((other) => other.name !== one.name && other.colour && one.colour?.startsWith(other.colour))).map((one) => {
    const swatch = make("i", {class: one.points ? "dot" : one.dashed ? "dash" : "stroke"});
    swatch.style.color = one.colour ?? colour(drawn.indexOf(one));
    const value = values?.get(one.name);
    return make("span", {}, swatch, value === undefined || Number.isNaN(value) ? one.name : `${one.name}: ${Number(value.toPrecision(5))}`);
  }), x === undefined ? "" : make("span", {class: "faint"}, `${options.xlabel ?? "step"} ${short(x)}`));
}

/** An axis label: 1200, 12k, 3e-4. */
export function short(value) {
  if (value === 0) return "0";
  const size = Math.abs(value);
  if (size >= 1e9 || size < 1e-3) return String(Number(value.toPrecision(3))).includes("e") || size >= 1e9
    ? value.toExponential(2).replace(/\.?0+e/, "e").replace("e+", "e") : String(Number(value.toPrecision(3)));
  if (size >= 1e6) return `${Number((value / 1e6).toPrecision(4))}M`;
  if (size >= 1e4) return `${Number((value / 1e3).toPrecision(4))}k`;
  return String(Number(value.toPrecision(4)));
}

/** A small line of losses, drawn without axes. */
export function spark(losses) {
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  svg.setAttribute("class", "spark");
  svg.setAttribute("viewBox", "0 0 120 26");
  svg.setAttribute("aria-hidden", "true");
  svg.setAttribute("preserveAspectRatio", "none");
  const finite = losses.filter(Number.isFinite);
  if (finite.length > 1) {
    const logs = finite.map(Math.log);
    const [low, high] = [Math.min(...logs), Math.max(...logs)];
    const line = document.createElementNS(svg.namespaceURI, "polyline");
    line.setAttribute("points", logs.map((y, index) =>
      `${(index / (logs.length - 1) * 118 + 1).toFixed(1)},${(24 - (y - low) / (high - low || 1) * 22).toFixed(1)}`).join(" "));
    svg.append(line);
  }
  return svg;
}
