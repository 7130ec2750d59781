/** The activities: the list of transactions, filtered, added up, entered, changed and deleted. */
import * as api from "../api.js";
import {useChoice} from "../choice.js";
import {compare, sum} from "../decimal.js";
import {count, date, money, NOTHING, price, quantity} from "../format.js";
import {useWords} from "../preferences.js";
import {place, refine} from "../router.js";
import {useLoaded, useStore} from "../store.js";
import {Change} from "../ui/change.js";
import {Icon} from "../ui/icon.js";
import {Failure, Loading} from "../ui/notices.js";
import {Table} from "../ui/table.js";
import {UndoImport} from "../ui/undo-import.js";
import {html, useState} from "../vendor/preact.js";
import {words} from "../words/activities.js";
import {words as common} from "../words/common.js";
import {Editor} from "./activities/editor.js";
import {Filter} from "./activities/filter.js";

/** @import {Schemas} from "../types/client.js" */

/** @typedef {Schemas["Transaction"]} Transaction */

const PAGE = 500;

export default function Activities() {
  const w = useWords(words);
  const {portfolio, portfolios} = useChoice();
  const {query} = useStore(place);
  const [edited, setEdited] = useState(/** @type {number | "new" | null} */ (null));
  const [from, to] = [query.get("from") ?? "", query.get("to") ?? ""];
  const filter = {
    portfolio_id: portfolio?.id,
    search: query.get("search") ?? "",
    transaction_type: query.get("type") ?? "",
    start_date: from,
    end_date: to < from ? "" : to, // the other way round it is refused; the form says so
    import_id: query.get("import") ?? "",
  };
  const pages = Math.max(1, Number(query.get("pages")) || 1);
  const {value, error, reload} = useLoaded(`${JSON.stringify(filter)} ${pages} ${useStore(api.changes)}`, () => load(filter, pages));

  return html`<div class="page activities">
    <header class="buttons">
      <h1>${w.title}</h1>
      ${portfolios.length > 0 && html`<button type="button" class="primary" onClick=${() => setEdited("new")}>${w.enter}</button>`}
      ${filter.import_id &&
      html`<button type="button" onClick=${() => refine({import: undefined})}>${w.ofImport(filter.import_id)}</button>
        <${UndoImport} id=${Number(filter.import_id)} onUndone=${() => refine({import: undefined})} />`}
    </header>
    <${Filter} />
    ${error
      ? html`<${Failure} error=${error} onRetry=${reload} />`
      : value
        ? html`<${List} ...${value} onEdit=${setEdited} onMore=${() => refine({pages: String(pages + 1)})} />`
        : html`<${Loading} />`}
    ${edited !== null && html`<${Editor} key=${edited} id=${edited === "new" ? null : edited} onClose=${() => setEdited(null)} />`}
  </div>`;
}

/**
 * @param {object} filter
 * @param {number} pages
 * @returns {Promise<{rows: Transaction[], all: number}>}
 */
async function load(filter, pages) {
  /** @type {Transaction[]} */
  const rows = [];
  for (let page = 1; page <= pages; page += 1) {
    const query = /** @type {any} */ ({...filter, page, page_size: PAGE});
    const answer = await api.get("/api/transactions/", {query});
    rows.push(...answer.results);
    if (!answer.next || page === pages) return {rows, all: answer.count};
  }
  return {rows, all: rows.length};
}

/** @param {{rows: Transaction[], all: number, onEdit: (id: number) => void, onMore: () => void}} props */
function List({rows, all, onEdit, onMore}) {
  const w = useWords(words);
  const {portfolio, portfolios} = useChoice();
  if (rows.length === 0) return html`<p class="hint">${w.none}</p>`;
  return html`<div class="card">
    <${Table} caption=${w.title} columns=${useColumns(!portfolio && portfolios.length > 1, onEdit)} rows=${rows}
      rowKey=${(/** @type {Transaction} */ row) => row.id} />
    <p class="hint shown" role="status">${w.shown(count(rows.length), count(all))}</p>
    ${rows.length < all && html`<button type="button" onClick=${onMore}>${w.more}</button>`}
    <${Totals} rows=${rows} />
  </div>`;
}

