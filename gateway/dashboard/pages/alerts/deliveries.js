/** What was sent to a webhook, whether it arrived, and once more what did not. */
import * as api from "../../api.js";
import {time} from "../../format.js";
import {useWords} from "../../preferences.js";
import {useLoaded, useStore} from "../../store.js";
import {Dialog} from "../../ui/dialog.js";
import {Failure, inWords, Loading} from "../../ui/notices.js";
import {html, useEffect, useState} from "../../vendor/preact.js";
import {words} from "../../words/alerts.js";
import {words as common} from "../../words/common.js";

/** @import {Schemas} from "../../types/client.js" */

/** @typedef {Schemas["Delivery"]} Delivery */

const SHOWN = 50; // of the newest
const PAUSE = 2_500; // milliseconds between looks at what is under way

/** @param {{id: number, name: string, onClose: () => void}} props */
export function Deliveries({id, name, onClose}) {
  const w = useWords(words);
  const {value, error, isLoading, reload} = useLoaded(
    `deliveries ${id}`,
    () => api.get("/api/webhooks/{webhook_id}/deliveries/", {path: {webhook_id: id}, query: {page_size: SHOWN}}),
    useStore(api.changes),
  );
  const isUnderWay = Boolean(value?.results.some(({status}) => status === "PENDING"));
  useEffect(() => {
    if (isLoading || !isUnderWay) return undefined;
    const waiting = setTimeout(reload, PAUSE);
    return () => clearTimeout(waiting);
  }, [isLoading, isUnderWay]);
  return html`<${Dialog} title=${w.deliveriesOf(name)} onClose=${onClose}>
    ${error ? html`<${Failure} error=${error} onRetry=${reload} />` : value ? html`<${List} deliveries=${value.results} />` : html`<${Loading} />`}
  <//>`;
}

/** @param {{deliveries: Delivery[]}} props */
function List({deliveries}) {
  const w = useWords(words);
  const c = useWords(common);
  // A notice would be behind the dialog, and read to nobody.
  const [said, setSaid] = useState("");
  const redeliver = async (/** @type {number} */ id) => {
    setSaid("");
    try {
      await api.post("/api/webhooks/deliveries/{delivery_id}/redeliver/", {path: {delivery_id: id}});
      setSaid(w.sentAgain);
    } catch (error) {
      setSaid(refusalOf(error, w, c));
    }
  };
  if (deliveries.length === 0) return html`<p>${w.noDeliveries}</p>`;
  return html`<p class="hint" role="status">${said}</p>
  <ul class="entries">
    ${deliveries.map(({id, event, status, attempts, response_status, error, created, next_attempt}) => {
      const label = `${event}, ${time(created)}`;
      const said = [w.attempts(attempts), response_status === null ? null : w.answer(response_status)].filter((part) => part !== null);
      return html`<li key=${id}>
        <div>
          <h3>${label}</h3>
          <p><strong class=${status.toLowerCase()}>${w.states[status]}</strong> ${said.join(", ")}</p>
          ${error && html`<p class="hint" lang="en">${error}</p>`}
          ${status === "PENDING" && next_attempt && attempts > 0 && html`<p class="hint">${w.nextAttempt(time(next_attempt))}</p>`}
        </div>
        ${status !== "PENDING" &&
        html`<div class="buttons">
          <button type="button" class="small" aria-label=${`${w.sendAgain}: ${label}`} onClick=${() => redeliver(id)}>${w.sendAgain}</button>
        </div>`}
      </li>`;
    })}
  </ul>`;
}

/**
 * Return why nothing is sent: most often, the webhook is switched off.
 *
 * @param {unknown} error
 * @param {import("../../words/alerts.js").AlertWords} w
 * @param {import("../../words/common.js").CommonWords} c
 */
export function refusalOf(error, w, c) {
  return error instanceof api.ApiError && error.status === 409 ? w.isInactive : inWords(error, c);
}
