/** How the chosen portfolios developed: return against a benchmark, or value against what was paid in. */
import {baseOf, RANGES, windowOf} from "../../curve.js";
import {date, money, percent, shortMoney} from "../../format.js";
import {benchmark, chooseBenchmark, useWords} from "../../preferences.js";
import {useStore} from "../../store.js";
import {LineChart} from "../../ui/chart.js";
import {Field, Form, Segments} from "../../ui/form.js";
import {html, useMemo, useState} from "../../vendor/preact.js";
import {words as common} from "../../words/common.js";
import {words} from "../../words/overview.js";

/** @import {Range} from "../../curve.js" */
/** @import {Line} from "../../ui/chart.js" */
/** @import {Holdings} from "../overview.js" */

/** @typedef {"returns" | "values"} Measure */

/** @param {{holdings: Holdings}} props */
export function Development({holdings: {curves, portfolios, currency}}) {
  const w = useWords(words);
  const c = useWords(common);
  const [range, setRange] = useState(/** @type {Range} */ ("max"));
  const [measure, setMeasure] = useState(/** @type {Measure} */ ("returns"));
  const isOne = curves.length === 1;
  // What several were worth together needs the exchange rate of each day.
  const shown = isOne ? measure : "returns";
  const {days, lines, last} = useMemo(() => drawn(curves, range, shown, w), [curves, range, shown, w]);
  const ranges = RANGES.map((value) => ({value, label: c.ranges[value], title: c.rangeNames[value]}));
  const measures = /** @type {const} */ (["returns", "values"]).map((value) => ({value, label: w.measures[value]}));
  const formats =
    shown === "returns"
      ? {format: (/** @type {number} */ value) => percent(value, {isSigned: true}), axisFormat: (/** @type {number} */ value) => percent(value, {digits: 0})}
      : {format: (/** @type {number} */ value) => money(String(value), currency), axisFormat: (/** @type {number} */ value) => shortMoney(value, currency)};

  return html`<section class="card development">
    <header>
      <h2>${shown === "returns" ? w.timeWeighted : w.portfolioValue}</h2>
      <div class="choices">
        ${isOne && html`<${Segments} id="measure" label=${w.measure} value=${measure} options=${measures} onChange=${setMeasure} />`}
        <${Segments} id="range" label=${w.range} value=${range} options=${ranges} onChange=${setRange} />
      </div>
    </header>
    ${days.length > 1
      ? html`<${LineChart} label=${w.chartOf(w.measures[shown], c.rangeNames[range])} days=${days} lines=${lines} ...${formats} />`
      : html`<p class="hint">${w.noDays}</p>`}
    <footer>
      <${BenchmarkChoice} />
      <p class="hint">
        ${last && w.asOf(date(last, "long"))}
        ${curves.length < portfolios.length && ` ${w.largest(String(curves.length))}`}
      </p>
    </footer>
  </section>`;
}

function BenchmarkChoice() {
  const w = useWords(words);
  const symbol = useStore(benchmark);
  const [text, setText] = useState(symbol);
  return html`<${Form} class="benchmark" hasErrors=${false} onSubmit=${() => chooseBenchmark(text.trim().toUpperCase())}>
    <${Field} id="benchmark" label=${w.benchmark} value=${text} onInput=${setText} title=${w.benchmarkHint}
      size="8" spellcheck=${false} autocapitalize="characters" autocomplete="off" />
    <button type="submit">${w.compare}</button>
  <//>`;
}

/**
 * Return the lines over the days of all curves, a gap where one has no such day.
 *
 * @param {Holdings["curves"]} curves
 * @param {Range} range
 * @param {Measure} measure
 * @param {import("../../words/overview.js").OverviewWords} w
 * @returns {{days: string[], lines: Line[], last: string}}
 */
function drawn(curves, range, measure, w) {
  const last = curves.map(({curve}) => curve.end_date ?? "").sort().at(-1) ?? "";
  const base = last && baseOf(range, last);
  const windows = curves.map(({portfolio, curve}) => ({portfolio, curve, window: windowOf(curve.series, base)}));
  const days = [...new Set(windows.flatMap(({window}) => window.days))].sort();
  if (measure === "values") {
    const [{window}] = windows;
    return {
      days,
      last,
      lines: [
        {name: w.portfolioValue, values: window.values, colour: "--series-1", isFilled: true},
        {name: w.paidIn, values: window.paidIn, colour: "--series-benchmark", isDashed: true},
      ],
    };
  }
  /** @type {Line[]} */
  const lines = windows.map(({portfolio, window}, index) => ({
    name: portfolio.name,
    values: spread(days, window.days, window.returns),
    colour: `--series-${index + 1}`,
  }));
  // The longest has the benchmark's whole way.
  const [longest] = [...windows].sort((one, other) => other.window.days.length - one.window.days.length);
  const symbol = longest?.curve.benchmark?.symbol;
  if (symbol) {
    const values = spread(days, longest.window.days, longest.window.benchmark);
    lines.push({name: symbol, values, colour: "--series-benchmark", isDashed: true});
  }
  return {days, lines, last};
}

/**
 * @param {string[]} days
 * @param {string[]} own
 * @param {(number | null)[]} values
 */
function spread(days, own, values) {
  const byDay = new Map(own.map((day, index) => [day, values[index]]));
  return days.map((day) => byDay.get(day) ?? null);
}
