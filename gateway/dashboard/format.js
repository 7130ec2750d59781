/** Numbers, money and dates as the reader writes them. A value that is not there is a dash. */
import {locale} from "./preferences.js";

export const NOTHING = "–";

/** @type {Map<string, Intl.NumberFormat>} */
const numbers = new Map();
/** @type {Map<string, Intl.DateTimeFormat>} */
const dates = new Map();

/** @typedef {string | null | undefined} Decimal */

/**
 * @param {Decimal} value
 * @param {string} currency
 * @param {{isSigned?: boolean}} [how]
 */
export function money(value, currency, {isSigned = false} = {}) {
  return number(value, {style: "currency", currency, ...signed(isSigned)});
}

/**
 * Money without its cents, for axes.
 *
 * @param {number} value
 * @param {string} currency
 */
export function shortMoney(value, currency) {
  const options = /** @type {const} */ ({style: "currency", notation: "compact", maximumFractionDigits: 1});
  return formatter({...options, currency}).format(value);
}

/**
 * A price, with as many decimals as it has.
 *
 * @param {Decimal} value
 * @param {string} currency
 */
export function price(value, currency) {
  return number(value, {style: "currency", currency, maximumFractionDigits: 8});
}

/**
 * @param {Decimal | number} value in percent: "1.25" is 1.25 %
 * @param {{isSigned?: boolean, digits?: number}} [how]
 */
export function percent(value, {isSigned = false, digits = 2} = {}) {
  const fraction = typeof value === "string" ? `${value}e-2` : (value ?? NaN) / 100;
  const options = {minimumFractionDigits: digits, maximumFractionDigits: digits};
  return value === null ? NOTHING : number(fraction, {style: "percent", ...options, ...signed(isSigned)});
}

/** @param {Decimal} value */
export function quantity(value) {
  return number(value, {maximumFractionDigits: 8});
}

/**
 * A figure without a unit.
 *
 * @param {Decimal} value
 */
export function ratio(value) {
  return number(value, {minimumFractionDigits: 2, maximumFractionDigits: 2});
}

/** @param {number} value */
export function count(value) {
  return number(value, {});
}

/**
 * Return a number as the API writes it; null of what may be meant in two ways.
 *
 * @param {string} text as the reader writes it: "1.234,50"
 */
export function decimalOf(text) {
  const [mark, group] = decimalMark() === "," ? [",", "."] : [".", ","];
  const bare = text.replace(/[\s'’]/g, "");
  const isGrouped = new RegExp(`^-?\\d{1,3}(\\${group}\\d{3})+(\\${mark}\\d*)?$`).test(bare);
  if (isGrouped && bare.split(group).length === 2 && !bare.includes(mark)) return null;
  const plain = isGrouped ? bare.replaceAll(group, "").replace(mark, ".") : bare.replace(mark, ".").replace(group, ".");
  return /^-?\d+(\.\d+)?$/.test(plain) ? plain : null;
}

/**
 * Return a number of the API as the reader would write it.
 *
 * @param {string | null | undefined} value
 */
export function written(value) {
  if (!value) return "";
  const short = value.includes(".") ? value.replace(/\.?0+$/, "") : value;
  return short.replace(".", decimalMark());
}

/**
 * @param {string | null | undefined} value YYYY-MM-DD
 * @param {"short" | "medium" | "long"} [style]
 */
export function date(value, style = "medium") {
  // A day is the same day everywhere.
  return value ? dateFormatter({dateStyle: style, timeZone: "UTC"}).format(new Date(`${value}T00:00Z`)) : NOTHING;
}

/** @param {string | null | undefined} value a moment in UTC, told in the reader's time */
export function time(value) {
  return value ? dateFormatter({dateStyle: "medium", timeStyle: "short"}).format(new Date(value)) : NOTHING;
}

/**
 * A mark of an axis of time.
 *
 * @param {Date} value
 * @param {"year" | "month" | "day"} unit
 */
export function dateMark(value, unit) {
  const options = {
    year: /** @type {const} */ ({year: "numeric"}),
    month: /** @type {const} */ ({month: "short", year: "2-digit"}),
    day: /** @type {const} */ ({day: "numeric", month: "short"}),
  };
  return dateFormatter({...options[unit], timeZone: "UTC"}).format(value);
}

/** @param {string} code ISO 4217 */
export function currencyName(code) {
  return name("currency", code);
}

/** @param {string} code ISO 3166 */
export function countryName(code) {
  return name("region", code);
}

/** @param {string[]} values */
export function list(values) {
  return new Intl.ListFormat(locale()).format(values);
}

/**
 * @param {"currency" | "region"} type
 * @param {string} code
 */
function name(type, code) {
  try {
    return new Intl.DisplayNames(locale(), {type}).of(code) ?? code;
  } catch {
    return code; // some text that is no code
  }
}

/** @param {boolean} isSigned */
function signed(isSigned) {
  return isSigned ? {signDisplay: /** @type {const} */ ("exceptZero")} : {};
}

/**
 * @param {Decimal | number} value
 * @param {Intl.NumberFormatOptions} options
 */
function number(value, options) {
  if (value === null || value === undefined || Number.isNaN(value)) return NOTHING;
  // A string is formatted digit by digit, not as the nearest float.
  return formatter(options).format(/** @type {number} */ (value));
}

/** @param {Intl.NumberFormatOptions} options */
function formatter(options) {
  const key = locale() + JSON.stringify(options);
  const made = numbers.get(key) ?? new Intl.NumberFormat(locale(), options);
  numbers.set(key, made);
  return made;
}

/** @param {Intl.DateTimeFormatOptions} options */
function dateFormatter(options) {
  const key = locale() + JSON.stringify(options);
  const made = dates.get(key) ?? new Intl.DateTimeFormat(locale(), options);
  dates.set(key, made);
  return made;
}

function decimalMark() {
  return new Intl.NumberFormat(locale()).formatToParts(1.5).find(({type}) => type === "decimal")?.value ?? ".";
}
