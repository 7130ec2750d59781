/** The dialog in which a webhook is made. */
import * as api from "../../api.js";
import {useWords} from "../../preferences.js";
import {Dialog} from "../../ui/dialog.js";
import {Field, Form} from "../../ui/form.js";
import {Failure} from "../../ui/notices.js";
import {html, useState} from "../../vendor/preact.js";
import {words} from "../../words/alerts.js";
import {words as shell} from "../../words/shell.js";

/** @import {Schemas} from "../../types/client.js" */

/** @typedef {Schemas["Webhook"]["events"][number]} Event */

const EVERYTHING = "*";
/** @type {readonly Event[]} what a program subscribes to */
const EVENTS = [
  EVERYTHING,
  "transaction.created",
  "transaction.updated",
  "transaction.deleted",
  "price.updated",
  "price.alert",
  "portfolio.value_changed",
  "risk.threshold_breached",
  "portfolio.snapshot_created",
];

/** @param {{onClose: () => void, onSecret: (secret: string) => void}} props */
export function NewWebhook({onClose, onSecret}) {
  const w = useWords(words);
  const s = useWords(shell);
  const [url, setUrl] = useState("");
  const [description, setDescription] = useState("");
  const [events, setEvents] = useState(/** @type {Event[]} */ ([EVERYTHING]));
  const [isTried, setTried] = useState(false);
  const [refusal, setRefusal] = useState(/** @type {unknown} */ (undefined));
  const fields = refusal instanceof api.ApiError ? /** @type {Record<string, string[]>} */ (refusal.fields) : {};
  const isWrong = isTried && (!url.trim() || events.length === 0);
  const toggled = (/** @type {Event} */ event) =>
    setEvents(events.includes(event) ? events.filter((one) => one !== event) : [...events, event]);

  const make = async () => {
    setTried(true);
    setRefusal(undefined);
    if (!url.trim() || events.length === 0) return;
    try {
      const body = {url: url.trim(), description: description.trim(), events};
      const {secret} = await api.post("/api/webhooks/", {body});
      onClose();
      onSecret(secret);
    } catch (error) {
      setRefusal(error);
    }
  };

  return html`<${Dialog} title=${w.newWebhook} onClose=${onClose}>
    <${Form} onSubmit=${make} hasErrors=${isWrong || Object.keys(fields).length > 0}>
      <${Field} id="webhook-url" type="url" label=${w.url} hint=${w.urlHint} value=${url} onInput=${setUrl} autocomplete="off"
        error=${isTried && !url.trim() ? s.required : fields.url?.[0]} />
      <${Field} id="webhook-description" label=${w.description} value=${description} onInput=${setDescription} maxlength="200"
        error=${fields.description?.[0]} />
      <fieldset>
        <legend>${w.toldOf}</legend>
        ${EVENTS.map(
          (event) => html`<label key=${event} class="check">
            <input type="checkbox" checked=${events.includes(event)} onChange=${() => toggled(event)} />
            <span>${w.events[event]}</span>
          </label>`,
        )}
        ${isTried && events.length === 0 && html`<p class="error" role="alert">${w.noEvent}</p>`}
      </fieldset>
      ${refusal && Object.keys(fields).length === 0 && html`<${Failure} error=${refusal} />`}
      <div class="buttons"><button type="submit" class="primary">${w.make}</button></div>
    <//>
  <//>`;
}
