/** What the portfolio would lose if the past came again, or if the market moved as one says. */
import * as api from "../../api.js";
import {compare} from "../../decimal.js";
import {date, money, percent} from "../../format.js";
import {useWords} from "../../preferences.js";
import {useLoaded, useStore} from "../../store.js";
import {Change} from "../../ui/change.js";
import {Field, Form} from "../../ui/form.js";
import {Failure, inWords, Loading} from "../../ui/notices.js";
import {Table} from "../../ui/table.js";
import {html, useState} from "../../vendor/preact.js";
import {words as common} from "../../words/common.js";
import {words} from "../../words/risk.js";

/** @import {Portfolio} from "../../choice.js" */
/** @import {Schemas} from "../../types/client.js" */
/** @import {Column} from "../../ui/table.js" */

/** @typedef {Schemas["Scenario"]} Scenario */

const [LEAST, MOST] = [-100, 1000]; // percent that a market may move
const PATH = "/api/analytics/scenario_analysis/";

/** @param {{portfolio: Portfolio, symbol: string | undefined}} props `symbol` of the benchmark */
export function Scenarios({portfolio, symbol}) {
  const w = useWords(words);
  const key = `scenarios ${portfolio.id} ${symbol} ${useStore(api.changes)}`;
  const {value, error, reload} = useLoaded(key, () =>
    api.get(PATH, {query: {portfolio_id: portfolio.id, benchmark: symbol}}),
  );
  return html`<section class="card">
    <h2>${w.scenarios}</h2>
    <p class="hint">${w.scenariosHint}</p>
    ${error ? html`<${Failure} error=${error} onRetry=${reload} />` : value ? html`<${Past} analysis=${value} />` : html`<${Loading} />`}
    <${OwnScenario} portfolio=${portfolio} symbol=${symbol} />
  </section>`;
}

/** @param {{analysis: Schemas["Analysis"]}} props */
function Past({analysis: {scenarios, currency}}) {
  const w = useWords(words);
  const known = scenarios.filter(({pnl}) => pnl !== null);
  const unknown = scenarios.length - known.length;
  /** @type {Column<Scenario>[]} */
  const columns = [
    {key: "name", title: w.scenario, cell: ({id, name}) => w.episodes[id] ?? name},
    {key: "window", title: w.period, isMinor: true, cell: ({window}) => window && w.fromTo(date(window.start), date(window.end))},
    {key: "market", title: w.market, isNumber: true, isMinor: true, cell: ({benchmark_return}) => signed(benchmark_return)},
    {
      key: "return",
      title: w.portfolio,
      isNumber: true,
      order: (one, other) => compare(one.portfolio_return ?? "0", other.portfolio_return ?? "0"),
      cell: ({portfolio_return}) => signed(portfolio_return),
    },
    {
      key: "pnl",
      title: w.outcome,
      isNumber: true,
      order: (one, other) => compare(one.pnl ?? "0", other.pnl ?? "0"),
      cell: ({pnl}) => html`<${Change} value=${pnl}>${money(pnl, currency, {isSigned: true})}<//>`,
    },
  ];
  return html`
    ${known.length > 0 && html`<${Table} caption=${w.scenarios} columns=${columns} rows=${known}
      rowKey=${(/** @type {Scenario} */ {id}) => id} sorted=${{key: "return", isDescending: false}} />`}
    ${unknown > 0 && html`<p class="hint">${w.notModelled(unknown)}</p>`}
  `;
}

/** @param {string | null} value */
function signed(value) {
  return html`<${Change} value=${value}>${percent(value, {isSigned: true})}<//>`;
}

/** @param {{portfolio: Portfolio, symbol: string | undefined}} props */
function OwnScenario({portfolio, symbol}) {
  const w = useWords(words);
  const c = useWords(common);
  const [text, setText] = useState("-20");
  const [answer, setAnswer] = useState(/** @type {Schemas["Analysis"] | null} */ (null));
  const [error, setError] = useState("");
  const ask = async () => {
    setAnswer(null);
    setError("");
    if (text === "" || Number(text) < LEAST || Number(text) > MOST) {
      setError(w.shockRange);
      return;
    }
    const query = {portfolio_id: portfolio.id, benchmark: symbol, type: /** @type {const} */ ("hypothetical")};
    try {
      setAnswer(await api.get(PATH, {query: {...query, market_shock: String(Number(text) / 100)}}));
    } catch (failure) {
      setError(inWords(failure, c));
    }
  };
  return html`<${Form} class="own" hasErrors=${error !== ""} onSubmit=${ask}>
    <h3>${w.whatIf}</h3>
    <div class="buttons">
      <${Field} id="shock" label=${w.marketMoves} type="number" min=${LEAST} max=${MOST} step="any" value=${text}
        onInput=${setText} error=${error} />
      <button type="submit">${w.compute}</button>
    </div>
    <div role="status">${answer && html`<${Outcome} analysis=${answer} />`}</div>
  <//>`;
}

/** @param {{analysis: Schemas["Analysis"]}} props */
function Outcome({analysis: {scenarios: [scenario], currency}}) {
  const w = useWords(words);
  const {pnl, portfolio_return, value_after} = scenario;
  if (pnl === null) return html`<p>${w.notModelled(1)}</p>`;
  return html`<p>
    ${w.portfolio}: <strong><${Change} value=${pnl}>${money(pnl, currency, {isSigned: true})} (${percent(portfolio_return, {isSigned: true})})<//></strong>,
    ${" "}${w.after(money(value_after, currency))}
  </p>`;
}
