/** The price over days, with one's own trades, splits and an indicator of choice. */
import * as api from "../../api.js";
import {baseOf, RANGES} from "../../curve.js";
import {price, quantity, shortMoney} from "../../format.js";
import {useWords} from "../../preferences.js";
import {useLoaded} from "../../store.js";
import {LineChart} from "../../ui/chart.js";
import {Segments, Select} from "../../ui/form.js";
import {Failure, Loading} from "../../ui/notices.js";
import {html, useMemo, useState} from "../../vendor/preact.js";
import {words} from "../../words/asset.js";
import {words as common} from "../../words/common.js";

/** @import {Range} from "../../curve.js" */
/** @import {Schemas} from "../../types/client.js" */
/** @import {Line, Mark} from "../../ui/chart.js" */
/** @import {AssetWords} from "../../words/asset.js" */
/** @import {CommonWords} from "../../words/common.js" */
/** @import {Known} from "../asset.js" */

/** @typedef {keyof AssetWords["indicators"]} Indicator */

/** @type {Record<Indicator, string>} what the API calls them */
const ASKED = {none: "", averages: "sma_50,sma_200", bollinger: "bollinger_20", rsi: "rsi_14", macd: "macd"};
/** Those that are no prices have a chart of their own. */
const APART = new Set(["rsi", "macd"]);
const TRADES = new Map(/** @type {const} */ ([["BUY", true], ["TRANSFER_IN", true], ["SELL", false], ["TRANSFER_OUT", false]]));

/** @param {{known: Known}} props */
export function Prices({known}) {
  const w = useWords(words);
  const c = useWords(common);
  const {asset} = known;
  const [range, setRange] = useState(/** @type {Range} */ ("1Y"));
  const [indicator, setIndicator] = useState(/** @type {Indicator} */ ("none"));
  const key = `prices ${asset.id} ${range} ${indicator} ${asset.last_price_update}`;
  const {value, error, reload} = useLoaded(key, () => loadPrices(asset, range, indicator));
  const ranges = RANGES.map((value) => ({value, label: c.ranges[value], title: c.rangeNames[value]}));
  const options = Object.entries(w.indicators).map(([value, label]) => ({value, label}));
  return html`<section class="card development">
    <header>
      <h2>${w.price}</h2>
      <${Segments} id="range" label=${w.range} value=${range} options=${ranges} onChange=${setRange} />
    </header>
    ${error
      ? html`<${Failure} error=${error} onRetry=${reload} />`
      : value
        ? html`<${Drawing} known=${known} loaded=${value} range=${range} indicator=${indicator} />`
        : html`<${Loading} />`}
    <footer>
      <${Select} id="indicator" label=${w.indicator} value=${indicator} options=${options} onChange=${setIndicator} />
      <p class="hint">${range === "max" && `${w.weekly} `}${w.adjusted} ${known.transactions.length > 0 && w.marks}</p>
    </footer>
  </section>`;
}

/**
 * @typedef {object} Loaded
 * @property {string[]} days
 * @property {(number | null)[]} closes
 * @property {Record<string, (number | null)[]>} series of the indicator, by their names, a value a day
 */

/**
 * @param {Schemas["Asset"]} asset
 * @param {Range} range
 * @param {Indicator} indicator
 * @returns {Promise<Loaded>}
 */
async function loadPrices({id, last_price_update}, range, indicator) {
  const path = {asset_id: id};
  const start = (last_price_update && baseOf(range, last_price_update.slice(0, 10))) || undefined;
  const interval = range === "max" ? /** @type {const} */ ("weekly") : undefined;
  const [prices, indicators] = await Promise.all([
    api.all("/api/assets/{asset_id}/price_history/", {path, query: {start_date: start, ordering: "date", interval}}),
    indicator === "none" ? null : api.get("/api/assets/{asset_id}/technical_indicators/", {path, query: {indicators: ASKED[indicator], start_date: start}}),
  ]);
  const days = prices.map(({date}) => date);
  return {
    days,
    closes: prices.map(({adjusted_close}) => (adjusted_close === null ? null : Number(adjusted_close))),
    series: indicators ? seriesOf(indicators, days) : {},
  };
}

