/** The currency that several portfolios are added up in. */
import * as api from "../../api.js";
import {useChoice} from "../../choice.js";
import {currencyName} from "../../format.js";
import {useWords} from "../../preferences.js";
import {Field, Form} from "../../ui/form.js";
import {Failure, notify} from "../../ui/notices.js";
import {html, useState} from "../../vendor/preact.js";
import {words} from "../../words/settings.js";

export function Currency() {
  const w = useWords(words);
  const {me} = useChoice();
  const [currency, setCurrency] = useState(me.base_currency);
  const [error, setError] = useState(/** @type {unknown} */ (undefined));
  const isField = error instanceof api.ApiError && Boolean(error.fields.base_currency);
  const save = async () => {
    setError(undefined);
    try {
      const body = {base_currency: currency.trim().toUpperCase()};
      const saved = await api.patch("/api/users/me/", {body, ifMatch: api.etagOf("/api/users/me/")});
      setCurrency(saved.base_currency);
      notify(w.currencySaved(currencyName(saved.base_currency)));
    } catch (refusal) {
      setError(refusal);
    }
  };
  return html`<section class="card">
    <h2>${w.currencyTitle}</h2>
    <${Form} class="line" onSubmit=${save} hasErrors=${isField}>
      <${Field} id="base-currency" label=${w.currency} hint=${w.currencyHint} value=${currency} onInput=${setCurrency}
        error=${isField ? w.wrongCurrency : undefined} maxlength="3" autocapitalize="characters" spellcheck=${false} />
      <button type="submit">${w.save}</button>
    <//>
    ${error && !isField && html`<${Failure} error=${error} />`}
  </section>`;
}