/**
 * @param {boolean} hasPortfolio
 * @param {(id: number) => void} onEdit
 * @returns {import("../ui/table.js").Column<Transaction>[]}
 */
function useColumns(hasPortfolio, onEdit) {
  const w = useWords(words);
  const c = useWords(common);
  const {portfolios} = useChoice();
  const portfolioOf = (/** @type {Transaction} */ row) => portfolios.find(({id}) => id === row.portfolio);
  const currency = (/** @type {Transaction} */ row) => row.currency ?? portfolioOf(row)?.currency ?? "USD";
  const kind = (/** @type {Transaction} */ row) => c.transactionTypes[row.transaction_type] ?? row.transaction_type;
  /** @type {import("../ui/table.js").Column<Transaction>[]} */
  const columns = [
    {
      key: "date",
      title: c.date,
      order: (one, other) => (one.date < other.date ? -1 : 1),
      cell: (row) => html`<button type="button" class="edit" onClick=${() => onEdit(row.id)}
        aria-label=${w.changeOne(kind(row), row.symbol ?? "", date(row.date))}><${Icon} name="edit" />${date(row.date)}</button>`,
    },
    {
      key: "type",
      title: w.kind,
      order: (one, other) => kind(one).localeCompare(kind(other)),
      // On a phone the asset stands behind the kind, by the style sheet.
      cell: (row) => html`<span class="kind" data-asset=${row.symbol ?? ""}>${kind(row)}</span>`,
    },
    {
      key: "asset",
      title: w.asset,
      isMinor: true,
      order: (one, other) => (one.symbol ?? "").localeCompare(other.symbol ?? ""),
      cell: (row) => row.symbol ?? NOTHING,
    },
    {
      key: "quantity",
      title: w.quantity,
      isNumber: true,
      isMinor: true,
      order: (one, other) => compare(one.quantity ?? "0", other.quantity ?? "0"),
      cell: (row) => row.ratio ?? quantity(row.quantity),
    },
    {key: "price", title: w.price, isNumber: true, isMinor: true, cell: (row) => price(row.price, currency(row))},
    {
      key: "amount",
      title: w.amount,
      isNumber: true,
      cell: (row) => html`<${Change} value=${row.amount}>${money(row.amount, currency(row), {isSigned: true})}<//>`,
    },
    {key: "costs", title: w.costs, isNumber: true, isMinor: true, cell: (row) => money(sum([row.fees, row.taxes]), currency(row))},
  ];
  if (hasPortfolio) columns.push({key: "portfolio", title: w.portfolio, isMinor: true, cell: (row) => portfolioOf(row)?.name ?? NOTHING});
  return columns;
}

/** What the rows that are shown add up to, to the last decimal, each currency by itself. */
function Totals(/** @type {{rows: Transaction[]}} */ {rows}) {
  const w = useWords(words);
  const {portfolios} = useChoice();
  /** @type {Map<string, Transaction[]>} */
  const groups = new Map();
  for (const row of rows) {
    const currency = row.currency ?? portfolios.find(({id}) => id === row.portfolio)?.currency;
    if (currency) groups.set(currency, [...(groups.get(currency) ?? []), row]);
  }
  return html`<ul class="totals" aria-label=${w.totals}>
    ${[...groups].sort().map(([currency, rows]) => {
      const of = (/** @type {(row: Transaction) => string | null} */ value) => money(sum(rows.map((row) => value(row) ?? "0")), currency);
      return html`<li key=${currency}>
        ${w.totalOf(currency, of(({amount}) => amount), of(({fees}) => fees), of(({taxes}) => taxes))}
      </li>`;
    })}
  </ul>`;
}
