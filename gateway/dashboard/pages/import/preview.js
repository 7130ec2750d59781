/** The rows as they were read, and what was noticed. */
import {count, date, NOTHING, quantity} from "../../format.js";
import {useWords} from "../../preferences.js";
import {Table} from "../../ui/table.js";
import {html} from "../../vendor/preact.js";
import {words as common} from "../../words/common.js";
import {words} from "../../words/import.js";

/** @import {Imported} from "../import.js" */
/** @import {Schemas} from "../../types/client.js" */

/** @typedef {Schemas["Row"]} Row */

/** @param {{preview: Imported}} props */
export function Preview({preview}) {
  const w = useWords(words);
  const c = useWords(common);
  const rows = preview.rows ?? [];
  /** @type {import("../../ui/table.js").Column<Row>[]} */
  const columns = [
    {key: "line", title: w.line, isMinor: true, cell: (row) => row.line},
    {key: "date", title: c.date, cell: (row) => date(row.date)},
    {key: "type", title: w.columns.transaction_type, cell: (row) => c.transactionTypes[row.transaction_type] ?? row.transaction_type},
    {key: "asset", title: w.columns.symbol, cell: (row) => row.symbol ?? row.isin ?? row.asset_name ?? NOTHING},
    {key: "quantity", title: w.columns.quantity, isNumber: true, cell: (row) => row.ratio ?? quantity(row.quantity)},
    {key: "price", title: w.columns.price, isNumber: true, cell: (row) => quantity(row.price)},
    {key: "amount", title: w.columns.amount, isNumber: true, cell: (row) => quantity(row.amount)},
    {key: "fees", title: w.columns.fees, isNumber: true, isMinor: true, cell: (row) => quantity(row.fees)},
    {key: "taxes", title: w.columns.taxes, isNumber: true, isMinor: true, cell: (row) => quantity(row.taxes)},
    {key: "currency", title: w.columns.currency, isMinor: true, cell: (row) => row.currency ?? row.asset_currency ?? NOTHING},
  ];
  return html`<section class="card preview">
    <h2>${w.preview}</h2>
    ${preview.warnings.length > 0 &&
    html`<details class="warnings">
      <summary>${w.noticed(count(preview.warnings.length))}</summary>
      <ul>
        ${preview.warnings.map(({code, message}) => html`<li key=${code + message}>
          ${w.warnings[code] && html`${w.warnings[code]} `}<span lang="en" class="hint">${message}</span>
        </li>`)}
      </ul>
    </details>`}
    ${rows.length > 0
      ? html`<${Table} caption=${w.preview} columns=${columns} rows=${rows} rowKey=${(/** @type {Row} */ row) => `${row.line} ${row.external_id}`} />`
      : html`<p class="hint">${c.noneYet}</p>`}
    ${rows.length < preview.created + preview.skipped && rows.length >= 1000 && html`<p class="hint">${w.firstRows(count(rows.length))}</p>`}
  </section>`;
}
