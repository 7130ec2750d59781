/** The overview: what there is, how it does, what it consists of, what needs a look. */
import * as api from "../api.js";
import {useChoice} from "../choice.js";
import {lastChange, loadCurve} from "../curve.js";
import {compare, difference, percentageOf, sign} from "../decimal.js";
import {currencyName, date, money, percent} from "../format.js";
import {benchmark, useWords} from "../preferences.js";
import {addressOf} from "../router.js";
import {useLoaded, useStore} from "../store.js";
import {loadRates, total} from "../totals.js";
import {Change} from "../ui/change.js";
import {Figure} from "../ui/figure.js";
import {Failure, Loading} from "../ui/notices.js";
import {Table} from "../ui/table.js";
import {html} from "../vendor/preact.js";
import {words as common} from "../words/common.js";
import {words} from "../words/overview.js";
import {Allocation} from "./overview/allocation.js";
import {Development} from "./overview/development.js";
import {Doubts} from "./overview/doubts.js";

/** @import {Portfolio} from "../choice.js" */
/** @import {Rates} from "../totals.js" */
/** @import {Schemas} from "../types/client.js" */

/** Of more the chart would be a thicket, and the hour's requests soon used up. */
const MOST_CURVES = 6;

/**
 * What the page shows of the portfolios that are chosen, in one currency.
 *
 * @typedef {object} Holdings
 * @property {string} currency
 * @property {Rates} rates into it
 * @property {Portfolio[]} portfolios
 * @property {{portfolio: Portfolio, curve: Schemas["Curve"]}[]} curves of the largest
 */

export default function Overview() {
  const w = useWords(words);
  const {me, portfolio, chosen} = useChoice();
  const symbol = useStore(benchmark);
  const currency = portfolio?.currency ?? me.base_currency;
  const key = `${symbol} ${currency} ${chosen.map(({id, modified, total_value}) => [id, modified, total_value])} ${useStore(api.changes)}`;
  const {value, error, reload} = useLoaded(key, () => loadHoldings(chosen, currency, symbol));

  if (chosen.length === 0) return html`<h1>${w.none}</h1><p>${w.noneHint}</p>`;
  if (error) return html`<${Failure} error=${error} onRetry=${reload} />`;
  if (!value) return html`<${Loading} />`;
  return html`<div class="page overview">
    <${Headline} holdings=${value} />
    <${Development} holdings=${value} />
    <${Figures} holdings=${value} />
    <${Allocation} holdings=${value} />
    <${Doubts} holdings=${value} />
    ${!portfolio && html`<${Portfolios} holdings=${value} />`}
  </div>`;
}

/**
 * @param {Portfolio[]} portfolios
 * @param {string} currency
 * @param {string} symbol
 * @returns {Promise<Holdings>}
 */
async function loadHoldings(portfolios, currency, symbol) {
  const rates = await loadRates(portfolios, currency);
  const worth = (/** @type {Portfolio} */ one) => total([{value: one.total_value, currency: one.currency}], rates) ?? "0";
  const largest = [...portfolios].sort((one, other) => compare(worth(other), worth(one))).slice(0, MOST_CURVES);
  const curves = await Promise.all(
    largest.map(async (portfolio) => ({portfolio, curve: await loadCurve(portfolio, symbol)})),
  );
  return {currency, rates, portfolios, curves};
}

/** @param {{holdings: Holdings}} props */
function Headline({holdings}) {
  const w = useWords(words);
  const c = useWords(common);
  const {portfolio} = useChoice();
  const {currency, rates, portfolios} = holdings;
  const value = total(portfolios.map((one) => ({value: one.total_value, currency: one.currency})), rates);
  const unknown = portfolios.find((one) => !rates.has(one.currency));
  return html`<header class="headline">
    <h1>${portfolio?.name ?? c.all}</h1>
    <p class="worth"><span class="hidden">${w.total}: </span>${money(value, currency)}</p>
    ${unknown ? html`<p class="hint">${w.noRate(currencyName(unknown.currency))}</p>` : html`<${LastDay} holdings=${holdings} />`}
  </header>`;
}

