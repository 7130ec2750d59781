/** The dialog in which a rule is made. */
import * as api from "../../api.js";
import {useChoice} from "../../choice.js";
import {decimalOf} from "../../format.js";
import {useWords} from "../../preferences.js";
import {AssetSearch} from "../../ui/asset-search.js";
import {Dialog} from "../../ui/dialog.js";
import {Field, Form, Select} from "../../ui/form.js";
import {Failure, notify} from "../../ui/notices.js";
import {html, useState} from "../../vendor/preact.js";
import {words} from "../../words/alerts.js";
import {words as shell} from "../../words/shell.js";
import {isOnChange, isOnPrice, KINDS} from "./condition.js";

/** @import {FoundAsset} from "../../ui/asset-search.js" */
/** @import {Schemas} from "../../types/client.js" */
/** @import {Rule} from "./condition.js" */

const QUIET = /** @type {const} */ (["3600", "86400", "604800"]); // seconds

/**
 * @typedef {object} Entry
 * @property {string} name
 * @property {Rule["kind"]} kind
 * @property {FoundAsset | null} asset
 * @property {string} portfolio
 * @property {string} metric
 * @property {string} operator
 * @property {string} threshold as the reader writes it
 * @property {string} days
 * @property {string} quiet
 */

/** @param {{onClose: () => void}} props */
export function NewRule({onClose}) {
  const w = useWords(words);
  const s = useWords(shell);
  const {portfolio, portfolios} = useChoice();
  const [entry, setEntry] = useState(
    /** @type {Entry} */ ({
      name: "",
      kind: "PRICE_ABOVE",
      asset: null,
      portfolio: String((portfolio ?? portfolios[0])?.id ?? ""),
      metric: "volatility",
      operator: "gt",
      threshold: "",
      days: "1",
      quiet: QUIET[0],
    }),
  );
  const [isTried, setTried] = useState(false);
  const [refusal, setRefusal] = useState(/** @type {unknown} */ (undefined));
  const set = (/** @type {Partial<Entry>} */ part) => setEntry({...entry, ...part});
  const faults = faultsOf(entry);
  const fields = refusal instanceof api.ApiError ? /** @type {Record<string, string[]>} */ (refusal.fields) : {};
  const hasErrors = isTried && (Object.keys(faults).length > 0 || Object.keys(fields).length > 0);
  const errorOf = (/** @type {string} */ name) => {
    const fault = isTried && faults[name];
    return fault ? (fault === "missing" ? s.required : w.unreadable) : fields[name]?.[0];
  };
  const make = async () => {
    setTried(true);
    setRefusal(undefined);
    if (Object.keys(faults).length > 0) return;
    try {
      const {name} = await api.post("/api/alerts/", {body: bodyOf(entry)});
      notify(w.made(name));
      onClose();
    } catch (error) {
      setRefusal(error);
    }
  };
  const text = (/** @type {"name" | "threshold" | "days"} */ name, /** @type {object} */ attributes = {}) =>
    html`<${Field} id=${`rule-${name}`} label=${w.fields[name]} value=${entry[name]} error=${errorOf(name)} autocomplete="off"
      onInput=${(/** @type {string} */ value) => set({[name]: value})} ...${attributes} />`;
  const choice = (/** @type {"kind" | "portfolio" | "metric" | "operator" | "quiet"} */ name, /** @type {readonly {value: string, label: string}[]} */ options) =>
    html`<${Select} id=${`rule-${name}`} label=${w.fields[name]} value=${entry[name]} error=${errorOf(name)} options=${options}
      onChange=${(/** @type {string} */ value) => set({[name]: value})} />`;

  return html`<${Dialog} title=${w.newRule} onClose=${onClose}>
    <${Form} onSubmit=${make} hasErrors=${hasErrors}>
      ${text("name", {maxlength: 100})}
      ${choice("kind", KINDS.map((value) => ({value, label: w.kinds[value]})))}
      ${isOnPrice(entry.kind)
        ? html`<${AssetSearch} id="rule-asset" label=${w.fields.asset} value=${entry.asset} error=${errorOf("asset")}
            onChange=${(/** @type {FoundAsset | null} */ asset) => set({asset})} />`
        : choice("portfolio", portfolios.map(({id, name}) => ({value: String(id), label: name})))}
      <div class="fields">
        ${entry.kind === "RISK_THRESHOLD" && choice("metric", optionsOf(w.metrics))}
        ${entry.kind === "RISK_THRESHOLD" && choice("operator", optionsOf(w.operators))}
        ${text("threshold", {inputmode: "text", hint: isOnChange(entry.kind) ? w.changeHint : undefined})}
        ${isOnChange(entry.kind) && text("days", {type: "number", min: 1})}
        ${choice("quiet", QUIET.map((value) => ({value, label: w.quiet[value]})))}
      </div>
      ${refusal && Object.keys(fields).length === 0 && html`<${Failure} error=${refusal} />`}
      <div class="buttons"><button type="submit" class="primary">${w.make}</button></div>
    <//>
  <//>`;
}

/** @param {Record<string, string>} names */
function optionsOf(names) {
  return Object.entries(names).map(([value, label]) => ({value, label}));
}

/**
 * Return what is missing or cannot be read.
 *
 * @param {Entry} entry
 * @returns {Record<string, "missing" | "unreadable">}
 */
function faultsOf({name, kind, asset, portfolio, threshold}) {
  /** @type {Record<string, "missing" | "unreadable">} */
  const faults = {};
  if (!name.trim()) faults.name = "missing";
  if (isOnPrice(kind) ? !asset : !portfolio) faults[isOnPrice(kind) ? "asset" : "portfolio"] = "missing";
  if (!threshold.trim()) faults.threshold = "missing";
  else if (decimalOf(threshold) === null) faults.threshold = "unreadable";
  return faults;
}

/**
 * @param {Entry} entry without faults
 * @returns {Schemas["AlertInput"]}
 */
function bodyOf({name, kind, asset, portfolio, metric, operator, threshold, days, quiet}) {
  const isRisk = kind === "RISK_THRESHOLD";
  return {
    name: name.trim(),
    kind,
    asset: isOnPrice(kind) ? asset?.id : undefined,
    portfolio: isOnPrice(kind) ? undefined : Number(portfolio),
    metric: isRisk ? /** @type {Rule["metric"]} */ (metric) : undefined,
    operator: isRisk ? /** @type {Rule["operator"]} */ (operator) : undefined,
    threshold: decimalOf(threshold) ?? "",
    window_days: isOnChange(kind) ? Number(days) : undefined,
    cooldown_seconds: Number(quiet),
  };
}
