/** What happened, said where it is seen and read out. */
import {ApiError} from "../api.js";
import {useWords} from "../preferences.js";
import {Store, useStore} from "../store.js";
import {html} from "../vendor/preact.js";
import {words} from "../words/common.js";
import {Icon} from "./icon.js";

/** @import {CommonWords} from "../words/common.js" */

const SHOWN = 8000; // milliseconds that a notice of success stays

/** @typedef {{id: number, text: string, kind: "done" | "failed"}} Notice */

const notices = new Store(/** @type {Notice[]} */ ([]));
let count = 0;

/**
 * Say that something was done, or failed; what failed stays until it is closed.
 *
 * @param {string} text
 * @param {Notice["kind"]} [kind]
 */
export function notify(text, kind = "done") {
  const notice = {id: (count += 1), text, kind};
  notices.set([...notices.value, notice]);
  if (kind === "done") setTimeout(() => close(notice.id), SHOWN);
}

/** @param {number} id */
function close(id) {
  notices.set(notices.value.filter((notice) => notice.id !== id));
}

/** The notices, once a page. */
export function Notices() {
  const w = useWords(words);
  return html`<div class="notices" role="status" aria-live="polite">
    ${useStore(notices).map(
      (notice) => html`<div key=${notice.id} class=${`notice ${notice.kind}`}>
        <p>${notice.text}</p>
        <button type="button" class="quiet" aria-label=${w.close} onClick=${() => close(notice.id)}>
          <${Icon} name="close" />
        </button>
      </div>`,
    )}
  </div>`;
}

/**
 * An error in words, with what may be done about it.
 *
 * @param {{error: unknown, onRetry?: () => void}} props
 */
export function Failure({error, onRetry}) {
  const w = useWords(words);
  const id = error instanceof ApiError ? error.requestId : undefined;
  return html`<div class="failure" role="alert">
    <p>${inWords(error, w)}</p>
    ${id && html`<p class="hint">${w.reference(id)}</p>`}
    ${onRetry && html`<button type="button" onClick=${onRetry}>${w.tryAgain}</button>`}
  </div>`;
}

/** While something is loaded for the first time: its place, and a word for who does not see it. */
export function Loading() {
  return html`<div class="loading" aria-busy="true"><span class="hidden">${useWords(words).loading}</span></div>`;
}

/**
 * Return what an error means for the reader.
 *
 * The server's own sentence, which is English, is shown where it says more than the code.
 *
 * @param {unknown} error
 * @param {CommonWords} w
 * @returns {string}
 */
export function inWords(error, w) {
  if (!(error instanceof ApiError)) return w.errors.other;
  const known = /** @type {Record<string, string>} */ (w.errors)[error.code];
  return known ?? (error.message || w.errors.other);
}
