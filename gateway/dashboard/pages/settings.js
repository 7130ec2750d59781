/** The settings: base currency, password, logins and tokens. */
import {useWords} from "../preferences.js";
import {html} from "../vendor/preact.js";
import {words} from "../words/settings.js";
import {Currency} from "./settings/currency.js";
import {Password} from "./settings/password.js";
import {Tokens} from "./settings/tokens.js";

export default function Settings() {
  const w = useWords(words);
  return html`<div class="page settings">
    <h1>${w.title}</h1>
    <${Currency} />
    <${Password} />
    <${Tokens} />
  </div>`;
}
