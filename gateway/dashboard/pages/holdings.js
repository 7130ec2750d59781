/** The holdings: what is held, what it is worth and has gained, in its own currency and the reader's. */
import * as api from "../api.js";
import {useChoice} from "../choice.js";
import {compare, percentageOf, product} from "../decimal.js";
import {currencyName, date, money, percent, price, quantity} from "../format.js";
import {useWords} from "../preferences.js";
import {addressOf, place, refine} from "../router.js";
import {useLoaded, useStore} from "../store.js";
import {loadRates, total} from "../totals.js";
import {Change} from "../ui/change.js";
import {Figure} from "../ui/figure.js";
import {Field} from "../ui/form.js";
import {Failure, Loading} from "../ui/notices.js";
import {Table} from "../ui/table.js";
import {html, useMemo} from "../vendor/preact.js";
import {words as common} from "../words/common.js";
import {words} from "../words/holdings.js";
import {words as shell} from "../words/shell.js";

/** @import {Portfolio} from "../choice.js" */
/** @import {Rates} from "../totals.js" */
/** @import {Schemas} from "../types/client.js" */
/** @import {Column} from "../ui/table.js" */

/** @typedef {Schemas["Position"]} Position */

/**
 * A position, and what it is in the page's currency; null where a rate or price is unknown.
 *
 * @typedef {object} Holding
 * @property {Position} position
 * @property {string | null} cost
 * @property {string | null} value
 * @property {string | null} gain
 */

export default function HoldingsPage() {
  const s = useWords(shell);
  const c = useWords(common);
  const {me, portfolio, chosen} = useChoice();
  const withSold = useStore(place).query.has("sold");
  const currency = portfolio?.currency ?? me.base_currency;
  const key = `holdings ${currency} ${portfolio?.id} ${withSold} ${useStore(api.changes)}`;
  const {value, error, reload} = useLoaded(key, () => loadHoldings(chosen, portfolio, currency, withSold));

  return html`<div class="page holdings">
    <header>
      <h1>${s.pages.holdings}</h1>
      <p class="hint">${portfolio?.name ?? c.all}</p>
    </header>
    ${error ? html`<${Failure} error=${error} onRetry=${reload} />` : value ? html`<${Holdings} ...${value} currency=${currency} />` : html`<${Loading} />`}
  </div>`;
}

/**
 * @param {Portfolio[]} portfolios
 * @param {Portfolio | undefined} portfolio
 * @param {string} currency
 * @param {boolean} withSold
 */
async function loadHoldings(portfolios, portfolio, currency, withSold) {
  const query = {portfolio_id: portfolio?.id, include_closed: withSold || undefined};
  const [positions, rates] = await Promise.all([api.all("/api/positions/", {query}), loadRates(portfolios, currency)]);
  const currencies = new Map(portfolios.map((one) => [one.id, one.currency]));
  return {
    rates,
    holdings: positions.map((position) => holdingOf(position, currencies.get(position.portfolio ?? 0) ?? currency, rates)),
    unknown: portfolios.find((one) => !rates.has(one.currency))?.currency,
  };
}

/**
 * @param {Position} position
 * @param {string} currency of its portfolio
 * @param {Rates} rates
 * @returns {Holding}
 */
function holdingOf(position, currency, rates) {
  const {total_cost_basis, current_value, unrealized_gain_loss} = position.base;
  const rate = rates.get(currency);
  const converted = (/** @type {string | null} */ value) => (value === null || rate === undefined ? null : product(value, rate));
  return {
    position,
    cost: converted(total_cost_basis),
    value: converted(current_value),
    gain: converted(unrealized_gain_loss),
  };
}

/** @param {{holdings: Holding[], rates: Rates, unknown: string | undefined, currency: string}} props */
function Holdings({holdings, rates, unknown, currency}) {
  const w = useWords(words);
  const {query} = useStore(place);
  const text = query.get("search") ?? "";
  const shown = useMemo(() => holdings.filter((holding) => isCalled(holding, text)), [holdings, text]);
  return html`
    <${Sums} holdings=${shown} rates=${rates} currency=${currency} />
    ${unknown && html`<p class="remark">${w.noRate(currencyName(unknown))}</p>`}
    <section class="card">
      <search class="filters">
        <${Field} id="search" type="search" label=${w.search} placeholder=${w.searchHint} value=${text}
          onInput=${(/** @type {string} */ value) => refine({search: value || undefined})} />
        <label class="check">
          <input type="checkbox" checked=${query.has("sold")}
            onChange=${(/** @type {{currentTarget: HTMLInputElement}} */ event) => refine({sold: event.currentTarget.checked ? "" : undefined})} />
          ${w.sold}
        </label>
      </search>
      ${shown.length > 0
        ? html`<${Positions} holdings=${shown} currency=${currency} />`
        : html`<p class="hint">${text ? w.noneFound : w.none}</p>`}
    </section>
  `;
}

/**
 * @param {Holding} holding
 * @param {string} text
 */
function isCalled({position: {asset}}, text) {
  return `${asset.symbol} ${asset.name}`.toLowerCase().includes(text.trim().toLowerCase());
}

