/** One figure with its title, large enough to be seen first. */
import {html} from "../vendor/preact.js";

/** @param {{title: string, hint?: string, children?: unknown}} props */
export function Figure({title, hint, children}) {
  return html`<div class="card figure">
    <h2>${title}</h2>
    <p class="amount">${children}</p>
    ${hint && html`<p class="hint">${hint}</p>`}
  </div>`;
}
