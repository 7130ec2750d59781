/** How far the portfolio was below its highest level, day by day, and its deepest falls. */
import {drawdowns, windowOf} from "../../curve.js";
import {compare} from "../../decimal.js";
import {date, percent} from "../../format.js";
import {useWords} from "../../preferences.js";
import {LineChart} from "../../ui/chart.js";
import {Change} from "../../ui/change.js";
import {Table} from "../../ui/table.js";
import {html, useMemo} from "../../vendor/preact.js";
import {words} from "../../words/risk.js";

/** @import {Schemas} from "../../types/client.js" */
/** @import {Line} from "../../ui/chart.js" */
/** @import {Column} from "../../ui/table.js" */

/** @typedef {Schemas["Fall"]} Fall */

/** @param {{curve: Schemas["Curve"], falls: Fall[]}} props */
export function Drawdowns({curve, falls}) {
  const w = useWords(words);
  const {days, lines} = useMemo(() => underWater(curve, w.belowHighest), [curve, w]);
  const formats = {
    format: (/** @type {number} */ value) => percent(value),
    axisFormat: (/** @type {number} */ value) => percent(value, {digits: 0}),
  };
  return html`<section class="card">
    <h2>${w.drawdowns}</h2>
    ${days.length > 1
      ? html`<${LineChart} label=${w.drawdowns} days=${days} lines=${lines} ...${formats} />`
      : html`<p class="hint">${w.noDays}</p>`}
    ${falls.length > 0 && html`<${Falls} falls=${falls} />`}
  </section>`;
}

/**
 * @param {Schemas["Curve"]} curve
 * @param {string} name
 * @returns {{days: string[], lines: Line[]}}
 */
function underWater(curve, name) {
  const {days, returns} = windowOf(curve.series, "");
  return {days, lines: [{name, values: drawdowns(returns), colour: "--series-6", isFilled: true}]};
}

/** @param {{falls: Fall[]}} props */
function Falls({falls}) {
  const w = useWords(words);
  /** @type {Column<Fall>[]} */
  const columns = [
    {key: "peak", title: w.peak, order: (one, other) => (one.peak ?? "").localeCompare(other.peak ?? ""), cell: ({peak}) => date(peak)},
    {key: "trough", title: w.trough, isMinor: true, cell: ({trough}) => date(trough)},
    {key: "recovery", title: w.recovery, cell: ({recovery}) => (recovery ? date(recovery) : w.notRecovered)},
    {
      key: "depth",
      title: w.depth,
      isNumber: true,
      // The deepest one is the least number.
      order: (one, other) => compare(other.depth ?? "0", one.depth ?? "0"),
      cell: ({depth}) => html`<${Change} value=${depth}>${percent(depth)}<//>`,
    },
  ];
  return html`<h3>${w.deepest}</h3>
    <${Table} caption=${w.deepest} columns=${columns} rows=${falls} rowKey=${(/** @type {Fall} */ {peak}) => peak ?? ""}
      sorted=${{key: "depth", isDescending: true}} />`;
}
