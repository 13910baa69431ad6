// Studies and runs: search, sort, pages made by the server, live.
import {call, curves, query} from "./api.js";
import {age, field, make, number, select} from "./dom.js";
import {spark} from "./chart.js";
import {address, go, list, state, update} from "./state.js";

const pageSize = 50;
const sparks = new Map();

export async function show(place, start) {
  const chosen = new Set(list(start.runs));
  const search = make("input", {type: "search", value: start.q ?? "", placeholder: "name or study", oninput: () => ask({q: search.value, cursor: null}, 250)});
  const study = make("input", {value: start.study ?? "", placeholder: "all", list: "studies", oninput: () => ask({study: study.value, cursor: null}, 250)});
  const sort = select([["-created", "newest"], ["created", "oldest"], ["-updated", "last change"], ["last_loss", "lowest loss"], ["-last_step", "most steps"]],
    start.sort, (value) => ask({sort: value, cursor: null}));
  const studies = make("datalist", {id: "studies"});
  const box = make("div", {"aria-live": "off"});
  const more = make("div", {class: "bar"});
  const draw = make("button", {class: "primary", type: "button", disabled: !chosen.size, onclick: () => go({view: "curves", runs: [...chosen].join(",")})}, "Draw chosen");
  const fit = make("button", {type: "button", disabled: !chosen.size, onclick: () => go({view: "fits", runs: [...chosen].join(",")})}, "Fit a law to chosen");
  place.append(make("h1", {}, "Runs"),
    make("div", {class: "bar"}, field("Search", search), field("Study", study), field("Sort by", sort), draw, fit), studies, box, more);

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
      const page = await call(`/v1/runs${query({study: now.study, search: now.q, sort: now.sort ?? "-created", limit: pageSize, cursor: now.cursor})}`, {cached: true});
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
        make("a", {href: address({view: "logs"})}, "Put a log in"), ": drop a file, or let a training job post its own."),
      make("p", {class: "faint"}, "Then this page draws its curve with a forecast of its end, fits scaling laws to what you have, says what another schedule, size or budget would give, and plans what to run next."));
      more.replaceChildren();
      return;
    }
    if (!page.runs.length) {
      box.replaceChildren(make("p", {}, `No run has ${[now.q && `“${now.q}” in its name or study`, now.study && `the study “${now.study}”`].filter(Boolean).join(" and ")}.`));
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
        make("td", {class: "name wide-only"}, one.study ?? "–"),
        make("td", {class: "wide-only"}, one.role ? make("span", {class: "tag"}, one.role) : ""),
        make("td", {class: "number"}, number(one.last_step), one.last_step < one.total_steps - 1 ? make("span", {class: "faint"}, ` of ${number(one.total_steps)}`) : ""),
        make("td", {class: "number"}, number(one.last_loss ?? one.loss)),
        make("td", {class: "number wide-only"}, number(one.point_count)),
        make("td", {class: "wide-only"}, age(one.updated_at)),
        make("td", {"data-run": one.id}, sparks.get(one.id)?.element ?? ""));
    });
    seen = new Map(page.runs.map((one) => [one.id, one.updated_at]));
    const head = (text, kind) => make("th", {scope: "col", class: kind}, text);
    const all = make("input", {type: "checkbox", checked: page.runs.every((one) => chosen.has(one.id)), "aria-label": "Choose all on this page",
      onchange: () => { for (const one of page.runs) if (all.checked) chosen.add(one.id); else chosen.delete(one.id); mark(); render(shown, state()); }});
    studies.replaceChildren(...[...new Set(page.runs.map((one) => one.study).filter(Boolean))].map((value) => make("option", {value})));
    const focused = box.contains(document.activeElement) ? document.activeElement.getAttribute("aria-label") : null;
    box.replaceChildren(make("div", {class: "scroll"}, make("table", {},
      make("caption", {}, page.total > page.runs.length ? `${number(page.runs.length)} of ${number(page.total)} runs` : `${number(page.runs.length)} ${page.runs.length === 1 ? "run" : "runs"}`),
      make("thead", {}, make("tr", {}, head(all), head("run"), head("study", "wide-only"), head("role", "wide-only"),
        head("step", "number"), head("loss", "number"), head("points", "number wide-only"), head("changed", "wide-only"), head("curve"))),
      make("tbody", {}, rows))));
    if (focused) box.querySelector(`[aria-label="${CSS.escape(focused)}"]`)?.focus();
    more.replaceChildren(
      now.cursor ? make("button", {type: "button", onclick: () => ask({cursor: null})}, "First page") : "",
      page.next_cursor ? make("button", {type: "button", onclick: () => ask({cursor: page.next_cursor})}, "Next page") : "");
    draw.disabled = fit.disabled = chosen.size === 0;
  }

  /** Small curves, in one answer, and again only for runs that changed. */
  async function drawSparks(runs) {
    const stale = runs.filter((one) => one.point_count > 1 && sparks.get(one.id)?.at !== one.updated_at);
    if (!stale.length) return;
    await curves(stale.map((one) => one.id), {max_points: 64}, ({run, columns}) => {
      const element = spark((columns?.loss ?? []).map((loss) => loss ?? NaN));
      sparks.set(run.id, {at: run.updated_at, element});
      box.querySelector(`[data-run="${CSS.escape(run.id)}"]`)?.replaceChildren(element);
    });
  }

  await refresh();
  return () => { isOver = true; clearTimeout(timer); };
}
