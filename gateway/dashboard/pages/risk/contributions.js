/** Which holding the risk comes from, beside the part that it is of what is invested. */
import {compare, product} from "../../decimal.js";
import {percent, ratio} from "../../format.js";
import {useWords} from "../../preferences.js";
import {addressOf} from "../../router.js";
import {Table} from "../../ui/table.js";
import {html} from "../../vendor/preact.js";
import {words} from "../../words/risk.js";

/** @import {Schemas} from "../../types/client.js" */
/** @import {Column} from "../../ui/table.js" */

/** @typedef {Schemas["Contribution"]} Contribution */

/** @param {{risk: Schemas["Risk"]}} props */
export function Contributions({risk: {contributions, concentration, diversification_ratio}}) {
  const w = useWords(words);
  const by = (/** @type {"weight" | "risk_contribution"} */ name) => (/** @type {Contribution} */ one, /** @type {Contribution} */ other) =>
    compare(one[name] ?? "0", other[name] ?? "0");
  const greatest = Math.max(...contributions.flatMap(({weight, risk_contribution}) => [Number(weight), Number(risk_contribution)]));
  /** @type {Column<Contribution>[]} */
  const columns = [
    {
      key: "asset",
      title: w.asset,
      order: (one, other) => one.symbol.localeCompare(other.symbol),
      cell: ({asset, symbol}) => html`<a href=${addressOf(`assets/${asset}`)}>${symbol}</a>`,
    },
    {key: "weight", title: w.weight, isNumber: true, order: by("weight"), cell: ({weight}) => share(weight)},
    {key: "risk", title: w.riskShare, isNumber: true, order: by("risk_contribution"), cell: ({risk_contribution}) => share(risk_contribution)},
    {key: "meter", title: w.compared, isMinor: true, cell: (row) => html`<${Meters} contribution=${row} greatest=${greatest} />`},
  ];
  return html`<section class="card">
    <h2>${w.contributions}</h2>
    <p class="hint">${w.contributionsHint(ratio(concentration.effective_holdings), ratio(diversification_ratio))}</p>
    ${contributions.length > 0
      ? html`<${Table} caption=${w.contributions} columns=${columns} rows=${contributions}
          rowKey=${(/** @type {Contribution} */ {asset}) => asset} sorted=${{key: "risk", isDescending: true}} />`
      : html`<p class="hint">${w.noHoldings}</p>`}
  </section>`;
}

/** @param {string | null} part of 1 */
function share(part) {
  return percent(part && product(part, "100"), {digits: 1});
}

/**
 * The same two figures to the eye.
 *
 * @param {{contribution: Contribution, greatest: number}} props
 */
function Meters({contribution: {weight, risk_contribution}, greatest}) {
  const width = (/** @type {string | null} */ part) => ({width: `${Math.max(0, Number(part) / greatest) * 100}%`});
  return html`<span class="meters" aria-hidden="true">
    <span style=${width(weight)}></span><span class="of-risk" style=${width(risk_contribution)}></span>
  </span>`;
}
