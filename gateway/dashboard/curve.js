/** A portfolio's curve, and what it says of a window that begins later: chain-linked, so exact. */
import * as api from "./api.js";

/** @import {Portfolio} from "./choice.js" */
/** @import {Schemas} from "./types/client.js" */

/** @typedef {Schemas["Curve"]["series"]} Series */

export const RANGES = /** @type {const} */ (["1M", "3M", "YTD", "1Y", "3Y", "max"]);

/** @typedef {typeof RANGES[number]} Range */

/** @type {Partial<Record<Range, number>>} */
const MONTHS = {"1M": 1, "3M": 3, "1Y": 12, "3Y": 36};

/**
 * The whole curve at once: a range is a part of it, and costs no further request.
 *
 * @param {Portfolio} portfolio
 * @param {string} symbol
 */
export async function loadCurve({id}, symbol) {
  const path = "/api/portfolios/{portfolio_id}/historical_performance/";
  const call = {path: {portfolio_id: id}};
  try {
    return await api.get(path, {...call, query: {benchmark: symbol || undefined}});
  } catch (error) {
    // A benchmark that this installation does not have is no reason to show nothing.
    if (!symbol || !(error instanceof api.ApiError) || error.status !== 400) throw error;
    return api.get(path, call);
  }
}

/**
 * Return the day whose close is the base of a range; "" is before all days.
 *
 * @param {Range} range
 * @param {string} last YYYY-MM-DD, with which it ends
 */
export function baseOf(range, last) {
  if (range === "max") return "";
  const [year, month, day] = last.split("-").map(Number);
  if (range === "YTD") return `${year - 1}-12-31`;
  const months = MONTHS[range] ?? 0;
  // The 31st of a month that has none is its last day.
  const length = new Date(Date.UTC(year, month - months, 0)).getUTCDate();
  return new Date(Date.UTC(year, month - 1 - months, Math.min(day, length))).toISOString().slice(0, 10);
}

/**
 * @typedef {object} Window
 * @property {string[]} days the base first, if there is one
 * @property {(number | null)[]} values money
 * @property {number[]} paidIn all that came in until then, less what went out
 * @property {(number | null)[]} returns cumulative and time-weighted, in percent
 * @property {(number | null)[]} benchmark the same
 */

/**
 * Return the days from the last one on or before `base`.
 *
 * @param {Series} series
 * @param {string} base
 * @returns {Window}
 */
export function windowOf(series, base) {
  const after = series.findIndex(({date}) => date > base);
  const first = Math.max(0, (after < 0 ? series.length : after) - 1);
  const points = series.slice(base ? first : 0);
  const paidIn = running(series.map(({net_flow}) => Number(net_flow ?? 0)));
  // A window that begins before the first day has that day's own return.
  const isFromBase = points.length > 0 && points[0].date <= base;
  const linked = (/** @type {"return_percentage" | "benchmark_return_percentage"} */ name) => {
    const start = isFromBase ? (points.find((point) => point[name] !== null)?.[name] ?? null) : "0";
    return points.map((point) => rebased(point[name], start));
  };
  return {
    days: points.map(({date}) => date),
    values: points.map(({value}) => numeric(value)),
    paidIn: paidIn.slice(series.length - points.length),
    returns: linked("return_percentage"),
    benchmark: linked("benchmark_return_percentage"),
  };
}

/**
 * Return how a day was, compared with the one before.
 *
 * @param {Series} series
 */
export function lastChange(series) {
  const [before, last] = series.slice(-2);
  if (!last) return null;
  const percentage = rebased(last.return_percentage, before.return_percentage);
  return {date: last.date, before: before.value, value: last.value, flow: last.net_flow, percentage};
}

/**
 * Return how far each day is below the highest one so far, in percent.
 *
 * @param {(number | null)[]} returns cumulative, in percent
 */
export function drawdowns(returns) {
  let highest = 1;
  return returns.map((value) => {
    if (value === null) return null;
    const level = 1 + value / 100;
    highest = Math.max(highest, level);
    return (level / highest - 1) * 100;
  });
}

/**
 * @param {string | null} percentage
 * @param {string | null} base
 */
function rebased(percentage, base) {
  if (percentage === null || base === null) return null;
  const level = 1 + Number(base) / 100;
  return level > 0 ? ((1 + Number(percentage) / 100) / level - 1) * 100 : null;
}

/** @param {string | null} value */
function numeric(value) {
  return value === null ? null : Number(value);
}

/**
 * Return the sum so far at each place.
 *
 * @param {number[]} values
 */
function running(values) {
  let total = 0;
  return values.map((value) => (total += value));
}
