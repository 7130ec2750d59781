/** The risk of one portfolio: how far it fell, what a bad day costs, where that comes from, what if. */
import * as api from "../api.js";
import {useChoice} from "../choice.js";
import {loadCurve} from "../curve.js";
import {product} from "../decimal.js";
import {date, list, money, percent, ratio} from "../format.js";
import {benchmark, useWords} from "../preferences.js";
import {addressOf} from "../router.js";
import {useLoaded, useStore} from "../store.js";
import {Change} from "../ui/change.js";
import {Figure} from "../ui/figure.js";
import {Failure, Loading} from "../ui/notices.js";
import {html} from "../vendor/preact.js";
import {words as common} from "../words/common.js";
import {words} from "../words/risk.js";
import {words as shell} from "../words/shell.js";
import {Contributions} from "./risk/contributions.js";
import {Correlation} from "./risk/correlation.js";
import {Drawdowns} from "./risk/drawdowns.js";
import {Scenarios} from "./risk/scenarios.js";

/** @import {Portfolio} from "../choice.js" */
/** @import {Schemas} from "../types/client.js" */

/**
 * @typedef {object} Measured
 * @property {Schemas["Curve"]} curve
 * @property {Schemas["Metrics"]} metrics
 * @property {Schemas["Risk"]} risk
 * @property {string | undefined} symbol of the benchmark, if this installation has it
 */

export default function RiskPage() {
  const s = useWords(shell);
  const w = useWords(words);
  const {portfolio} = useChoice();
  return html`<div class="page risk">
    <header>
      <h1>${s.pages.risk}</h1>
      <p class="hint">${portfolio?.name ?? w.ofOne}</p>
    </header>
    ${portfolio ? html`<${PortfolioRisk} key=${portfolio.id} portfolio=${portfolio} />` : html`<${PortfolioLinks} />`}
  </div>`;
}

function PortfolioLinks() {
  const {portfolios} = useChoice();
  const c = useWords(common);
  if (portfolios.length === 0) return html`<p>${c.noneYet}</p>`;
  return html`<ul class="card choices">
    ${portfolios.map(
      ({id, name}) => html`<li key=${id}><a class="button" href=${addressOf("risk", {portfolio: String(id)})}>${name}</a></li>`,
    )}
  </ul>`;
}

/** @param {{portfolio: Portfolio}} props */
function PortfolioRisk({portfolio}) {
  const chosen = useStore(benchmark);
  const key = `risk ${portfolio.id} ${chosen} ${useStore(api.changes)}`;
  const {value, error, reload} = useLoaded(key, () => loadMeasured(portfolio, chosen));
  if (error) return html`<${Failure} error=${error} onRetry=${reload} />`;
  if (!value) return html`<${Loading} />`;
  return html`
    <${Figures} measured=${value} />
    <${Drawdowns} curve=${value.curve} falls=${value.risk.drawdowns} />
    <${Contributions} risk=${value.risk} />
    <${Scenarios} portfolio=${portfolio} symbol=${value.symbol} />
    <${Correlation} portfolio=${portfolio} contributions=${value.risk.contributions} />
  `;
}

/**
 * @param {Portfolio} portfolio
 * @param {string} chosen
 * @returns {Promise<Measured>}
 */
async function loadMeasured(portfolio, chosen) {
  const curve = await loadCurve(portfolio, chosen);
  // The curve has told whether there is such a benchmark: the dear questions need not try.
  const symbol = curve.benchmark?.requested;
  const path = "/api/portfolios/{portfolio_id}/performance_metrics/";
  const [metrics, risk] = await Promise.all([
    api.get(path, {path: {portfolio_id: portfolio.id}, query: {benchmark: symbol}}),
    api.get("/api/analytics/risk_metrics/", {query: {portfolio_id: portfolio.id, benchmark: symbol}}),
  ]);
  return {curve, metrics, risk, symbol};
}

/** @param {{measured: Measured}} props */
function Figures({measured: {metrics, risk}}) {
  const w = useWords(words);
  const c = useWords(common);
  const {currency} = risk;
  const {max_drawdown_peak: peak, max_drawdown_trough: trough} = metrics;
  const level = risk.risk_level && w.levels[risk.risk_level];
  const symbol = metrics.benchmark?.symbol;
  const captures = w.captures(part(risk.up_capture), part(risk.down_capture));
  return html`
    <section class="figures" aria-label=${c.figures}>
      <${Figure} title=${w.valueAtRisk} hint=${w.valueAtRiskHint(percent(metrics.var_95_percentage))}>
        <${Change} value=${risk.var.historical}>${money(risk.var.historical, currency)}<//>
      <//>
      <${Figure} title=${w.shortfall} hint=${w.shortfallHint}>
        <${Change} value=${risk.cvar}>${money(risk.cvar, currency)}<//>
      <//>
      <${Figure} title=${w.greatestFall} hint=${peak && trough && w.fromTo(date(peak), date(trough))}>
        <${Change} value=${risk.max_drawdown}>${percent(risk.max_drawdown)}<//>
      <//>
      <${Figure} title=${w.volatility} hint=${level && w.level(level)}>${percent(risk.volatility)}<//>
      <${Figure} title=${w.sharpe} hint=${w.sortino(ratio(metrics.sortino_ratio))}>${ratio(metrics.sharpe_ratio)}<//>
      <${Figure} title=${symbol ? w.betaTo(symbol) : w.beta} hint=${symbol ? captures : w.noBenchmark}>${ratio(risk.beta)}<//>
    </section>
    <${Undefined} metrics=${metrics} risk=${risk} />
  `;
}

/** @param {string | null} value a part of 1 */
function part(value) {
  return percent(value && product(value, "100"), {digits: 0});
}

/**
 * Why a figure is not there.
 *
 * @param {{metrics: Schemas["Metrics"], risk: Schemas["Risk"]}} props
 */
function Undefined({metrics, risk}) {
  const w = useWords(words);
  const c = useWords(common);
  const shown = [risk.cvar, risk.var.historical, risk.volatility, metrics.sharpe_ratio];
  const messages = [...new Set([...risk.warnings, ...metrics.warnings].map(({message}) => message))];
  if (!shown.includes(null) || messages.length === 0) return null;
  return html`<div class="remark">
    <p>${w.undefined}</p>
    <details>
      <summary>${c.details} (${messages.length})</summary>
      <p lang="en">${list(messages)}</p>
    </details>
  </div>`;
}
