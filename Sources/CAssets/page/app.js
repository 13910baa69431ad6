// The page: which view stands, and whether the server is there.
import {make} from "./dom.js";
import {problem} from "./api.js";
import {address, follow, state} from "./state.js";

/** The views in their order: the module of each has the view's name and draws it by `show`. */
const views = {
  runs: {title: "Runs", carries: []},
  curves: {title: "Curves", carries: ["runs"]},
  whatif: {title: "What if", carries: ["fit", "run"]},
  fits: {title: "Fits", carries: ["fit", "runs"]},
  plans: {title: "Plans", carries: ["fit"]},
  logs: {title: "Put logs in", carries: []},
};
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
  // Asked for before anything is drawn; only the view that is shown is loaded.
  const module = import(`./${name}.js`);
  document.title = `${views[name].title} · Isoloss`;
  document.getElementById("views").replaceChildren(...Object.entries(views).map(([key, {title, carries}]) =>
    make("a", {href: address({view: key === "runs" ? null : key, ...Object.fromEntries(carries.map((member) => [member, current[member]]))}),
      "aria-current": key === name ? "page" : null}, title)));
  const place = make("div");
  main.replaceChildren(place);
  try {
    const left = await (await module).show(place, current);
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
// The first look is for what the view shows.
setTimeout(watch, 1000);
