/** How much the holdings move together: a table of numbers, coloured so that it is seen at a glance. */
import * as api from "../../api.js";
import {compare} from "../../decimal.js";
import {count, NOTHING, ratio} from "../../format.js";
import {useWords} from "../../preferences.js";
import {useLoaded, useStore} from "../../store.js";
import {Failure, Loading} from "../../ui/notices.js";
import {html} from "../../vendor/preact.js";
import {words} from "../../words/risk.js";

/** @import {Portfolio} from "../../choice.js" */
/** @import {Schemas} from "../../types/client.js" */

const MOST = 20; // holdings, of which nobody reads more pairs
const DEEPEST = 45; // percent of colour, on which text still has its contrast

/** @param {{portfolio: Portfolio, contributions: Schemas["Contribution"][]}} props */
export function Correlation({portfolio, contributions}) {
  const w = useWords(words);
  const key = `correlation ${portfolio.id} ${useStore(api.changes)}`;
  const {value, error, reload} = useLoaded(key, () =>
    api.get("/api/analytics/correlation_matrix/", {query: {portfolio_id: portfolio.id}}),
  );
  return html`<section class="card">
    <h2>${w.correlation}</h2>
    ${error
      ? html`<${Failure} error=${error} onRetry=${reload} />`
      : value
        ? html`<${Matrix} correlation=${value} contributions=${contributions} />`
        : html`<${Loading} />`}
  </section>`;
}

/** @param {{correlation: Schemas["Correlation"], contributions: Schemas["Contribution"][]}} props */
function Matrix({correlation, contributions}) {
  const w = useWords(words);
  const {symbols, matrix, average_correlation, highest, lowest} = correlation;
  const places = largest(correlation, contributions);
  if (places.length < 2) return html`<p class="hint">${w.noPairs}</p>`;
  return html`
    <p class="hint">
      ${w.average(ratio(average_correlation))}
      ${highest && lowest && ` ${w.extremes(highest.pair.join("–"), ratio(highest.value), lowest.pair.join("–"), ratio(lowest.value))}`}
      ${places.length < symbols.length && ` ${w.largestOnly(count(places.length))}`}
    </p>
    <div class="table" role="region" aria-label=${w.correlation} tabindex="0">
      <table class="heat">
        <caption class="hidden">${w.correlation}</caption>
        <thead>
          <tr><td></td>${places.map((place) => html`<th key=${place} scope="col">${symbols[place]}</th>`)}</tr>
        </thead>
        <tbody>
          ${places.map(
            (row) => html`<tr key=${row}>
              <th scope="row">${symbols[row]}</th>
              ${places.map((column) => html`<${Cell} key=${column} value=${matrix[row][column]} isSame=${row === column} />`)}
            </tr>`,
          )}
        </tbody>
      </table>
    </div>
  `;
}

/** @param {{value: string | null, isSame: boolean}} props */
function Cell({value, isSame}) {
  if (isSame) return html`<td class="same">${ratio(value)}</td>`;
  if (value === null) return html`<td>${NOTHING}</td>`;
  const colour = compare(value, "0") < 0 ? "--series-1" : "--series-3";
  const depth = Math.abs(Number(value)) * DEEPEST;
  return html`<td style=${{background: `color-mix(in srgb, var(${colour}) ${depth}%, var(--surface))`}}>${ratio(value)}</td>`;
}

/**
 * Return the places of the largest holdings, in the order of their symbols.
 *
 * @param {Schemas["Correlation"]} correlation
 * @param {Schemas["Contribution"][]} contributions
 */
function largest({assets}, contributions) {
  const weights = new Map(contributions.map(({asset, weight}) => [asset, weight ?? "0"]));
  const weight = (/** @type {number} */ place) => weights.get(assets[place]) ?? "0";
  const places = assets.map((_, place) => place);
  const kept = [...places].sort((one, other) => compare(weight(other), weight(one))).slice(0, MOST);
  return kept.sort((one, other) => one - other);
}
