/** A new password; it ends all other logins. */
import * as api from "../../api.js";
import {useChoice} from "../../choice.js";
import {useWords} from "../../preferences.js";
import {Field, Form} from "../../ui/form.js";
import {Failure, notify} from "../../ui/notices.js";
import {html, useState} from "../../vendor/preact.js";
import {words} from "../../words/settings.js";

const EMPTY = {current: "", wanted: "", repeated: ""};

export function Password() {
  const w = useWords(words);
  const {me} = useChoice();
  const [typed, setTyped] = useState(EMPTY);
  const [isTried, setTried] = useState(false);
  const [isBusy, setBusy] = useState(false);
  const [refusal, setRefusal] = useState(/** @type {unknown} */ (undefined));
  const fields = refusal instanceof api.ApiError ? /** @type {Record<string, string[]>} */ (refusal.fields) : {};
  const missing = (/** @type {string} */ value) => (isTried && !value ? w.required : undefined);
  const differs = isTried && typed.wanted !== typed.repeated;
  const set = (/** @type {Partial<typeof EMPTY>} */ part) => setTyped({...typed, ...part});

  const save = async () => {
    setTried(true);
    if (!typed.current || !typed.wanted || typed.wanted !== typed.repeated || isBusy) return;
    setBusy(true);
    setRefusal(undefined);
    try {
      await api.post("/api/users/me/password/", {body: {current_password: typed.current, new_password: typed.wanted}});
      setTyped(EMPTY);
      setTried(false);
      notify(w.passwordSaved);
    } catch (error) {
      setRefusal(error);
    }
    setBusy(false);
  };
  const isWrong = differs || (isTried && !(typed.current && typed.wanted)) || Object.keys(fields).length > 0;
  return html`<section class="card">
    <h2>${w.passwordTitle}</h2>
    <p class="hint">${w.passwordHint}</p>
    <${Form} onSubmit=${save} hasErrors=${isWrong}>
      <input class="hidden" type="text" autocomplete="username" value=${me.username} readonly tabindex="-1" aria-hidden="true" />
      <div class="fields">
        <${Field} id="current-password" type="password" label=${w.current} value=${typed.current} autocomplete="current-password"
          error=${missing(typed.current) ?? (fields.current_password && w.wrongPassword)} onInput=${(/** @type {string} */ current) => set({current})} />
        <${Field} id="new-password" type="password" label=${w.wanted} value=${typed.wanted} autocomplete="new-password"
          error=${missing(typed.wanted) ?? fields.new_password?.[0]} onInput=${(/** @type {string} */ wanted) => set({wanted})} />
        <${Field} id="repeated-password" type="password" label=${w.repeated} value=${typed.repeated} autocomplete="new-password"
          error=${differs ? w.differs : undefined} onInput=${(/** @type {string} */ repeated) => set({repeated})} />
      </div>
      ${refusal && Object.keys(fields).length === 0 && html`<${Failure} error=${refusal} />`}
      <button type="submit" aria-disabled=${isBusy}>${w.changePassword}</button>
    <//>
  </section>`;
}
