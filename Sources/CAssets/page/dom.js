// Elements, numbers and tables. Text from the server is only ever set as text, never as markup.

/** An element: `make("a", {href: "/", class: "x", onclick: f}, "text", child)`. */
export function make(tag, attributes = {}, ...children) {
  const element = tag.startsWith("svg:")
    ? document.createElementNS("http://www.w3.org/2000/svg", tag.slice(4))
    : document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value === undefined || value === null || value === false) continue;
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else if (name === "value" || name === "checked" || name === "disabled") element[name] = value;
    else element.setAttribute(name, value === true ? "" : value);
  }
  element.append(...children.flat().filter((child) => child !== null && child !== undefined));
  return element;
}

/** A number as people read it: five significant digits, short exponents. */
export function number(value, digits = 5) {
  if (value === null || value === undefined || Number.isNaN(value)) return "–";
  if (typeof value !== "number") return String(value);
  if (value === 0) return "0";
  const size = Math.abs(value);
  if (size >= 1e6 || size < 1e-3) return String(Number(value.toPrecision(Math.min(digits, 4))).toExponential()).replace("e+", "e");
  if (Number.isInteger(value)) return value.toLocaleString("en");
  return String(Number(value.toPrecision(digits)));
}

/** A value with its interval: `2.143 (2.084 to 2.204)`. */
export function interval(value, lower, upper) {
  return lower === null || lower === undefined
    ? number(value) : `${number(value)} (${number(lower)} to ${number(upper)})`;
}

/** How long ago a time was. */
export function age(text) {
  const seconds = (Date.now() - Date.parse(text)) / 1000;
  if (!Number.isFinite(seconds)) return "–";
  for (const [size, unit] of [[86400, "d"], [3600, "h"], [60, "min"]]) {
    if (seconds >= size) return `${Math.floor(seconds / size)} ${unit} ago`;
  }
  return seconds < 5 ? "now" : `${Math.floor(seconds)} s ago`;
}

/** A name of the API in words. */
export const words = (name) => name.replaceAll("_", " ");

/** A labelled control, with a sentence of help beneath it. */
export function field(label, control, wide = false, help = null) {
  const id = control.id || `f${(field.count = (field.count || 0) + 1)}`;
  control.id = id;
  if (help) control.setAttribute("aria-describedby", `${id}-help`);
  return make("div", {class: wide ? "field wide" : "field"}, make("label", {for: id}, label), control,
    help ? make("div", {id: `${id}-help`, class: "option"}, help) : null);
}

/** A select of `[value, text]` pairs. */
export function select(pairs, chosen, onchange) {
  const control = make("select", {onchange: () => onchange?.(control.value)},
    pairs.map(([value, text]) => make("option", {value}, text ?? value)));
  control.value = chosen ?? pairs[0]?.[0] ?? "";
  return control;
}

/** A checkbox with its label. */
export function check(label, checked, onchange) {
  const box = make("input", {type: "checkbox", checked, onchange: () => onchange(box.checked)});
  return make("label", {class: "check"}, box, label);
}

/** The first rows of a long table are enough until somebody asks for all. */
const firstRows = 20;

/** A table in a box that scrolls; numbers stand right, and what is long waits behind a button. */
export function table(caption, header, rows) {
  const isNumber = header.map((_, column) => rows.some((row) => typeof row[column] === "number")
    && rows.every((row) => row[column] === null || row[column] === undefined || typeof row[column] === "number"));
  const isText = header.map((_, column) => rows.some((row) => typeof row[column] === "string" && row[column].length > 28));
  const side = (column) => (isNumber[column] ? {class: "number"} : isText[column] ? {class: "text"} : {});
  const lines = (list) => list.map((row) => make("tr", {}, header.map((_, column) =>
    make("td", side(column), row[column] instanceof Node ? row[column] : number(row[column])))));
  const isLong = rows.length > firstRows * 1.5;
  const body = make("tbody", {}, lines(isLong ? rows.slice(0, firstRows) : rows));
  const more = isLong ? make("button", {type: "button", onclick: () => { body.append(...lines(rows.slice(firstRows))); more.remove(); }}, `Show all ${rows.length} rows`) : null;
  return make("div", {class: "scroll", tabindex: 0, role: "region", "aria-label": caption},
    make("table", {}, make("caption", {}, caption),
      make("thead", {}, make("tr", {}, header.map((text, column) => make("th", {scope: "col", ...side(column)}, text)))), body), more);
}

/** The sentences that an answer warns with. */
export function warnings(list) {
  return list?.length ? make("div", {class: "warnings", role: "note"}, make("ul", {}, list.map((text) => make("li", {}, text)))) : null;
}

/** Figures in large type: pairs of value and label. */
export function figures(pairs) {
  return make("div", {class: "figure"}, pairs.map(([value, label]) => make("div", {}, make("b", {}, value), make("span", {}, label))));
}

/** Says something for two seconds. */
export function toast(text) {
  const box = document.getElementById("toast");
  box.textContent = text;
  box.classList.add("on");
  clearTimeout(toast.timer);
  toast.timer = setTimeout(() => box.classList.remove("on"), 2200);
}

/** A button that copies a text. */
export function copyButton(label, text) {
  return make("button", {type: "button", onclick: async () => {
    const copied = typeof text === "function" ? text() : text;
    try {
      await navigator.clipboard.writeText(copied);
      toast("Copied");
    } catch {
      // Browsers lend the clipboard to secure pages only, which plain HTTP from another machine is not.
      prompt("Copy this:", copied);
    }
  }}, label);
}
