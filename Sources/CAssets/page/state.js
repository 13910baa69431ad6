// The state of the page is its address, so that a link shows what its sender saw.

/** The members of the address, `view` among them. */
export function state() {
  return Object.fromEntries(new URLSearchParams(location.search));
}

/** Changes members of the address without a new entry in the history; null removes one. */
export function update(changes) {
  history.replaceState(null, "", address({...state(), ...changes}));
}

/** Goes to a view. */
export function go(members) {
  history.pushState(null, "", address(members));
  dispatchEvent(new PopStateEvent("popstate"));
}

export function address(members) {
  const parts = new URLSearchParams();
  for (const [name, value] of Object.entries(members)) {
    if (value !== null && value !== undefined && value !== "") parts.set(name, value);
  }
  const text = parts.toString();
  return text ? `/?${text}` : "/";
}

/** A link that stays on the page. */
export function follow(event) {
  const link = event.target.closest?.("a[href^='/?'], a[href='/']");
  if (!link || event.defaultPrevented || event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  history.pushState(null, "", link.getAttribute("href"));
  dispatchEvent(new PopStateEvent("popstate"));
}

export const list = (text) => (text ? text.split(",").filter(Boolean) : []);
