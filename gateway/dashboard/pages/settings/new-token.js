/** A new token for a program; its key is shown this once. */
import * as api from "../../api.js";
import {useChoice} from "../../choice.js";
import {useWords} from "../../preferences.js";
import {Field, Form} from "../../ui/form.js";
import {Failure} from "../../ui/notices.js";
import {Secret} from "../../ui/secret.js";
import {html, useState} from "../../vendor/preact.js";
import {words} from "../../words/settings.js";

/** @import {Schemas} from "../../types/client.js" */

/** @typedef {Schemas["Token"]["scopes"][number]} Scope */

const SCOPES = /** @type {const} */ (["read", "write", "admin"]);

export function NewToken() {
  const w = useWords(words);
  const {me} = useChoice();
  const [name, setName] = useState("");
  const [scopes, setScopes] = useState(/** @type {Scope[]} */ (["read"]));
  const [end, setEnd] = useState("");
  const [isTried, setTried] = useState(false);
  const [error, setError] = useState(/** @type {unknown} */ (undefined));
  const [key, setKey] = useState("");
  const fields = error instanceof api.ApiError ? error.fields : {};
  const isWrong = isTried && (!name.trim() || scopes.length === 0);

  const make = async () => {
    setTried(true);
    setError(undefined);
    if (!name.trim() || scopes.length === 0) return;
    try {
      const body = {name: name.trim(), scopes, expires_at: end ? `${end}T23:59:59Z` : null};
      const made = await api.post("/api/tokens/", {body});
      setKey(made.key);
      setName("");
      setTried(false);
    } catch (refusal) {
      setError(refusal);
    }
  };
  const toggled = (/** @type {Scope} */ scope) =>
    setScopes(scopes.includes(scope) ? scopes.filter((one) => one !== scope) : [...scopes, scope]);

  return html`<details class="new">
    <summary>${w.newToken}</summary>
    <${Form} onSubmit=${make} hasErrors=${isWrong || Object.keys(fields).length > 0}>
      <div class="fields">
        <${Field} id="token-name" label=${w.tokenName} hint=${w.tokenNameHint} value=${name} onInput=${setName} maxlength="100"
          error=${isTried && !name.trim() ? w.required : undefined} />
        <${Field} id="token-end" type="date" label=${w.tokenEnd} hint=${w.tokenEndHint} value=${end} onInput=${setEnd}
          error=${fields.expires_at ? w.wrongEnd : undefined} />
      </div>
      <fieldset>
        <legend>${w.scopes}</legend>
        ${SCOPES.filter((scope) => scope !== "admin" || me.is_staff).map(
          (scope) => html`<label key=${scope} class="check">
            <input type="checkbox" checked=${scopes.includes(scope)} onChange=${() => toggled(scope)} />
            <span>${w.scopeNames[scope]} <span class="hint">${w.scopeHints[scope]}</span></span>
          </label>`,
        )}
        ${isTried && scopes.length === 0 && html`<p class="error" role="alert">${w.noScope}</p>`}
      </fieldset>
      ${error && !fields.expires_at && html`<${Failure} error=${error} />`}
      <button type="submit">${w.makeToken}</button>
    <//>
    ${key && html`<${Secret} id="token-key" title=${w.keyTitle} hint=${w.keyHint} label=${w.key} value=${key} onClose=${() => setKey("")} />`}
  </details>`;
}
