/** What is shown this once: a dialog with a value to be copied. */
import {useWords} from "../preferences.js";
import {html} from "../vendor/preact.js";
import {words} from "../words/common.js";
import {Dialog} from "./dialog.js";
import {Field} from "./form.js";
import {notify} from "./notices.js";

/** @param {{id: string, title: string, hint: string, label: string, value: string, onClose: () => void}} props */
export function Secret({id, title, hint, label, value, onClose}) {
  const w = useWords(words);
  const copy = async () => {
    await navigator.clipboard.writeText(value);
    notify(w.copied);
  };
  return html`<${Dialog} title=${title} onClose=${onClose}>
    <p class="remark">${hint}</p>
    <${Field} id=${id} label=${label} value=${value} onInput=${() => {}} readonly
      onFocus=${(/** @type {{currentTarget: HTMLInputElement}} */ event) => event.currentTarget.select()} />
    ${/* Only HTTPS and localhost have it. */ navigator.clipboard &&
    html`<div class="buttons"><button type="button" class="primary" onClick=${copy}>${w.copy}</button></div>`}
  <//>`;
}
