/** The webhooks: which program is told of what, whether it is reached, and its secret. */
import * as api from "../../api.js";
import {list} from "../../format.js";
import {useWords} from "../../preferences.js";
import {useLoaded, useStore} from "../../store.js";
import {Confirmation} from "../../ui/dialog.js";
import {Failure, inWords, Loading, notify} from "../../ui/notices.js";
import {Secret} from "../../ui/secret.js";
import {html, useState} from "../../vendor/preact.js";
import {words} from "../../words/alerts.js";
import {words as common} from "../../words/common.js";
import {Deliveries, refusalOf} from "./deliveries.js";
import {NewWebhook} from "./new-webhook.js";
import {Act} from "./rules.js";

/** @import {Schemas} from "../../types/client.js" */

/** @typedef {Schemas["Webhook"]} Webhook */
/** @typedef {{path: {webhook_id: number}, ifMatch?: string}} Call */

const PATH = "/api/webhooks/{webhook_id}/";

export function Webhooks() {
  const w = useWords(words);
  const {value, error, reload} = useLoaded("webhooks", () => api.all("/api/webhooks/"), useStore(api.changes));
  const [isMaking, setMaking] = useState(false);
  const [secret, setSecret] = useState("");
  return html`<section class="card" aria-labelledby="webhooks">
    <header>
      <h2 id="webhooks">${w.webhooks}</h2>
      <button type="button" onClick=${() => setMaking(true)}>${w.newWebhook}</button>
    </header>
    <p class="hint">${w.webhooksHint}</p>
    ${error
      ? html`<${Failure} error=${error} onRetry=${reload} />`
      : value
        ? html`<${List} webhooks=${value} onSecret=${setSecret} />`
        : html`<${Loading} />`}
    ${isMaking && html`<${NewWebhook} onClose=${() => setMaking(false)} onSecret=${setSecret} />`}
    ${secret && html`<${Secret} id="webhook-secret" title=${w.secretTitle} hint=${w.secretHint} label=${w.secret} value=${secret} onClose=${() => setSecret("")} />`}
  </section>`;
}

/** @param {{webhooks: Webhook[], onSecret: (secret: string) => void}} props */
function List({webhooks, onSecret}) {
  const w = useWords(words);
  const c = useWords(common);
  const [looked, setLooked] = useState(/** @type {Webhook | null} */ (null));
  const [asked, setAsked] = useState(/** @type {{webhook: Webhook, action: "delete" | "rotate"} | null} */ (null));
  const told = async (/** @type {Promise<unknown>} */ done, /** @type {string} */ text) => {
    try {
      await done;
      notify(text);
    } catch (error) {
      notify(inWords(error, c), "failed");
    }
  };
  const test = async (/** @type {Webhook} */ webhook) => {
    try {
      await api.post("/api/webhooks/{webhook_id}/test/", {path: {webhook_id: webhook.id}});
      setLooked(webhook);
    } catch (error) {
      notify(refusalOf(error, w, c), "failed");
    }
  };
  const turn = (/** @type {Webhook} */ webhook) =>
    told(
      unchanged(webhook, (call) => api.patch(PATH, {...call, body: {is_active: !webhook.is_active}})),
      webhook.is_active ? w.switchedOff(nameOf(webhook)) : w.switchedOn(nameOf(webhook)),
    );
  const remove = (/** @type {Webhook} */ webhook) =>
    told(unchanged(webhook, (call) => api.remove(PATH, call)), w.deleted(nameOf(webhook)));
  const rotate = (/** @type {Webhook} */ webhook) => {
    const made = api.post("/api/webhooks/{webhook_id}/rotate_secret/", {path: {webhook_id: webhook.id}});
    return told(made.then(({secret}) => onSecret(secret)), w.rotated);
  };

  if (webhooks.length === 0) return html`<p>${w.noWebhooks}</p>`;
  return html`<ul class="entries">
    ${webhooks.map((webhook) => {
      const {id, url, events, is_active, disabled_reason} = webhook;
      const name = nameOf(webhook);
      return html`<li key=${id} class=${is_active ? "" : "off"}>
        <div>
          <h3>${name}</h3>
          ${name !== url && html`<p class="address">${url}</p>`}
          <p class="hint">${w.isToldOf(list(events.map((event) => w.events[event])))}</p>
          ${!is_active && html`<p class="hint">${w.isOff}${disabled_reason && html`: <span lang="en">${disabled_reason}</span>`}</p>`}
        </div>
        <div class="buttons">
          <${Act} label=${w.deliveries} of=${name} onClick=${() => setLooked(webhook)} />
          <${Act} label=${w.test} of=${name} onClick=${() => test(webhook)} />
          <${Act} label=${w.rotate} of=${name} onClick=${() => setAsked({webhook, action: "rotate"})} />
          <${Act} label=${is_active ? w.switchOff : w.switchOn} of=${name} onClick=${() => turn(webhook)} />
          <${Act} label=${w.delete} of=${name} onClick=${() => setAsked({webhook, action: "delete"})} />
        </div>
      </li>`;
    })}
  </ul>
  ${looked && html`<${Deliveries} id=${looked.id} name=${nameOf(looked)} onClose=${() => setLooked(null)} />`}
  ${asked?.action === "delete" &&
  html`<${Confirmation} title=${w.deleteTitle(nameOf(asked.webhook))} action=${w.delete} onConfirm=${() => remove(asked.webhook)} onClose=${() => setAsked(null)}>
    <p>${w.deleteWebhookHint}</p>
  <//>`}
  ${asked?.action === "rotate" &&
  html`<${Confirmation} title=${w.rotateTitle(nameOf(asked.webhook))} action=${w.rotate} onConfirm=${() => rotate(asked.webhook)} onClose=${() => setAsked(null)}>
    <p>${w.rotateHint}</p>
  <//>`}`;
}

/** @param {Webhook} webhook */
function nameOf({description, url}) {
  return description || url;
}

/**
 * Change a webhook if nobody else does meanwhile.
 *
 * @param {Webhook} webhook
 * @param {(call: Call) => Promise<unknown>} act
 */
async function unchanged({id}, act) {
  const path = {webhook_id: id};
  await api.get(PATH, {path});
  return act({path, ifMatch: api.etagOf(PATH, {path})});
}
