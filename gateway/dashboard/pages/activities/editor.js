/** The dialog in which a transaction is entered, changed or deleted. */
import * as api from "../../api.js";
import {useChoice} from "../../choice.js";
import {difference, product, sum} from "../../decimal.js";
import {decimalOf, money} from "../../format.js";
import {useWords} from "../../preferences.js";
import {useLoaded} from "../../store.js";
import {AssetSearch} from "../../ui/asset-search.js";
import {Confirmation, Dialog} from "../../ui/dialog.js";
import {Field, Form, Select} from "../../ui/form.js";
import {Failure, Loading, notify} from "../../ui/notices.js";
import {html, useState} from "../../vendor/preact.js";
import {words} from "../../words/activities.js";
import {words as common} from "../../words/common.js";
import {bodyOf, entryOf, faultsOf, PARTS} from "./entry.js";

/** @import {Entry} from "./entry.js" */
/** @import {FoundAsset} from "../../ui/asset-search.js" */
/** @import {Schemas} from "../../types/client.js" */

const PATH = "/api/transactions/{transaction_id}/";

/** @param {{id: number | null, onClose: () => void}} props `id` null: a new one */
export function Editor({id, onClose}) {
  const w = useWords(words);
  // The question takes the dialog's place: what it is about is shown no longer.
  const [isDeleting, setDeleting] = useState(false);
  const {portfolio, portfolios} = useChoice();
  const {value, error, reload} = useLoaded(`transaction ${id}`, () => load(id));
  const remove = async () => {
    try {
      await api.remove(PATH, call(Number(id)));
      notify(w.deleted);
    } catch (refusal) {
      notify(refusal instanceof api.ApiError ? refusal.message : w.notDeleted, "failed");
    }
  };
  if (isDeleting) {
    return html`<${Confirmation} key="delete" title=${w.deleteTitle} action=${w.delete} onConfirm=${remove} onClose=${onClose}>
      <p>${w.deleteHint}</p>
    <//>`;
  }
  const before = value?.transaction ? entryOf(value.transaction, value.asset, undefined) : null;
  return html`<${Dialog} key="edit" title=${id === null ? w.enter : w.changeTitle} onClose=${onClose}>
    ${error
      ? html`<${Failure} error=${error} onRetry=${reload} />`
      : value
        ? html`<${Sheet} id=${id} before=${before} initial=${before ?? entryOf(null, null, (portfolio ?? portfolios[0])?.id)}
            onDone=${onClose} onDelete=${() => setDeleting(true)} />`
        : html`<${Loading} />`}
  <//>`;
}

/**
 * @param {number | null} id
 * @returns {Promise<{transaction: Schemas["Transaction"] | null, asset: FoundAsset | null}>}
 */
async function load(id) {
  if (id === null) return {transaction: null, asset: null};
  const transaction = await api.get(PATH, {path: {transaction_id: id}});
  const asset = transaction.asset === null ? null : await api.get("/api/assets/{asset_id}/", {path: {asset_id: transaction.asset}});
  return {transaction, asset};
}

/** @param {number} id */
function call(id) {
  const path = {transaction_id: id};
  return {path, ifMatch: api.etagOf(PATH, {path})};
}

/**
 * @param {{id: number | null, before: Entry | null, initial: Entry, onDone: () => void, onDelete: () => void}} props
 */
