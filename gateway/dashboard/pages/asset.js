/** An asset: its price with one's own trades, what is held of it, and what is known about it. */
import * as api from "../api.js";
import {useChoice} from "../choice.js";
import {countryName, currencyName, date, money, percent, price, quantity} from "../format.js";
import {useWords} from "../preferences.js";
import {useLoaded, useStore} from "../store.js";
import {Change} from "../ui/change.js";
import {Figure} from "../ui/figure.js";
import {Failure, Loading} from "../ui/notices.js";
import {Table} from "../ui/table.js";
import {html, useMemo} from "../vendor/preact.js";
import {words} from "../words/asset.js";
import {words as common} from "../words/common.js";
import {Prices} from "./asset/prices.js";

/** @import {Schemas} from "../types/client.js" */
/** @import {Column} from "../ui/table.js" */

/**
 * @typedef {object} Known
 * @property {Schemas["Asset"]} asset
 * @property {Schemas["Split"][]} splits
 * @property {Schemas["Position"][]} positions of the portfolios that are chosen
 * @property {Schemas["Transaction"][]} transactions the same, the last one first
 */

/** @param {{parameters: Record<string, string>}} props */
export default function AssetPage({parameters}) {
  const {portfolio} = useChoice();
  const id = Number(parameters.id);
  const key = `asset ${id} ${portfolio?.id} ${useStore(api.changes)}`;
  const {value, error, reload} = useLoaded(key, () => loadKnown(id, portfolio?.id));
  if (error) return html`<${Failure} error=${error} onRetry=${reload} />`;
  if (!value) return html`<${Loading} />`;
  return html`<div class="page asset">
    <${Headline} asset=${value.asset} />
    <${Prices} known=${value} />
    <${Held} known=${value} />
    <${Trades} transactions=${value.transactions} />
    <${Measures} asset=${value.asset} />
    <${Facts} asset=${value.asset} />
  </div>`;
}

/**
 * @param {number} asset
 * @param {number | undefined} portfolio
 * @returns {Promise<Known>}
 */
async function loadKnown(asset, portfolio) {
  const call = {path: {asset_id: asset}};
  const query = {asset_id: asset, portfolio_id: portfolio};
  const [card, splits, positions, transactions] = await Promise.all([
    api.get("/api/assets/{asset_id}/", call),
    api.all("/api/assets/{asset_id}/splits/", call),
    api.all("/api/positions/", {query: {...query, include_closed: true}}),
    api.all("/api/transactions/", {query}),
  ]);
  return {asset: card, splits, positions, transactions};
}

/** @param {{asset: Schemas["Asset"]}} props */
function Headline({asset}) {
  const w = useWords(words);
  const {current_price, price_change, price_change_percentage, last_price_update} = asset;
  return html`<header class="headline">
    <h1>${asset.name} <span class="symbol">${asset.symbol}</span></h1>
    <p class="worth">${current_price === null ? w.noPrice : price(current_price, asset.currency)}</p>
    ${last_price_update &&
    html`<p class="day">
      ${price_change !== null &&
      html`<${Change} value=${price_change} hasArrow>
        ${money(price_change, asset.currency, {isSigned: true})} (${percent(price_change_percentage, {isSigned: true})})
      <//>`}
      <span class="hint">${w.priceOf(date(last_price_update.slice(0, 10)))}</span>
    </p>`}
  </header>`;
}

/** @param {{known: Known}} props */
function Held({known: {asset, positions}}) {
  const w = useWords(words);
  const own = positions.filter(({currency}) => currency !== null);
  if (own.length === 0) return html`<p class="card hint">${w.notHeld}</p>`;
  return html`${own.map(
    (position) => html`<section key=${position.id} class="figures" aria-label=${`${w.held}: ${position.portfolio_name}`}>
      <${Figure} title=${w.value} hint=${position.portfolio_name}>${money(position.current_value, asset.currency)}<//>
      <${Figure} title=${w.quantity} hint=${position.average_cost && `⌀ ${money(position.average_cost, asset.currency)}`}>
        ${quantity(position.quantity)}
      <//>
      <${Figure} title=${w.gain} hint=${`${w.realised}: ${money(position.realized_gain_loss, asset.currency, {isSigned: true})}`}>
        <${Change} value=${position.unrealized_gain_loss}>${money(position.unrealized_gain_loss, asset.currency, {isSigned: true})}<//>
      <//>
    </section>`,
  )}`;
}

