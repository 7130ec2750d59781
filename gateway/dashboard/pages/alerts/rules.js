/** The rules: what each watches, when it fired, whether it is switched on. */
import * as api from "../../api.js";
import {useChoice} from "../../choice.js";
import {time} from "../../format.js";
import {useWords} from "../../preferences.js";
import {useLoaded, useStore} from "../../store.js";
import {Confirmation} from "../../ui/dialog.js";
import {Failure, inWords, Loading, notify} from "../../ui/notices.js";
import {html, useState} from "../../vendor/preact.js";
import {words} from "../../words/alerts.js";
import {words as common} from "../../words/common.js";
import {conditionOf} from "./condition.js";
import {Firings} from "./firings.js";
import {NewRule} from "./new-rule.js";

/** @import {Portfolio} from "../../choice.js" */
/** @import {Schemas} from "../../types/client.js" */
/** @import {Subject} from "./condition.js" */

/** @typedef {Schemas["Alert"]} Rule */

const PATH = "/api/alerts/{alert_id}/";

export function Rules() {
  const w = useWords(words);
  const {portfolios} = useChoice();
  const {value, error, reload} = useLoaded("alerts", () => loadRules(portfolios), useStore(api.changes));
  const [isMaking, setMaking] = useState(false);
  return html`<section class="card" aria-labelledby="rules">
    <header>
      <h2 id="rules">${w.rules}</h2>
      <button type="button" onClick=${() => setMaking(true)}>${w.newRule}</button>
    </header>
    <p class="hint">${w.rulesHint}</p>
    ${error ? html`<${Failure} error=${error} onRetry=${reload} />` : value ? html`<${List} rules=${value} />` : html`<${Loading} />`}
    ${isMaking && html`<${NewRule} onClose=${() => setMaking(false)} />`}
  </section>`;
}

/**
 * @param {Portfolio[]} portfolios
 * @returns {Promise<{rule: Rule, subject: Subject}[]>}
 */
async function loadRules(portfolios) {
  const rules = await api.all("/api/alerts/");
  const ids = [...new Set(rules.flatMap(({asset}) => (asset === null ? [] : [asset])))];
  const assets = new Map(await Promise.all(ids.map(loadAsset)));
  const byId = new Map(portfolios.map(({id, name, currency}) => [id, {name, currency}]));
  return rules.map((rule) => {
    const known = rule.asset === null ? byId.get(rule.portfolio ?? 0) : assets.get(rule.asset);
    return {rule, subject: known ?? {name: "?", currency: null}};
  });
}

/**
 * @param {number} id
 * @returns {Promise<[number, Subject]>}
 */
async function loadAsset(id) {
  try {
    const {symbol, currency} = await api.get("/api/assets/{asset_id}/", {path: {asset_id: id}});
    return [id, {name: symbol, currency}];
  } catch (error) {
    // A rule outlives the asset that it watched.
    if (!(error instanceof api.ApiError) || error.status !== 404) throw error;
    return [id, {name: `#${id}`, currency: null}];
  }
}

/** @param {{rules: {rule: Rule, subject: Subject}[]}} props */
function List({rules}) {
  const w = useWords(words);
  const c = useWords(common);
  const [deleted, setDeleted] = useState(/** @type {Rule | null} */ (null));
  const [looked, setLooked] = useState(/** @type {{rule: Rule, subject: Subject} | null} */ (null));
  const change = async (/** @type {Rule} */ {id}, /** @type {(call: {path: {alert_id: number}, ifMatch?: string}) => Promise<unknown>} */ act, /** @type {string} */ done) => {
    const path = {alert_id: id};
    try {
      await api.get(PATH, {path});
      await act({path, ifMatch: api.etagOf(PATH, {path})});
      notify(done);
    } catch (error) {
      notify(inWords(error, c), "failed");
    }
  };
  const turn = (/** @type {Rule} */ rule) =>
    change(rule, (call) => api.patch(PATH, {...call, body: {is_active: !rule.is_active}}), rule.is_active ? w.switchedOff(rule.name) : w.switchedOn(rule.name));
  const remove = (/** @type {Rule} */ rule) => change(rule, (call) => api.remove(PATH, call), w.deleted(rule.name));

  if (rules.length === 0) return html`<p>${w.noRules}</p>`;
  return html`<ul class="entries">
    ${rules.map(({rule, subject}) => {
      const {id, name, is_active, last_fired} = rule;
      return html`<li key=${id} class=${is_active ? "" : "off"}>
        <div>
          <h3>${name}</h3>
          <p>${conditionOf(rule, subject, w)}</p>
          <p class="hint">${[is_active ? "" : w.isOff, last_fired ? w.lastFired(time(last_fired)) : w.neverFired].filter(Boolean).join(" · ")}</p>
        </div>
        <div class="buttons">
          <${Act} label=${w.firings} of=${name} onClick=${() => setLooked({rule, subject})} />
          <${Act} label=${is_active ? w.switchOff : w.switchOn} of=${name} onClick=${() => turn(rule)} />
          <${Act} label=${w.delete} of=${name} onClick=${() => setDeleted(rule)} />
        </div>
      </li>`;
    })}
  </ul>
  ${looked && html`<${Firings} ...${looked} onClose=${() => setLooked(null)} />`}
  ${deleted &&
  html`<${Confirmation} title=${w.deleteTitle(deleted.name)} action=${w.delete} onConfirm=${() => remove(deleted)} onClose=${() => setDeleted(null)}>
    <p>${w.deleteRuleHint}</p>
  <//>`}`;
}

/**
 * A button of one of several entries, which says of which to who does not see where it stands.
 *
 * @param {{label: string, of: string, onClick: () => void}} props
 */
export function Act({label, of, onClick}) {
  return html`<button type="button" class="small" aria-label=${`${label}: ${of}`} onClick=${onClick}>${label}</button>`;
}
