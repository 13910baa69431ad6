// Studies and runs: search, sort, pages made by the server, live.
import {call, query, run as runPath} from "./api.js";
import {age, field, make, number, select} from "./dom.js";
import {spark} from "./chart.js";
import {address, go, list, state, update} from "./state.js";

export const title = "Runs";
const pageSize = 50;
const sparks = new Map();

export async function show(place, start) {
  const chosen = new Set(list(start.runs));
  const search = make("input", {type: "search", value: start.q ?? "", placeholder: "name or study", oninput: () => ask({q: search.value, cursor: null}, 250)});
  const study = make("input", {value: start.study ?? "", placeholder: "all", oninput: () => ask({study: study.value, cursor: null}, 250)});
  const sort = select([["created", "first stored"], ["-updated", "last change"], ["last_loss", "last loss"], ["-last_step", "last step"]],
    start.sort, (value) => ask({sort: value, cursor: null}));
  const box = make("div", {"aria-live": "off"});
  const more = make("div", {class: "bar"});
  const draw = make("button", {class: "primary", type: "button", onclick: () => go({view: "curves", runs: [...chosen].join(",")})}, "Draw chosen");
  const fit = make("button", {type: "button", onclick: () => go({view: "fits", runs: [...chosen].join(",")})}, "Fit a law to chosen");
  place.append(make("h1", {}, "Runs"),
    make("div", {class: "bar"}, field("Search", search), field("Study", study), field("Sort by", sort), draw, fit), box, more);

  let timer = null;
  let isOver = false;
  let seen = new Map();
  let shown = null;
  let drawnAt = 0;

  function ask(changes, wait = 0) {
    update(changes);
    clearTimeout(timer);
    timer = setTimeout(refresh, wait);
  }

  function mark() {
    draw.disabled = fit.disabled = chosen.size === 0;
    update({runs: [...chosen].join(",")});
  }

  async function refresh() {
    const now = state();
    try {
      const page = await call(`/v1/runs${query({study: now.study, search: now.q, sort: now.sort, limit: pageSize, cursor: now.cursor})}`, {cached: true});
      if (isOver) return;
      // An unchanged list stays as it stands: a click must not lose its row. Ages are read anew at times.
      if (page !== shown || performance.now() - drawnAt > 30000) render(page, now);
      await drawSparks(page.runs);
    } catch (error) {
      if (error.status === 400 && now.cursor) return ask({cursor: null});
      if (error.status && !isOver) box.replaceChildren(make("div", {class: "problem", role: "alert"}, error.message));
    }
    if (!isOver) {
      clearTimeout(timer);
      timer = setTimeout(refresh, document.hidden ? 15000 : 1500);
    }
  }

  function render(page, now) {
    [shown, drawnAt] = [page, performance.now()];
    if (!page.runs.length && !now.q && !now.study) {
      box.replaceChildren(make("p", {}, "No runs are stored yet. ",
        make("a", {href: address({view: "logs"})}, "Put a log in"), ": drop a file, or let a training job post its own."));
      more.replaceChildren();
      return;
    }
    const rows = page.runs.map((one) => {
      const isNew = seen.has(one.id) && seen.get(one.id) !== one.updated_at;
      const tick = make("input", {type: "checkbox", checked: chosen.has(one.id), "aria-label": `Choose ${one.id}`,
        onchange: () => { if (tick.checked) chosen.add(one.id); else chosen.delete(one.id); mark(); }});
      return make("tr", {class: isNew ? "new" : null},
        make("td", {}, tick),
        make("td", {class: "name"}, make("a", {href: address({view: "curves", runs: one.id})}, one.name ?? one.id)),
        make("td", {class: "name"}, one.study ?? "–"),
        make("td", {class: "wide-only"}, one.role ? make("span", {class: "tag"}, one.role) : ""),
        make("td", {class: "number"}, number(one.last_step)),
        make("td", {class: "number"}, number(one.last_loss ?? one.loss)),
        make("td", {class: "number wide-only"}, number(one.point_count)),
        make("td", {class: "wide-only"}, age(one.updated_at)),
        make("td", {"data-run": one.id}, sparks.get(one.id)?.element ?? ""));
    });
    seen = new Map(page.runs.map((one) => [one.id, one.updated_at]));
    const head = (text, kind) => make("th", {scope: "col", class: kind}, text);
    const focused = box.contains(document.activeElement) ? document.activeElement.getAttribute("aria-label") : null;
    box.replaceChildren(make("div", {class: "scroll"}, make("table", {},
      make("caption", {}, `${page.runs.length} runs on this page${page.total === undefined ? "" : ` of ${page.total}`}`),
      make("thead", {}, make("tr", {}, head(make("span", {class: "skip"}, "chosen")), head("run"), head("study"), head("role", "wide-only"),
        head("step", "number"), head("loss", "number"), head("points", "number wide-only"), head("changed", "wide-only"), head("curve"))),
      make("tbody", {}, rows))));
    if (focused) box.querySelector(`[aria-label="${CSS.escape(focused)}"]`)?.focus();
    more.replaceChildren(
      now.cursor ? make("button", {type: "button", onclick: () => ask({cursor: null})}, "First page") : "",
      page.next_cursor ? make("button", {type: "button", onclick: () => ask({cursor: page.next_cursor})}, "Next page") : "");
    draw.disabled = fit.disabled = chosen.size === 0;
  }

  /** Small curves, a few at a time, and again only for runs that changed. */
  async function drawSparks(runs) {
    const stale = runs.filter((one) => one.point_count > 1 && sparks.get(one.id)?.at !== one.updated_at);
    for (let first = 0; first < stale.length && !isOver; first += 6) {
      await Promise.all(stale.slice(first, first + 6).map(async (one) => {
        const fewest = 64;
        const answer = await call(`${runPath(one.id)}/points${query({max_points: one.point_count > fewest ? fewest : null})}`).catch(() => null);
        if (!answer) return;
        const element = spark(answer.points.map((point) => point.loss ?? NaN));
        sparks.set(one.id, {at: one.updated_at, element});
        box.querySelector(`[data-run="${CSS.escape(one.id)}"]`)?.replaceChildren(element);
      }));
    }
  }

  await refresh();
  return () => { isOver = true; clearTimeout(timer); };
}
