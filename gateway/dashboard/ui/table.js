/** Tables: sortable, and of a long list only the rows that are seen. */
import {useWords} from "../preferences.js";
import {count} from "../format.js";
import {html, useMemo, useState} from "../vendor/preact.js";
import {words} from "../words/common.js";

const ROW_HEIGHT = 44; // CSS pixels, as in style.css
const LONG = 60; // rows from which on a table has a window of its own
const SEEN = 14; // rows that the window shows
const SPARE = 10; // rows above and below that are drawn, so that scrolling shows no gaps

/**
 * @template R
 * @typedef {object} Column
 * @property {string} key
 * @property {string} title
 * @property {(row: R) => unknown} cell
 * @property {(one: R, other: R) => number} [order] ascending; without it nobody sorts by this column
 * @property {boolean} [isNumber] right-aligned, with the digits under each other
 * @property {boolean} [isMinor] left out on a phone
 */

/**
 * @template R
 * @param {{
 *   caption: string,
 *   columns: readonly Column<R>[],
 *   rows: readonly R[],
 *   rowKey: (row: R) => string | number,
 *   sorted?: {key: string, isDescending?: boolean},
 * }} props `caption` is read out; `sorted` is how the table is at first
 */
export function Table({caption, columns, rows, rowKey, sorted}) {
  const [order, setOrder] = useState(sorted);
  const [top, setTop] = useState(0);
  const w = useWords(words);
  const ordered = useMemo(() => inOrder(rows, columns, order), [rows, columns, order]);
  const isLong = ordered.length > LONG;
  const first = isLong ? Math.max(0, Math.floor(top / ROW_HEIGHT) - SPARE) : 0;
  const drawn = isLong ? ordered.slice(first, first + SEEN + 2 * SPARE) : ordered;
  const scrolled = (/** @type {{currentTarget: HTMLElement}} */ event) => setTop(event.currentTarget.scrollTop);
  const below = ordered.length - first - drawn.length;

  return html`<div class=${`table ${isLong ? "long" : ""}`} role="region" aria-label=${caption} tabindex="0" onScroll=${isLong ? scrolled : undefined}>
    <table aria-rowcount=${ordered.length + 1}>
      <caption class="hidden">${caption}, ${w.rows(count(ordered.length))}</caption>
      <thead>
        <tr>
          ${columns.map((column) => html`<${Heading} key=${column.key} column=${column} order=${order} onOrder=${setOrder} />`)}
        </tr>
      </thead>
      <tbody>
        ${first > 0 && html`<tr key="above" aria-hidden="true"><td style=${{height: `${first * ROW_HEIGHT}px`}}></td></tr>`}
        ${drawn.map(
          (row, index) => html`<tr key=${rowKey(row)} aria-rowindex=${first + index + 2}>
            ${columns.map((column) => html`<td key=${column.key} class=${look(column)}>${column.cell(row)}</td>`)}
          </tr>`,
        )}
        ${below > 0 && html`<tr key="below" aria-hidden="true"><td style=${{height: `${below * ROW_HEIGHT}px`}}></td></tr>`}
      </tbody>
    </table>
  </div>`;
}

/**
 * @param {{
 *   column: Column<any>,
 *   order: {key: string, isDescending?: boolean} | undefined,
 *   onOrder: (order: {key: string, isDescending: boolean}) => void,
 * }} props
 */
function Heading({column, order, onOrder}) {
  const isSorted = order?.key === column.key;
  const direction = isSorted ? (order.isDescending ? "descending" : "ascending") : undefined;
  if (!column.order) return html`<th scope="col" class=${look(column)}>${column.title}</th>`;
  // Numbers begin with the greatest, words with A.
  const isDescending = isSorted ? !order.isDescending : Boolean(column.isNumber);
  return html`<th scope="col" class=${look(column)} aria-sort=${direction}>
    <button type="button" class="heading" onClick=${() => onOrder({key: column.key, isDescending})}>
      ${column.title}<span aria-hidden="true">${direction ? (order?.isDescending ? " ↓" : " ↑") : ""}</span>
    </button>
  </th>`;
}

/** @param {Column<any>} column */
function look({isNumber, isMinor}) {
  return [isNumber && "number", isMinor && "minor"].filter(Boolean).join(" ") || undefined;
}

/**
 * @template R
 * @param {readonly R[]} rows
 * @param {readonly Column<R>[]} columns
 * @param {{key: string, isDescending?: boolean} | undefined} order
 * @returns {readonly R[]}
 */
function inOrder(rows, columns, order) {
  const compare = columns.find(({key}) => key === order?.key)?.order;
  if (!compare) return rows;
  const turn = order?.isDescending ? -1 : 1;
  return [...rows].sort((one, other) => turn * compare(one, other));
}