/** @param {{holdings: Holding[], rates: Rates, currency: string}} props */
function Sums({holdings, rates, currency}) {
  const w = useWords(words);
  const c = useWords(common);
  const of = (/** @type {"cost" | "value" | "gain"} */ name) =>
    total(holdings.map((holding) => ({value: holding[name], currency})), rates);
  const [cost, value, gain] = [of("cost"), of("value"), of("gain")];
  const percentage = cost === null || gain === null ? null : percentageOf(gain, cost);
  return html`<section class="figures" aria-label=${c.figures}>
    <${Figure} title=${c.value}>${money(value, currency)}<//>
    <${Figure} title=${w.cost}>${money(cost, currency)}<//>
    <${Figure} title=${w.gain} hint=${percentage !== null && w.gainHint(percent(percentage, {isSigned: true}))}>
      <${Change} value=${gain}>${money(gain, currency, {isSigned: true})}<//>
    <//>
  </section>`;
}

/** @param {{holdings: Holding[], currency: string}} props */
function Positions({holdings, currency}) {
  const w = useWords(words);
  const c = useWords(common);
  const s = useWords(shell);
  const {portfolio} = useChoice();
  const columns = useMemo(() => columnsOf(holdings, currency, {...c, ...w}, portfolio === undefined), [holdings, currency, c, w, portfolio]);
  return html`<${Table} caption=${s.pages.holdings} columns=${columns} rows=${holdings}
    rowKey=${(/** @type {Holding} */ {position}) => position.id} sorted=${{key: "value", isDescending: true}} />`;
}

/**
 * @param {Holding[]} holdings
 * @param {string} currency
 * @param {import("../words/common.js").CommonWords & typeof words.en} w
 * @param {boolean} hasPortfolios
 * @returns {Column<Holding>[]}
 */
function columnsOf(holdings, currency, w, hasPortfolios) {
  const value = total(holdings.map((holding) => ({value: holding.value, currency})), new Map([[currency, "1"]]));
  const share = (/** @type {Holding} */ holding) => holding.value && value && percent(percentageOf(holding.value, value), {digits: 1});
  const cost = (/** @type {Position} */ {average_cost, currency: own}) => own && average_cost && `⌀ ${money(average_cost, own)}`;
  /** @type {Column<Holding>[]} */
  const columns = [
    {key: "asset", title: w.asset, order: bySymbol, cell: ({position}) => html`<${AssetName} position=${position} />`},
    {
      key: "portfolio",
      title: w.portfolio,
      isMinor: true,
      order: (one, other) => (one.position.portfolio_name ?? "").localeCompare(other.position.portfolio_name ?? ""),
      cell: ({position}) => position.portfolio_name,
    },
    {
      key: "quantity",
      title: w.quantity,
      isNumber: true,
      isMinor: true,
      cell: ({position}) => html`${quantity(position.quantity)} <${Below}>${cost(position)}<//>`,
    },
    {
      key: "price",
      title: w.price,
      isNumber: true,
      isMinor: true,
      order: by(({position}) => position.asset.price_change_percentage),
      cell: ({position}) => html`<${LastPrice} position=${position} />`,
    },
    {
      key: "value",
      title: w.value,
      isNumber: true,
      order: by((holding) => holding.value),
      cell: (holding) => html`${money(holding.value, currency)} <${Below}>${share(holding)}<//>`,
    },
    {
      key: "gain",
      title: w.gainColumn,
      isNumber: true,
      order: by((holding) => holding.gain),
      cell: (holding) => html`<${Gain} holding=${holding} currency=${currency} />`,
    },
    {
      key: "return",
      title: w.return,
      isNumber: true,
      isMinor: true,
      order: by(({position}) => position.unrealized_return_percentage),
      cell: ({position}) => signedPercent(position.unrealized_return_percentage),
    },
  ];
  return columns.filter(({key}) => key !== "portfolio" || hasPortfolios);
}

/** @param {Holding} one @param {Holding} other */
function bySymbol(one, other) {
  return one.position.asset.symbol.localeCompare(other.position.asset.symbol);
}

/**
 * @param {(holding: Holding) => string | null} figure
 * @returns {(one: Holding, other: Holding) => number} what is unknown comes first
 */
function by(figure) {
  return (one, other) => {
    const [left, right] = [figure(one), figure(other)];
    if (left === null || right === null) return Number(left !== null) - Number(right !== null);
    return compare(left, right);
  };
}

/** @param {string | null} value @param {string} currency */
function signedMoney(value, currency) {
  return html`<${Change} value=${value}>${money(value, currency, {isSigned: true})}<//>`;
}

/** @param {string | null} value */
function signedPercent(value) {
  return html`<${Change} value=${value}>${percent(value, {isSigned: true})}<//>`;
}

/** @param {{position: Position}} props */
function AssetName({position: {asset}}) {
  return html`<a href=${addressOf(`assets/${asset.id}`)}>${asset.symbol}</a> <${Below}>${asset.name}<//>`;
}

/** @param {{position: Position}} props */
function LastPrice({position: {asset, currency}}) {
  const w = useWords(words);
  if (!currency) return null;
  return html`<span title=${asset.price_date ? w.priceOf(date(asset.price_date)) : undefined}>${price(asset.current_price, currency)}</span>
    <${Below}>${asset.price_change_percentage !== null && signedPercent(asset.price_change_percentage)}<//>`;
}

/** @param {{holding: Holding, currency: string}} props */
function Gain({holding: {position, gain}, currency}) {
  const own = position.currency ?? currency;
  return html`${signedMoney(gain, currency)}
    ${own !== currency && html`<${Below}>${money(position.unrealized_gain_loss, own, {isSigned: true})}<//>`}`;
}

/**
 * The second line of a cell.
 *
 * @param {{children?: unknown}} props
 */
function Below({children}) {
  return html`<span class="below">${children}</span>`;
}
