// The page: which view stands, and whether the server is there.
import {make} from "./dom.js";
import {problem} from "./api.js";
import {address, follow, state} from "./state.js";
import * as runs from "./runs.js";
import * as curves from "./curves.js";
import * as whatif from "./whatif.js";
import * as fits from "./fits.js";
import * as plans from "./plans.js";
import * as logs from "./logs.js";

const views = {runs, curves, whatif, fits, plans, logs};
const main = document.getElementById("main");
let leave = null;
let visit = 0;

/** Draws the view of the address; a view may return what to call when it is left. */
async function show() {
  leave?.();
  leave = null;
  const now = ++visit;
  const current = state();
  const name = current.view in views ? current.view : "runs";
  document.title = `${views[name].title} · Isoloss`;
  document.getElementById("views").replaceChildren(...Object.entries(views).map(([key, view]) =>
    make("a", {href: address(key === "runs" ? {} : {view: key, ...view.carry?.(current)}),
      "aria-current": key === name ? "page" : null}, view.title)));
  const place = make("div");
  main.replaceChildren(place);
  try {
    const left = await views[name].show(place, current);
    if (now === visit) leave = left ?? null;
    else left?.();
  } catch (error) {
    if (now === visit) place.append(problem(error));
  }
}

async function watch() {
  const health = document.getElementById("health");
  try {
    const response = await fetch("/healthz", {cache: "no-store"});
    health.textContent = response.ok ? "" : "The server is not well";
    health.classList.toggle("down", !response.ok);
  } catch {
    health.textContent = "The server does not answer; this is what it said last";
    health.classList.add("down");
  }
  setTimeout(watch, document.hidden ? 20000 : 5000);
}

addEventListener("popstate", show);
document.addEventListener("click", follow);
show();
watch();
