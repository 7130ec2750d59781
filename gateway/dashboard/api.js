/**
 * The public API, called as any other client calls it, by the types of its document.
 *
 * Answers are kept in this tab: a fresh one is used again, an older one is asked for with its ETag.
 * So a walk through the pages costs few of the hour's requests.
 */
import {end, session} from "./session.js";
import {Store} from "./store.js";

/** @import {Answer, Arguments, Method, PathOf, Row, Schemas} from "./types/client.js" */
/** @import {paths} from "./types/api.js" */

const FRESH = 60_000; // milliseconds, as the API's own max-age
const COMPUTED_FRESH = 600_000; // of /api/analytics/, which has a hundredth of the day's requests
// What follows from a change is there some moments later.
const SETTLING = 10_000;
const SETTLING_FRESH = 2_000;

const LONGEST_PATIENCE = 5; // seconds that a reader waits for what the server asks to be asked again
const POLLS = [300, 600, 1000, 2000]; // milliseconds between looks at a job, the last one for ever

/** Whether the server is out of reach. */
export const isOffline = new Store(false);

/** Counts what was changed from here: who shows an answer loads it again. */
export const changes = new Store(0);

/**
 * What the API refused, or that it did not answer: `offline`.
 */
export class ApiError extends Error {
  /**
   * @param {number} status 0: there was no answer
   * @param {{error?: string, details?: {code?: string, message?: string, request_id?: string, fields?: Record<string, unknown>}}} body
   * @param {number} [retryAfter] seconds
   */
  constructor(status, body, retryAfter) {
    super(body.details?.message ?? body.error ?? "");
    this.status = status;
    this.code = body.details?.code ?? "server_error";
    this.requestId = body.details?.request_id;
    this.fields = body.details?.fields ?? {};
    this.retryAfter = retryAfter;
  }
}

/**
 * @typedef {object} Kept
 * @property {unknown} body
 * @property {string | null} etag
 * @property {number} at when it was asked for
 * @property {number} change after which
 * @property {boolean} isSettled whether what follows from that change is in it
 */

/** @type {Map<string, Kept>} */
const kept = new Map();
/** @type {Map<string, Promise<unknown>>} */
const running = new Map();
let changedAt = -Infinity;

session.listeners.add(() => {
  if (session.value.token) return;
  kept.clear();
  running.clear();
});

/**
 * @template {PathOf<"get">} P
 * @param {P} path
 * @param {Arguments<P, "get">} call
 * @returns {Promise<Answer<P, "get">>}
 */
export async function get(path, ...[call]) {
  const address = addressOf(path, call);
  const before = kept.get(address);
  const asked = isFresh(address, before) ? before.body : (running.get(address) ?? ask(address, before));
  return /** @type {Promise<Answer<P, "get">>} */ (asked);
}

/**
 * Return the ETag of what was got last, for `ifMatch`.
 *
 * @template {PathOf<"get">} P
 * @param {P} path
 * @param {Arguments<P, "get">} call
 * @returns {string | undefined}
 */
export function etagOf(path, ...[call]) {
  return kept.get(addressOf(path, call))?.etag ?? undefined;
}

/**
 * Return all rows of a list, page after page.
 *
 * @template {PathOf<"get">} P
 * @param {P} path
 * @param {Arguments<P, "get">} call
 * @returns {Promise<Row<P>[]>}
 */
export async function all(path, ...[call]) {
  /** @type {Row<P>[]} */
  const rows = [];
  for (let page = 1; ; page += 1) {
    const query = {...call?.query, page, page_size: 500};
    const answer = await get(path, .../** @type {any} */ ([{...call, query}]));
    const {results, next} = /** @type {{results: Row<P>[], next: string | null}} */ (answer);
    rows.push(...results);
    if (!next) return rows;
  }
}

/**
 * @template {PathOf<"post">} P
 * @param {P} path
 * @param {Arguments<P, "post">} call
 * @returns {Promise<Answer<P, "post">>}
 */
export function post(path, ...[call]) {
  return change("post", path, call);
}

/**
 * @template {PathOf<"put">} P
 * @param {P} path
 * @param {Arguments<P, "put">} call
 * @returns {Promise<Answer<P, "put">>}
 */
export function put(path, ...[call]) {
  return change("put", path, call);
}

/**
 * @template {PathOf<"patch">} P
 * @param {P} path
 * @param {Arguments<P, "patch">} call
 * @returns {Promise<Answer<P, "patch">>}
 */
export function patch(path, ...[call]) {
  return change("patch", path, call);
}

/**
 * @template {PathOf<"delete">} P
 * @param {P} path
 * @param {Arguments<P, "delete">} call
 * @returns {Promise<Answer<P, "delete">>}
 */
export function remove(path, ...[call]) {
  return change("delete", path, call);
}

/**
 * @param {Method} method
 * @param {keyof paths} path
 * @param {{path?: unknown, query?: object, body?: unknown, ifMatch?: string, file?: {content: Blob | string, type: string}, onProgress?: (progress: number) => void} | undefined} call
 * @returns {Promise<any>}
 */