function Sheet({id, before, initial, onDone, onDelete}) {
  const w = useWords(words);
  const c = useWords(common);
  const {portfolios} = useChoice();
  const [entry, setEntry] = useState(initial);
  const [isTried, setTried] = useState(false);
  const [isBusy, setBusy] = useState(false);
  const [refusal, setRefusal] = useState(/** @type {unknown} */ (undefined));
  const set = (/** @type {Partial<Entry>} */ part) => setEntry({...entry, ...part});
  const faults = faultsOf(entry);
  const fields = refusal instanceof api.ApiError ? /** @type {Record<string, string[]>} */ (refusal.fields) : {};
  const errorOf = (/** @type {string} */ name) => (isTried && faults[name] ? w.faults[faults[name]] : fields[name]?.[0]);
  const {needs, may} = PARTS[entry.transaction_type];
  const parts = [...needs, ...may];

  const isTrade = entry.transaction_type === "BUY" || entry.transaction_type === "SELL";
  const hintOf = (/** @type {string} */ name) => (name === "ratio" ? w.ratioHint : name === "amount" && isTrade ? w.amountHint : "");

  const save = async () => {
    setTried(true);
    if (Object.keys(faults).length > 0 || isBusy) return;
    setBusy(true);
    setRefusal(undefined);
    try {
      const body = bodyOf(entry, before);
      if (id === null) await api.post("/api/transactions/", {body});
      else await api.patch(PATH, {...call(id), body});
      notify(w.saved);
      onDone();
    } catch (error) {
      setRefusal(error);
      setBusy(false);
    }
  };
  const number = (/** @type {import("./entry.js").NumberName | "exchange_rate"} */ name, /** @type {string} */ hint = "") =>
    html`<${Field} key=${name} id=${`entry-${name}`} label=${w.fields[name]} value=${entry[name]} error=${errorOf(name)} hint=${hint}
      inputmode=${name === "amount" ? "text" : "decimal"} autocomplete="off" onInput=${(/** @type {string} */ value) => set({[name]: value})} />`;

  return html`<${Form} class="entry" onSubmit=${save} hasErrors=${isTried && (Object.keys(faults).length > 0 || Object.keys(fields).length > 0)}>
    <div class="fields">
      <${Select} id="entry-type" label=${w.kind} value=${entry.transaction_type} error=${errorOf("transaction_type")}
        options=${Object.keys(PARTS).map((value) => ({value, label: c.transactionTypes[value] ?? value}))}
        onChange=${(/** @type {any} */ transaction_type) => set({transaction_type})} />
      <${Field} id="entry-date" type="date" label=${c.date} value=${entry.date} error=${errorOf("date")}
        onInput=${(/** @type {string} */ date) => set({date})} />
      <${Select} id="entry-portfolio" label=${w.portfolio} value=${entry.portfolio} error=${errorOf("portfolio")}
        options=${portfolios.map(({id, name}) => ({value: String(id), label: name}))}
        onChange=${(/** @type {string} */ portfolio) => set({portfolio})} />
    </div>
    ${parts.includes("asset") &&
    html`<${AssetSearch} id="entry-asset" label=${w.asset} value=${entry.asset} error=${errorOf("asset")}
      onChange=${(/** @type {FoundAsset | null} */ asset) => set({asset})} />`}
    <div class="fields">
      ${parts.flatMap((name) => (name === "asset" ? [] : [number(name, hintOf(name))]))}
    </div>
    <${Moved} entry=${entry} />
    <details open=${Boolean(errorOf("currency") || errorOf("exchange_rate") || errorOf("notes"))}>
      <summary>${w.furtherDetails}</summary>
      <div class="fields">
        <${Field} id="entry-currency" label=${w.currency} hint=${w.currencyHint} value=${entry.currency} error=${errorOf("currency")} maxlength="3"
          onInput=${(/** @type {string} */ currency) => set({currency})} />
        ${number("exchange_rate", w.rateHint)}
        <${Field} id="entry-notes" label=${w.notes} value=${entry.notes} error=${errorOf("notes")}
          onInput=${(/** @type {string} */ notes) => set({notes})} />
      </div>
    </details>
    ${refusal && Object.keys(fields).length === 0 && html`<${Failure} error=${refusal} />`}
    <div class="buttons">
      <button type="submit" class="primary" aria-disabled=${isBusy}>${w.save}</button>
      ${id !== null && html`<button type="button" onClick=${onDelete}>${w.delete}</button>`}
    </div>
  <//>`;
}

/** What a purchase or sale moves, as it is being typed. */
function Moved(/** @type {{entry: Entry}} */ {entry}) {
  const w = useWords(words);
  const {portfolios} = useChoice();
  const kind = entry.transaction_type;
  const read = (/** @type {string} */ text) => (text ? decimalOf(text) : "0");
  const [quantity, price, fees, taxes] = [entry.quantity, entry.price, entry.fees, entry.taxes].map(read);
  const isTrade = kind === "BUY" || kind === "SELL";
  if (!isTrade || entry.amount || !entry.quantity || !entry.price || quantity === null || price === null || fees === null || taxes === null) return null;
  const costs = sum([fees, taxes]);
  const worth = product(quantity, price);
  const portfolio = portfolios.find(({id}) => String(id) === entry.portfolio);
  const currency = entry.currency || entry.asset?.currency || portfolio?.currency || "USD";
  if (!/^[A-Za-z]{3}$/.test(currency)) return null;
  return html`<p class="moved" role="status">
    ${kind === "BUY" ? w.paid(money(sum([worth, costs]), currency)) : w.received(money(difference(worth, costs), currency))}
  </p>`;
}
