/** Alerts and webhooks: rules and what they told, programs that are told and what reached them. */
import {useWords} from "../preferences.js";
import {html} from "../vendor/preact.js";
import {words} from "../words/alerts.js";
import {Rules} from "./alerts/rules.js";
import {Webhooks} from "./alerts/webhooks.js";

export default function AlertsPage() {
  const w = useWords(words);
  return html`<div class="page alerts">
    <header><h1>${w.title}</h1></header>
    <${Rules} />
    <${Webhooks} />
  </div>`;
}
