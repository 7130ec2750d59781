/** Logins, and tokens for programs: who may act in the reader's name, and until when. */
import * as api from "../../api.js";
import {list, NOTHING, time} from "../../format.js";
import {useWords} from "../../preferences.js";
import {useLoaded, useStore} from "../../store.js";
import {Confirmation} from "../../ui/dialog.js";
import {Failure, Loading, notify} from "../../ui/notices.js";
import {Table} from "../../ui/table.js";
import {html, useState} from "../../vendor/preact.js";
import {words} from "../../words/settings.js";
import {NewToken} from "./new-token.js";

/** @import {Schemas} from "../../types/client.js" */

/** @typedef {Schemas["Token"]} Token */

/** What the API calls a token that a login has made. */
const LOGIN = "login";

export function Tokens() {
  const w = useWords(words);
  const {value, error, reload} = useLoaded(`tokens ${useStore(api.changes)}`, () => api.all("/api/tokens/"));
  const [revoked, setRevoked] = useState(/** @type {Token | null} */ (null));
  const revoke = async (/** @type {Token} */ token) => {
    try {
      await api.remove("/api/tokens/{token_id}/", {path: {token_id: token.id}});
      notify(token.name === LOGIN ? w.loginEnded : w.tokenRevoked(token.name));
    } catch (refusal) {
      notify(refusal instanceof api.ApiError ? refusal.message : w.notRevoked, "failed");
    }
  };
  if (error) return html`<${Failure} error=${error} onRetry=${reload} />`;
  const logins = value?.filter(({name}) => name === LOGIN) ?? [];
  const tokens = value?.filter(({name}) => name !== LOGIN) ?? [];
  return html`
    <section class="card">
      <h2>${w.tokens}</h2>
      <p class="hint">${w.tokensHint}</p>
      ${!value && html`<${Loading} />`}
      ${tokens.length > 0 && html`<${List} caption=${w.tokens} tokens=${tokens} onRevoke=${setRevoked} />`}
      <${NewToken} />
    </section>
    <section class="card">
      <h2>${w.logins}</h2>
      <p class="hint">${w.loginsHint}</p>
      ${value ? html`<${List} caption=${w.logins} tokens=${logins} onRevoke=${setRevoked} isLogin />` : html`<${Loading} />`}
    </section>
    ${revoked &&
    html`<${Confirmation} title=${revoked.name === LOGIN ? w.endTitle : w.revokeTitle(revoked.name)}
      action=${revoked.name === LOGIN ? w.end : w.revoke} onConfirm=${() => revoke(revoked)} onClose=${() => setRevoked(null)}>
      <p>${w.revokeHint}</p>
    <//>`}
  `;
}

/** @param {{caption: string, tokens: Token[], onRevoke: (token: Token) => void, isLogin?: boolean}} props */
function List({caption, tokens, onRevoke, isLogin}) {
  const w = useWords(words);
  const by = (/** @type {"created" | "last_used"} */ name) => (/** @type {Token} */ one, /** @type {Token} */ other) =>
    (one[name] ?? "").localeCompare(other[name] ?? "");
  /** @type {import("../../ui/table.js").Column<Token>[]} */
  const columns = [
    {key: "created", title: w.created, isMinor: true, order: by("created"), cell: ({created}) => time(created)},
    {key: "used", title: w.used, isMinor: !isLogin, order: by("last_used"), cell: ({last_used: used}) => (used ? time(used) : w.never)},
    {
      key: "revoke",
      title: isLogin ? w.end : w.revoke,
      cell: (token) => html`<button type="button" class="small" onClick=${() => onRevoke(token)}
        aria-label=${isLogin ? w.endOne(time(token.created)) : w.revokeOne(token.name)}>${isLogin ? w.end : w.revoke}</button>`,
    },
  ];
  if (!isLogin) {
    columns.unshift({key: "name", title: w.name, order: (one, other) => one.name.localeCompare(other.name), cell: ({name}) => name});
    columns.splice(1, 1, {key: "scopes", title: w.scopes, isMinor: true, cell: ({scopes}) => list(scopes.map((scope) => w.scopeNames[scope]))});
    columns.splice(2, 0, {key: "end", title: w.ends, isMinor: true, cell: ({expires_at: end}) => (end ? time(end) : NOTHING)});
  }
  const key = isLogin ? "used" : "name";
  return html`<${Table} caption=${caption} columns=${columns} rows=${tokens} rowKey=${(/** @type {Token} */ one) => one.id}
    sorted=${{key, isDescending: Boolean(isLogin)}} />`;
}