/** @param {{transactions: Schemas["Transaction"][]}} props */
function Trades({transactions}) {
  const w = useWords(words);
  const c = useWords(common);
  const {portfolios} = useChoice();
  const columns = useMemo(() => {
    const names = new Map(portfolios.map(({id, name}) => [id, name]));
    /** @type {Column<Schemas["Transaction"]>[]} */
    const columns = [
      {key: "date", title: c.date, order: (one, other) => one.date.localeCompare(other.date), cell: (one) => date(one.date)},
      {key: "type", title: w.type, cell: (one) => c.transactionTypes[one.transaction_type]},
      {key: "quantity", title: w.quantity, isNumber: true, isMinor: true, cell: (one) => quantity(one.quantity)},
      {key: "price", title: w.price, isNumber: true, isMinor: true, cell: (one) => one.currency && price(one.price, one.currency)},
      {key: "amount", title: w.amount, isNumber: true, cell: (one) => one.currency && money(one.amount, one.currency, {isSigned: true})},
      {key: "portfolio", title: w.portfolio, isMinor: true, cell: (one) => names.get(one.portfolio)},
    ];
    return columns;
  }, [portfolios, w, c]);
  return html`<section class="card">
    <h2>${w.yours}</h2>
    ${transactions.length > 0
      ? html`<${Table} caption=${w.yours} columns=${columns} rows=${transactions} rowKey=${(/** @type {Schemas["Transaction"]} */ one) => one.id}
          sorted=${{key: "date", isDescending: true}} />`
      : html`<p class="hint">${w.noTrades}</p>`}
  </section>`;
}

/** @param {{asset: Schemas["Asset"]}} props */
function Measures({asset}) {
  const w = useWords(words);
  const call = {path: {asset_id: asset.id}};
  const {value} = useLoaded(`measures ${asset.id}`, () => api.get("/api/assets/{asset_id}/performance_metrics/", call));
  if (!value?.start_date) return null;
  const span = w.from(date(value.start_date), date(value.end_date));
  return html`<section aria-label=${w.figures} class="figures">
    <${Figure} title=${w.annual} hint=${span}>
      <${Change} value=${value.annualized_return}>${percent(value.annualized_return, {isSigned: true})}<//>
    <//>
    <${Figure} title=${w.volatility} hint=${span}>${percent(value.volatility)}<//>
    <${Figure} title=${w.drawdown} hint=${value.max_drawdown_peak && w.from(date(value.max_drawdown_peak), date(value.max_drawdown_trough))}>
      <${Change} value=${value.max_drawdown}>${percent(value.max_drawdown)}<//>
    <//>
  </section>`;
}

/** @param {{asset: Schemas["Asset"]}} props */
function Facts({asset}) {
  const w = useWords(words);
  const c = useWords(common);
  const facts = [
    [w.kind, c.assetTypes[asset.asset_type]],
    [w.isin, asset.isin],
    [w.exchange, asset.exchange],
    [w.sector, asset.sector && (c.sectors[asset.sector] ?? asset.sector)],
    [w.country, asset.country && countryName(asset.country)],
    [w.currency, currencyName(asset.currency)],
    [w.source, asset.data_source],
  ].filter(([, value]) => value);
  return html`<section class="card">
    <h2>${w.facts}</h2>
    <dl class="facts">${facts.map(([name, value]) => html`<div key=${name}><dt>${name}</dt><dd>${value}</dd></div>`)}</dl>
  </section>`;
}