/**
 * @param {Schemas["Indicators"]} indicators
 * @param {string[]} days
 */
function seriesOf({dates, indicators}, days) {
  /** @type {Record<string, (number | null)[]>} */
  const series = {};
  const take = (/** @type {string} */ name, /** @type {(string | null)[]} */ values) => {
    const byDay = new Map(dates.map((day, index) => [day, values[index]]));
    series[name] = days.map((day) => (byDay.get(day) == null ? null : Number(byDay.get(day))));
  };
  // An indicator is one series, or several with names.
  const answered = /** @type {Record<string, (string | null)[] | Record<string, (string | null)[]>>} */ (indicators);
  for (const [name, values] of Object.entries(answered)) {
    if (Array.isArray(values)) take(name, values);
    else for (const [part, of] of Object.entries(values)) take(part, of);
  }
  return series;
}

/** @param {{known: Known, loaded: Loaded, range: Range, indicator: Indicator}} props */
function Drawing({known, loaded, range, indicator}) {
  const w = useWords(words);
  const c = useWords(common);
  const {asset} = known;
  const {days, closes, series} = loaded;
  const isApart = APART.has(indicator);
  const others = useMemo(() => linesOf(series, w), [series, w]);
  const lines = useMemo(() => {
    const prices = {name: w.price, values: closes, colour: "--series-1", isFilled: true};
    return isApart ? [prices] : [prices, ...others];
  }, [closes, others, isApart, w]);
  const marks = useMemo(() => marksOf(known, days, w, c), [known, days, w, c]);
  if (days.length < 2) return html`<p class="hint">${w.noPrices}</p>`;
  const label = w.chartOf(asset.symbol, c.rangeNames[range]);
  const ofMoney = {
    format: (/** @type {number} */ value) => price(String(value), asset.currency),
    axisFormat: (/** @type {number} */ value) => shortMoney(value, asset.currency),
  };
  return html`
    <${LineChart} label=${label} days=${days} lines=${lines} marks=${marks} ...${ofMoney} />
    ${isApart && html`<${LineChart} label=${w.indicators[indicator]} days=${days} lines=${others} format=${plain} />`}
  `;
}

/** @param {number} value */
function plain(value) {
  return quantity(value.toFixed(2));
}

/**
 * @param {Record<string, (number | null)[]>} series
 * @param {AssetWords} w
 * @returns {Line[]}
 */
function linesOf(series, w) {
  const names = /** @type {(keyof AssetWords["lines"])[]} */ (Object.keys(w.lines)).filter((name) => series[name]);
  return names.map((name, index) => ({name: w.lines[name], values: series[name], colour: `--series-${index + 2}`, isDashed: index > 0}));
}

/**
 * Return the trades and splits that fall on the days, or between two of them.
 *
 * @param {Known} known
 * @param {string[]} days
 * @param {AssetWords} w
 * @param {CommonWords} c
 * @returns {Mark[]}
 */
function marksOf({transactions, splits}, days, w, c) {
  const trades = transactions.flatMap((one) => {
    const isIn = TRADES.get(/** @type {any} */ (one.transaction_type));
    const index = isIn === undefined ? -1 : indexOf(days, one.date);
    if (index < 0) return [];
    const paid = one.currency && one.price ? price(one.price, one.currency) : "";
    const text = w.tradeMark(c.transactionTypes[one.transaction_type], quantity(one.quantity), paid);
    return [{index, text, shape: isIn ? /** @type {const} */ ("up") : /** @type {const} */ ("down")}];
  });
  const parted = splits.flatMap(({date, ratio}) => {
    const index = indexOf(days, date);
    return index < 0 ? [] : [{index, text: w.splitMark(ratio), shape: /** @type {const} */ ("square")}];
  });
  return [...trades, ...parted];
}

/**
 * Return the place of the first day on or after `day`; -1 outside of them.
 *
 * @param {string[]} days
 * @param {string} day
 */
function indexOf(days, day) {
  return day < days[0] ? -1 : days.findIndex((one) => one >= day);
}
