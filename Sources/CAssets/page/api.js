// Calls to this server. One place knows the token, ETags and how a refusal reads.
import {make} from "./dom.js";

const tokenKey = "isoloss-token";
const etags = new Map();

/** A refusal: `status` and the sentences of its problem document. */
export class Refusal extends Error {
  constructor(status, problem) {
    const fields = (problem.errors ?? []).map((error) => `${error.pointer}: ${error.detail}`);
    super(fields.length ? fields.join("\n") : problem.detail ?? problem.title ?? `status ${status}`);
    this.status = status;
    this.problem = problem;
  }
}

async function askToken() {
  const dialog = document.getElementById("token");
  if (!dialog.open) dialog.showModal();
  await new Promise((done) => dialog.addEventListener("close", done, {once: true}));
  sessionStorage.setItem(tokenKey, document.getElementById("token-value").value);
}

/** Asks the server; the answer is JSON, or text where `accept` says so. */
export async function call(path, {method = "GET", body, type, accept = "application/json", signal, cached = false} = {}) {
  const headers = {Accept: accept};
  const token = sessionStorage.getItem(tokenKey);
  if (token) headers.Authorization = `Bearer ${token}`;
  if (body !== undefined) headers["Content-Type"] = type ?? "application/json";
  const known = cached ? etags.get(path) : undefined;
  if (known) headers["If-None-Match"] = known.etag;
  const sent = body === undefined || typeof body === "string" || body instanceof Blob ? body : JSON.stringify(body);
  const response = await fetch(path, {method, headers, body: sent, signal, cache: "no-store"});
  if (response.status === 401) {
    await askToken();
    return call(path, {method, body, type, accept, signal, cached});
  }
  if (response.status === 304 && known) return known.value;
  if (!response.ok) {
    const problem = await response.json().catch(() => ({}));
    throw new Refusal(response.status, problem);
  }
  if (response.status === 204) return null;
  const value = accept === "application/json" ? await response.json() : await response.text();
  const etag = response.headers.get("ETag");
  if (cached && etag) etags.set(path, {etag, value});
  return value;
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

/** All fits that are done, newest first. */
export async function doneFits() {
  return (await call("/v1/fits?limit=200")).fits.filter((item) => item.status === "done");
}

/** A refusal as people see it. */
export function problem(error) {
  return make("div", {class: "problem", role: "alert"},
    error instanceof Refusal ? error.message : `The server did not answer: ${error.message}`);
}
