/** What the value consists of, by five groups. */
import * as api from "../../api.js";
import {compare, percentageOf} from "../../decimal.js";
import {count, countryName, currencyName, money, percent} from "../../format.js";
import {useWords} from "../../preferences.js";
import {useLoaded, useStore} from "../../store.js";
import {total} from "../../totals.js";
import {Failure, Loading} from "../../ui/notices.js";
import {Tabs} from "../../ui/tabs.js";
import {html, useState} from "../../vendor/preact.js";
import {words as common} from "../../words/common.js";
import {words} from "../../words/overview.js";

/** @import {Holdings} from "../overview.js" */
/** @import {CommonWords} from "../../words/common.js" */

const GROUPS = /** @type {const} */ (["asset_type", "sector", "currency", "country", "individual"]);
const SHOWN = 8; // the rest is one row

/** @typedef {typeof GROUPS[number]} Group */
/** @typedef {{key: string, label: string, value: string | null}} Slice */

/** @param {{holdings: Holdings}} props */
export function Allocation({holdings}) {
  const w = useWords(words);
  const [group, setGroup] = useState(/** @type {Group} */ ("asset_type"));
  const key = `${group} ${holdings.portfolios.map(({id}) => id)} ${useStore(api.changes)}`;
  const {value, error, reload} = useLoaded(key, () => loadSlices(holdings, group));
  const options = GROUPS.map((name) => ({value: name, label: w.groups[name]}));
  return html`<section class="card allocation">
    <h2>${w.allocation}</h2>
    <${Tabs} id="allocation" label=${w.groupBy} value=${group} options=${options} onChange=${setGroup}>
      ${error
        ? html`<${Failure} error=${error} onRetry=${reload} />`
        : value
          ? html`<${Slices} slices=${value} group=${group} currency=${holdings.currency} />`
          : html`<${Loading} />`}
    <//>
  </section>`;
}

/**
 * @param {Holdings} holdings
 * @param {Group} group
 * @returns {Promise<Slice[]>}
 */
async function loadSlices({curves, rates}, group) {
  const answers = await Promise.all(
    curves.map(({portfolio}) =>
      api.get("/api/portfolios/{portfolio_id}/allocation/", {path: {portfolio_id: portfolio.id}, query: {group_by: group}}),
    ),
  );
  /** @type {Map<string, {label: string, parts: {value: string | null, currency: string}[]}>} */
  const merged = new Map();
  for (const {allocation, currency} of answers) {
    for (const {key, label, value} of allocation) {
      const parts = merged.get(key)?.parts ?? [];
      merged.set(key, {label, parts: [...parts, {value, currency}]});
    }
  }
  const slices = [...merged].map(([key, {label, parts}]) => ({key, label, value: total(parts, rates)}));
  return slices.sort((one, other) => compare(other.value ?? "0", one.value ?? "0"));
}

/** @param {{slices: Slice[], group: Group, currency: string}} props */
function Slices({slices, group, currency}) {
  const w = useWords(words);
  const c = useWords(common);
  const known = slices.map(({value}) => ({value, currency}));
  const whole = total(known, new Map([[currency, "1"]]));
  const rows = shortened(
    slices.map((slice) => ({...slice, label: named(slice, group, c)})),
    (rest) => w.more(count(rest)),
  );
  if (rows.length === 0) return html`<p class="hint">${c.noneYet}</p>`;
  return html`<ul class="slices">
    ${rows.map(({key, label, value}, index) => {
      const share = value && whole ? percentageOf(value, whole) : null;
      const length = `${Math.max(0, Number(share ?? 0))}%`;
      return html`<li key=${key}>
        <span class="name">${label}</span>
        <span class="share">${percent(share, {digits: 1})}</span>
        <span class="meter" aria-hidden="true"><span style=${{width: length, background: `var(--series-${index % 8 + 1})`}}></span></span>
        <span class="amount hint">${money(value, currency)}</span>
      </li>`;
    })}
  </ul>`;
}

/**
 * @param {Slice[]} slices
 * @param {(count: number) => string} restName
 * @returns {Slice[]}
 */
function shortened(slices, restName) {
  if (slices.length <= SHOWN) return slices;
  const rest = slices.slice(SHOWN - 1);
  const value = total(rest.map((slice) => ({value: slice.value, currency: ""})), new Map([["", "1"]]));
  return [...slices.slice(0, SHOWN - 1), {key: "(rest)", label: restName(rest.length), value}];
}

/**
 * @param {Slice} slice
 * @param {Group} group
 * @param {CommonWords} c
 */
function named({key, label}, group, c) {
  if (key === "CASH" || key === "UNCLASSIFIED") return c.assetTypes[key];
  switch (group) {
    case "asset_type":
      return c.assetTypes[key] ?? label;
    case "sector":
      return c.sectors[key] ?? label;
    case "currency":
      return currencyName(key);
    case "country":
      return countryName(key);
    case "individual":
      return label;
  }
}
