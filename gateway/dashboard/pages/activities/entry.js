/** What the form of a transaction holds, by its kind; and what of it is sent. */
import {decimalOf, written} from "../../format.js";

/** @import {FoundAsset} from "../../ui/asset-search.js" */
/** @import {Schemas} from "../../types/client.js" */

/** @typedef {Schemas["TransactionInput"]["transaction_type"]} Kind */
/** @typedef {"quantity" | "price" | "amount" | "fees" | "taxes" | "ratio"} NumberName */

/**
 * @typedef {Record<NumberName, string> & {
 *   portfolio: string,
 *   transaction_type: Kind,
 *   date: string,
 *   asset: FoundAsset | null,
 *   currency: string,
 *   exchange_rate: string,
 *   notes: string,
 * }} Entry numbers as the reader writes them
 */

/**
 * What a kind takes: the first must be there.
 *
 * @type {Record<Kind, {needs: (NumberName | "asset")[], may: (NumberName | "asset")[]}>}
 */
export const PARTS = {
  BUY: {needs: ["asset", "quantity"], may: ["price", "amount", "fees", "taxes"]},
  SELL: {needs: ["asset", "quantity"], may: ["price", "amount", "fees", "taxes"]},
  DIVIDEND: {needs: ["asset", "amount"], may: ["fees", "taxes"]},
  INTEREST: {needs: ["amount"], may: ["asset", "fees", "taxes"]},
  FEE: {needs: ["amount"], may: ["asset"]},
  FEE_REFUND: {needs: ["amount"], may: ["asset"]},
  TAX: {needs: ["amount"], may: ["asset"]},
  TAX_REFUND: {needs: ["amount"], may: ["asset"]},
  DEPOSIT: {needs: ["amount"], may: []},
  WITHDRAWAL: {needs: ["amount"], may: []},
  SPLIT: {needs: ["asset", "ratio"], may: []},
  TRANSFER_IN: {needs: ["asset", "quantity", "price"], may: []},
  TRANSFER_OUT: {needs: ["asset", "quantity"], may: ["price"]},
  ADJUSTMENT: {needs: ["asset", "quantity"], may: ["price"]},
};

/** Kinds whose amount leaves the portfolio: the reader writes it without a sign. */
const OUTGOING = new Set(["BUY", "FEE", "TAX", "WITHDRAWAL"]);
const NUMBERS = /** @type {const} */ (["quantity", "price", "amount", "fees", "taxes", "exchange_rate"]);

/** @param {Kind} kind @param {string} value */
export function turned(kind, value) {
  if (!OUTGOING.has(kind)) return value;
  return value.startsWith("-") ? value.slice(1) : `-${value}`;
}

/**
 * Return what the form is filled with at first.
 *
 * @param {Schemas["Transaction"] | null} transaction
 * @param {FoundAsset | null} asset
 * @param {number | undefined} portfolio
 * @returns {Entry}
 */
export function entryOf(transaction, asset, portfolio) {
  const kind = transaction?.transaction_type ?? "BUY";
  // Of a trade it follows from the price, and is computed anew when that is changed.
  const isDerived = Boolean(transaction?.price) && (kind === "BUY" || kind === "SELL");
  const zero = (/** @type {string | undefined} */ value) => (Number(value) ? written(value) : "");
  return {
    portfolio: String(transaction?.portfolio ?? portfolio ?? ""),
    transaction_type: kind,
    date: transaction?.date ?? new Date().toLocaleDateString("sv"), // the reader's day, YYYY-MM-DD
    asset,
    quantity: written(transaction?.quantity),
    price: written(transaction?.price),
    amount: transaction?.amount && !isDerived ? written(turned(kind, transaction.amount)) : "",
    fees: zero(transaction?.fees),
    taxes: zero(transaction?.taxes),
    ratio: transaction?.ratio ?? "",
    currency: transaction?.currency ?? "",
    exchange_rate: written(transaction?.exchange_rate),
    notes: transaction?.notes ?? "",
  };
}

/**
 * Return what is missing or cannot be read, by its name.
 *
 * @param {Entry} entry
 * @returns {Record<string, "missing" | "unreadable">}
 */
export function faultsOf(entry) {
  const {needs} = PARTS[entry.transaction_type];
  /** @type {Record<string, "missing" | "unreadable">} */
  const faults = {};
  for (const name of [...needs, /** @type {const} */ ("portfolio"), /** @type {const} */ ("date")]) if (!entry[name]) faults[name] = "missing";
  for (const name of NUMBERS) if (entry[name] && decimalOf(entry[name]) === null) faults[name] = "unreadable";
  return faults;
}

/**
 * Return what is sent of an entry; of a change, only what has changed.
 *
 * @param {Entry} entry
 * @param {Entry | null} before
 * @returns {Schemas["TransactionInput"]}
 */
export function bodyOf(entry, before) {
  const whole = told(entry);
  if (!before) return /** @type {any} */ (Object.fromEntries(Object.entries(whole).filter(([, value]) => value !== null && value !== "")));
  const old = /** @type {Record<string, unknown>} */ (told(before));
  return /** @type {any} */ (Object.fromEntries(Object.entries(whole).filter(([name, value]) => value !== old[name])));
}

/** @param {Entry} entry */
function told(entry) {
  const kind = entry.transaction_type;
  const parts = [...PARTS[kind].needs, ...PARTS[kind].may];
  const has = (/** @type {NumberName | "asset"} */ name) => parts.includes(name);
  const number = (/** @type {NumberName} */ name) => (has(name) && entry[name] ? decimalOf(entry[name]) : null);
  const amount = number("amount");
  return {
    portfolio: Number(entry.portfolio),
    transaction_type: kind,
    date: entry.date,
    asset: has("asset") && entry.asset ? entry.asset.id : null,
    quantity: number("quantity"),
    price: number("price"),
    amount: amount === null ? null : turned(kind, amount),
    fees: number("fees") ?? "0",
    taxes: number("taxes") ?? "0",
    ratio: has("ratio") && entry.ratio ? entry.ratio : null,
    currency: entry.currency.toUpperCase() || null,
    exchange_rate: entry.exchange_rate ? decimalOf(entry.exchange_rate) : null,
    notes: entry.notes,
  };
}