/** @param {{holdings: Holdings}} props */
function LastDay({holdings: {currency, rates, portfolios, curves}}) {
  const w = useWords(words);
  const days = curves.flatMap(({portfolio, curve}) => {
    const day = lastChange(curve.series);
    return day ? [{...day, currency: portfolio.currency}] : [];
  });
  if (days.length === 0 || curves.length < portfolios.length) return null;
  const last = days.map((day) => day.date).sort().at(-1) ?? "";
  const before = total(days.map((day) => ({value: day.before, currency: day.currency})), rates);
  const gain = total(days.map((day) => ({value: gained(day), currency: day.currency})), rates);
  if (gain === null || before === null) return null;
  // Of one portfolio the percentage is its time-weighted return of the day.
  const percentage = days.length === 1 ? days[0].percentage : percentageOf(gain, before);
  const isToday = last === new Date().toISOString().slice(0, 10);
  return html`<p class="day">
    <${Change} value=${gain} hasArrow>
      ${money(gain, currency, {isSigned: true})} (${percent(percentage, {isSigned: true})})
    <//>
    <span class="hint">${isToday ? w.today : w.on(date(last))}</span>
  </p>`;
}

/** @param {{before: string | null, value: string | null, flow: string | null}} day */
function gained({before, value, flow}) {
  return before === null || value === null ? null : difference(difference(value, before), flow ?? "0");
}

/** @param {{holdings: Holdings}} props */
function Figures({holdings: {currency, rates, portfolios}}) {
  const w = useWords(words);
  const c = useWords(common);
  const of = (/** @type {"total_value" | "total_profit" | "realized_gain_loss" | "cash_balance" | "income"} */ name) =>
    total(portfolios.map((one) => ({value: one[name], currency: one.currency})), rates);
  const [worth, profit, realised, cash, income] = [
    of("total_value"),
    of("total_profit"),
    of("realized_gain_loss"),
    of("cash_balance"),
    of("income"),
  ];
  const share = cash && worth && sign(worth) > 0 ? percentageOf(cash, worth) : null;
  return html`<section class="figures" aria-label=${c.figures}>
    <${Figure} title=${w.profit} hint=${realised === null ? w.profitHint : w.realised(money(realised, currency, {isSigned: true}))}>
      <${Change} value=${profit}>${money(profit, currency, {isSigned: true})}<//>
    <//>
    <${Figure} title=${w.income} hint=${w.incomeHint}>${money(income, currency)}<//>
    <${Figure} title=${w.cash} hint=${share === null ? "" : w.ofTotal(percent(share, {digits: 1}))}>${money(cash, currency)}<//>
  </section>`;
}

/** @param {{holdings: Holdings}} props */
function Portfolios({holdings: {portfolios, rates}}) {
  const w = useWords(words);
  const c = useWords(common);
  /** @type {(name: "total_value" | "total_profit") => (one: Portfolio, other: Portfolio) => number} */
  const by = (name) => {
    const worth = (/** @type {Portfolio} */ one) => total([{value: one[name], currency: one.currency}], rates) ?? "0";
    return (one, other) => compare(worth(one), worth(other));
  };
  /** @type {import("../ui/table.js").Column<Portfolio>[]} */
  const columns = [
    {
      key: "name",
      title: w.name,
      order: (one, other) => one.name.localeCompare(other.name),
      cell: (one) => html`<a href=${addressOf("", {portfolio: String(one.id)})}>${one.name}</a>`,
    },
    {key: "value", title: c.value, isNumber: true, order: by("total_value"), cell: (one) => money(one.total_value, one.currency)},
    {
      key: "profit",
      title: w.profitColumn,
      isNumber: true,
      order: by("total_profit"),
      cell: (one) => html`<${Change} value=${one.total_profit}>${money(one.total_profit, one.currency, {isSigned: true})}<//>`,
    },
    {
      key: "return",
      title: w.returnColumn,
      isNumber: true,
      isMinor: true,
      order: (one, other) => compare(one.total_return_percentage ?? "0", other.total_return_percentage ?? "0"),
      cell: (one) =>
        html`<${Change} value=${one.total_return_percentage}>${percent(one.total_return_percentage, {isSigned: true})}<//>`,
    },
  ];
  return html`<section class="card wide">
    <h2>${w.portfolios}</h2>
    <${Table} caption=${w.portfolios} columns=${columns} rows=${portfolios} rowKey=${(/** @type {Portfolio} */ one) => one.id}
      sorted=${{key: "value", isDescending: true}} />
  </section>`;
}
