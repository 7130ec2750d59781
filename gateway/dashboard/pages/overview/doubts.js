/** What is doubtful about the figures, and how it is mended. */
import {PAGES} from "../../pages.js";
import {useWords} from "../../preferences.js";
import {addressOf} from "../../router.js";
import {Icon} from "../../ui/icon.js";
import {html} from "../../vendor/preact.js";
import {words as common} from "../../words/common.js";
import {words} from "../../words/overview.js";
import {words as shell} from "../../words/shell.js";

/** @import {Holdings} from "../overview.js" */

/**
 * Where it is mended, by the page's name.
 *
 * @type {Record<string, string>}
 */
const REMEDIES = {
  stale_price: "holdings",
  trade_price: "holdings",
  price_missing: "holdings",
  rate_missing: "holdings",
  split_not_booked: "activities",
  negative_cash: "activities",
};

/** @param {{holdings: Holdings}} props */
export function Doubts({holdings}) {
  const w = useWords(words);
  const groups = grouped(holdings);
  return html`<section class="card doubts">
    <h2>${w.warnings}</h2>
    ${groups.length === 0 && html`<p class="hint">${w.noWarnings}</p>`}
    <ul>
      ${groups.map(([code, messages]) => html`<li key=${code}><${Doubt} code=${code} messages=${messages} /></li>`)}
    </ul>
  </section>`;
}

/** @param {{code: string, messages: string[]}} props */
function Doubt({code, messages}) {
  const w = useWords(words);
  const c = useWords(common);
  const s = useWords(shell);
  const {title, remedy} = w.doubts[code] ?? w.otherDoubt;
  const page = PAGES.find(({name}) => name === REMEDIES[code]);
  return html`<${Icon} name="warning" />
    <div>
      <h3>${title}</h3>
      <p>${remedy}</p>
      ${page && html`<p><a href=${addressOf(page.path)}>${w.mend(s.pages[page.name])}</a></p>`}
      <details>
        <summary>${c.details} (${messages.length})</summary>
        <ul lang="en">
          ${messages.map((message) => html`<li key=${message}>${message}</li>`)}
        </ul>
      </details>
    </div>`;
}

/**
 * @param {Holdings} holdings
 * @returns {[string, string[]][]} code → what is said, each once
 */
function grouped({portfolios, curves}) {
  const warnings = [...portfolios, ...curves.map(({curve}) => curve)].flatMap(({warnings}) => warnings);
  /** @type {Map<string, Set<string>>} */
  const groups = new Map();
  for (const {code, message} of warnings) groups.set(code, (groups.get(code) ?? new Set()).add(message));
  return [...groups].map(([code, messages]) => [code, [...messages].sort()]);
}
