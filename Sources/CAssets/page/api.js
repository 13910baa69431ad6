// Calls to this server. One place knows the token, ETags and how a refusal reads.
import {make} from "./dom.js";

const tokenKey = "isoloss-token";
const etags = new Map();

/** True where this server has asked for a token. */
export const hasToken = () => Boolean(sessionStorage.getItem(tokenKey));

/** A refusal: `status` and the sentences of its problem document. */
export class Refusal extends Error {
  constructor(status, problem) {
    const fields = (problem.errors ?? []).map((error) => `${error.pointer}: ${error.detail}`);
    super(fields.length ? fields.join("\n") : problem.detail ?? problem.title ?? `status ${status}`);
    this.status = status;
    this.problem = problem;
  }
}

/** Asks for the token, once for all calls that wait for it; says so where the one given was refused. */
async function askToken(refused) {
  // Another call has asked in the meantime.
  if (sessionStorage.getItem(tokenKey) !== refused) return;
  const dialog = document.getElementById("token");
  document.getElementById("token-refused").hidden = !refused;
  if (!dialog.open) dialog.showModal();
  await new Promise((done) => dialog.addEventListener("close", done, {once: true}));
  const given = document.getElementById("token-value").value;
  if (given) sessionStorage.setItem(tokenKey, given);
}

/** Sends a request; the answer is a response that is no refusal, or 304. */
async function send(path, {method = "GET", body, type, accept = "application/json", signal, known} = {}) {
  const headers = {Accept: accept};
  const token = sessionStorage.getItem(tokenKey);
  if (token) headers.Authorization = `Bearer ${token}`;
  if (body !== undefined) headers["Content-Type"] = type ?? "application/json";
  if (known) headers["If-None-Match"] = known.etag;
  const sent = body === undefined || typeof body === "string" || body instanceof Blob ? body : JSON.stringify(body);
  const response = await fetch(path, {method, headers, body: sent, signal, cache: "no-store"});
  if (response.status === 401) {
    await askToken(token);
    return send(path, {method, body, type, accept, signal, known});
  }
  if (response.ok || (response.status === 304 && known)) return response;
  throw new Refusal(response.status, await response.json().catch(() => ({})));
}

/** Asks the server; the answer is JSON, or text where `accept` says so. */
export async function call(path, options = {}) {
  const {accept = "application/json", cached = false} = options;
  const known = cached ? etags.get(path) : undefined;
  const response = await send(path, {...options, known});
  if (response.status === 304) return known.value;
  if (response.status === 204) return null;
  const value = accept === "application/json" ? await response.json() : await response.text();
  const etag = response.headers.get("ETag");
  if (cached && etag) etags.set(path, {etag, value});
  return value;
}

/**
 * Runs with their points as columns, each handed to `each` as soon as it is there:
 * `{run, problem, point_count, columns: {step, loss, learning_rate, …}, not_finite: {index: "nan"}}`.
 */
export async function curves(ids, options, each) {
  const response = await send(`/v1/curves${query({runs: ids.join(","), ...options})}`, {accept: "application/x-ndjson"});
  const [reader, decoder] = [response.body.getReader(), new TextDecoder()];
  for (let rest = ""; ;) {
    const {value, done} = await reader.read();
    const lines = (rest + decoder.decode(value, {stream: !done})).split("\n");
    rest = lines.pop();
    for (const line of lines) await each(JSON.parse(line));
    if (done) return;
  }
}

/** `?a=1&b=2` of the members that have a value. */
export function query(members) {
  const parts = new URLSearchParams();
  for (const [name, value] of Object.entries(members)) {
    if (value !== undefined && value !== null && value !== "") parts.append(name, value);
  }
  const text = parts.toString();
  return text ? `?${text}` : "";
}

export const run = (id) => `/v1/runs/${encodeURIComponent(id)}`;
export const fit = (id) => `/v1/fits/${encodeURIComponent(id)}`;

/** The same call for a terminal. */
export const curl = (path) => `curl '${location.origin}${path}'${hasToken() ? " -H \"Authorization: Bearer $ISOLOSS_TOKEN\"" : ""}`;

/** All fits that are done, newest first. */
export async function doneFits() {
  return (await call("/v1/fits?limit=200")).fits.filter((item) => item.status === "done");
}

/** A refusal as people see it. */
export function problem(error) {
  return make("div", {class: "problem", role: "alert"},
    error instanceof Refusal ? error.message : `The server did not answer: ${error.message}`);
}
