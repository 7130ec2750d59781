/** Addresses under /dashboard/, by the browser's history. */
import {PAGES} from "./pages.js";
import {Store} from "./store.js";

/** @import {Page} from "./pages.js" */

const ROOT = "/dashboard/";

/**
 * @typedef {object} Place
 * @property {Page | undefined} page undefined: there is none at this address
 * @property {Record<string, string>} parameters from the path: those with a colon in the page's
 * @property {URLSearchParams} query
 */

/** @returns {Place} */
function read() {
  const segments = location.pathname.slice(ROOT.length).split("/").filter(Boolean);
  const query = new URLSearchParams(location.search);
  for (const page of PAGES) {
    const parameters = matched(page.path, segments);
    if (parameters) return {page, parameters, query};
  }
  return {page: undefined, parameters: {}, query};
}

/**
 * @param {string} path of a page: "assets/:id"
 * @param {string[]} segments
 */
function matched(path, segments) {
  const wanted = path.split("/").filter(Boolean);
  if (wanted.length !== segments.length) return null;
  /** @type {Record<string, string>} */
  const parameters = {};
  for (const [index, segment] of wanted.entries()) {
    if (segment.startsWith(":")) parameters[segment.slice(1)] = decodeURIComponent(segments[index]);
    else if (segment !== segments[index]) return null;
  }
  return parameters;
}

export const place = new Store(read());

/**
 * Return the address of a page; the chosen portfolio goes along.
 *
 * @param {string} path "", "holdings", "assets/17"
 * @param {Record<string, string | undefined>} [query]
 */
export function addressOf(path, query = {}) {
  const chosen = place.value.query.get("portfolio") || undefined;
  const entries = Object.entries({portfolio: chosen, ...query});
  const asked = new URLSearchParams();
  for (const [name, value] of entries) if (value !== undefined) asked.set(name, value);
  const text = asked.toString();
  return `${ROOT}${path ? `${path}/` : ""}${text && `?${text}`}`;
}

/**
 * Go to an address of ours.
 *
 * @param {string} address
 * @param {{replaces?: boolean}} [how] `replaces`: "back" does not return to where we are
 */
export function go(address, {replaces = false} = {}) {
  if (replaces) history.replaceState(null, "", address);
  else history.pushState(null, "", address);
  place.set(read());
}

/**
 * Change parts of the query of where we are; undefined takes one away.
 *
 * @param {Record<string, string | undefined>} values
 */
export function refine(values) {
  const query = new URLSearchParams(location.search);
  for (const [name, value] of Object.entries(values)) {
    if (value === undefined) query.delete(name);
    else query.set(name, value);
  }
  const text = query.toString();
  go(location.pathname + (text && `?${text}`), {replaces: true});
}

addEventListener("popstate", () => place.set(read()));

// Links are plain links; those of ours need no new page.
document.addEventListener("click", (event) => {
  const link = event.target instanceof Element && event.target.closest("a");
  const isPlain = event.button === 0 && !event.metaKey && !event.ctrlKey && !event.shiftKey && !event.altKey;
  if (!link || !isPlain || event.defaultPrevented || link.target || link.hasAttribute("download")) return;
  const address = new URL(link.href);
  if (address.origin !== location.origin || !address.pathname.startsWith(ROOT) || address.hash) return;
  event.preventDefault();
  go(address.pathname + address.search);
});