async function change(method, path, call) {
  const headers = new Headers();
  // The same key at a second try: what was done already is not done twice.
  if (method === "post") headers.set("Idempotency-Key", randomKey());
  if (call?.ifMatch) headers.set("If-Match", call.ifMatch);
  /** @type {BodyInit | undefined} */
  let body;
  if (call?.file) {
    headers.set("Content-Type", call.file.type);
    body = call.file.content;
  } else if (call?.body !== undefined) {
    headers.set("Content-Type", "application/json");
    body = JSON.stringify(call.body);
  }
  const response = await send(addressOf(path, call), {method: method.toUpperCase(), headers, body});
  const answer = response.status === 204 ? undefined : await response.json();
  // What is under way without a job, like a webhook's test, is its own answer.
  const result = answer?.job && response.status === 202 ? await followed(answer.job, call?.onProgress) : answer;
  const isPreview = Boolean(call?.query && "dry_run" in call.query && call.query.dry_run);
  if (path !== "/api/auth-token/" && !isPreview) {
    changedAt = Date.now();
    changes.set(changes.value + 1);
  }
  return result;
}

/**
 * Return what a job results in.
 *
 * @param {Schemas["Job"]} job
 * @param {(progress: number) => void} [onProgress]
 */
async function followed(job, onProgress) {
  for (let look = 0; ; look += 1) {
    onProgress?.(job.progress / 100);
    if (job.status === "done") return job.result;
    if (job.status === "failed") throw new ApiError(422, job.error ?? {});
    await pause(POLLS[Math.min(look, POLLS.length - 1)]);
    job = await (await send(`/api/jobs/${job.id}/`, {})).json();
  }
}

/**
 * @param {string} address
 * @param {Kept | undefined} before
 */
function ask(address, before) {
  const asked = answered(address, before).finally(() => running.delete(address));
  running.set(address, asked);
  return asked;
}

/**
 * @param {string} address
 * @param {Kept | undefined} before
 */
async function answered(address, before) {
  const {token} = session.value;
  const headers = new Headers();
  if (before?.etag) headers.set("If-None-Match", before.etag);
  const at = Date.now();
  const change = changes.value;
  const response = await send(address, {headers});
  const body = response.status === 304 ? before?.body : await response.json();
  const isSettled = at - changedAt > SETTLING && !isCatchingUp(body);
  // Who logged out meanwhile leaves nothing behind.
  if (session.value.token === token) {
    kept.set(address, {body, etag: response.headers.get("ETag"), at, change, isSettled});
  }
  return body;
}

/**
 * @param {string} address
 * @param {RequestInit & {headers?: Headers}} request
 * @returns {Promise<Response>}
 */
async function send(address, request) {
  const {token} = session.value;
  const headers = new Headers(request.headers);
  headers.set("Accept", "application/json");
  if (token) headers.set("Authorization", `Token ${token}`);
  // What is kept is kept above, where a login that ends takes it along.
  const response = await reached(address, {...request, headers, cache: "no-store"});
  if (response.ok || response.status === 304) return response;
  const error = await refusal(response);
  if (error.status === 401 && token && token === session.value.token) end({hasEnded: true});
  throw error;
}

/**
 * Ask, and once more where nobody answered or the answer was to come again soon.
 *
 * @param {string} address
 * @param {RequestInit} request
 */
async function reached(address, request) {
  const isRepeatable = !request.method || request.method === "POST";
  const first = await attempted(address, request);
  const seconds = first ? secondsToWait(first) : 1;
  if (!isRepeatable || seconds === null || seconds > LONGEST_PATIENCE) return first ?? unreachable();
  await pause(seconds * 1000);
  return (await attempted(address, request)) ?? unreachable();
}

/**
 * @param {string} address
 * @param {RequestInit} request
 * @returns {Promise<Response | null>} null: nobody answered
 */
async function attempted(address, request) {
  try {
    const response = await fetch(address, request);
    if (isOffline.value) isOffline.set(false);
    return response;
  } catch {
    return null;
  }
}

/** @returns {never} */
function unreachable() {
  if (!isOffline.value) isOffline.set(true);
  throw new ApiError(0, {details: {code: "offline"}});
}

/**
 * @param {Response} response
 * @returns {number | null}
 */
function secondsToWait(response) {
  const isBusy = [429, 502, 503, 504].includes(response.status);
  const seconds = response.headers.get("Retry-After");
  return isBusy && seconds ? Number(seconds) : null;
}

/** @param {Response} response */
async function refusal(response) {
  const retryAfter = Number(response.headers.get("Retry-After")) || undefined;
  const body = await response.json().catch(() => ({}));
  return new ApiError(response.status, body, retryAfter);
}

/**
 * @param {string} address
 * @param {Kept | undefined} answer
 * @returns {answer is Kept}
 */
function isFresh(address, answer) {
  if (answer?.change !== changes.value) return false;
  const age = Date.now() - answer.at;
  if (!answer.isSettled) return age < SETTLING_FRESH;
  return age < (address.startsWith("/api/analytics/") ? COMPUTED_FRESH : FRESH);
}

/** @param {any} body */
function isCatchingUp(body) {
  return Boolean(body?.warnings?.some?.((/** @type {{code: string}} */ {code}) => code === "catching_up"));
}

/**
 * @param {string} path with names in braces
 * @param {{path?: unknown, query?: object} | undefined} call
 */
function addressOf(path, call) {
  const values = new Map(Object.entries(call?.path ?? {}));
  const filled = path.replace(/\{(\w+)\}/g, (_, name) => encodeURIComponent(values.get(name)));
  const asked = Object.entries(call?.query ?? {}).filter(([, value]) => value !== undefined && value !== "");
  const query = new URLSearchParams(asked.map(([name, value]) => [name, String(value)])).toString();
  return query ? `${filled}?${query}` : filled;
}

/** crypto.randomUUID() exists on HTTPS and localhost alone. */
function randomKey() {
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, "0")).join("");
}

/** @param {number} milliseconds */
function pause(milliseconds) {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}
