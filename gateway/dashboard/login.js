/** The login. */
import * as api from "./api.js";
import {useWords} from "./preferences.js";
import {begin, session} from "./session.js";
import {useStore} from "./store.js";
import {Field, Form} from "./ui/form.js";
import {Failure} from "./ui/notices.js";
import {html, useEffect, useState} from "./vendor/preact.js";
import {words} from "./words/shell.js";

/** @param {{children?: unknown}} props what stands under the form */
export function Login({children}) {
  const w = useWords(words);
  const {hasEnded} = useStore(session);
  const [username, setUsername] = useState("");
  const [password, setPassword] = useState("");
  const [isTried, setTried] = useState(false);
  const [isBusy, setBusy] = useState(false);
  const [error, setError] = useState(/** @type {unknown} */ (undefined));
  // The attribute autofocus counts once for a document, and a logout brings this form back.
  useEffect(() => document.getElementById("username")?.focus(), []);
  const missing = (/** @type {string} */ value) => (isTried && !value ? w.required : undefined);

  const logIn = async () => {
    setTried(true);
    if (!username || !password || isBusy) return;
    setBusy(true);
    setError(undefined);
    try {
      const {token} = await api.post("/api/auth-token/", {body: {username, password}});
      begin(token);
    } catch (refusal) {
      setError(refusal);
      setBusy(false);
    }
  };

  return html`<main class="login" id="content" tabindex="-1">
    <div class="brand"><img src=${new URL("icon.svg", import.meta.url).pathname} alt="" width="40" height="40" /></div>
    <h1>${w.product}</h1>
    <p class="promise">${w.promise}</p>
    ${hasEnded && html`<p class="remark" role="status">${w.loggedOut}</p>`}
    <${Form} class="card" onSubmit=${logIn} hasErrors=${Boolean(isTried && !(username && password))}>
      <${Field} id="username" label=${w.username} value=${username} onInput=${setUsername}
        error=${missing(username)} autocomplete="username" autocapitalize="none" spellcheck=${false} />
      <${Field} id="password" label=${w.password} value=${password} onInput=${setPassword}
        error=${missing(password)} type="password" autocomplete="current-password" />
      ${error && html`<${Failure} error=${error} />`}
      <button class="primary" type="submit" aria-disabled=${isBusy}>${w.login}</button>
    <//>
    ${children}
  </main>`;
}
