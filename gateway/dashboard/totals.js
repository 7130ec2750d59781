/** Several portfolios as one, in the reader's currency. */
import * as api from "./api.js";
import {product, sum} from "./decimal.js";

/** @import {Portfolio} from "./choice.js" */

/** @typedef {Map<string, string>} Rates from a currency into the reader's */

/**
 * Load the last known rate of each currency; one that has none is left out.
 *
 * @param {readonly Portfolio[]} portfolios
 * @param {string} currency the reader's
 * @returns {Promise<Rates>}
 */
export async function loadRates(portfolios, currency) {
  const foreign = new Set(portfolios.map((portfolio) => portfolio.currency));
  foreign.delete(currency);
  const rates = await Promise.all([...foreign].map((from) => loadRate(from, currency)));
  return new Map([[currency, "1"], ...rates.filter((rate) => rate !== null)]);
}

/**
 * @param {string} from
 * @param {string} to
 * @returns {Promise<[string, string] | null>}
 */
async function loadRate(from, to) {
  try {
    const {rate} = await api.get("/api/exchange-rates/", {query: {from, to}});
    return [from, rate];
  } catch (error) {
    if (error instanceof api.ApiError && error.status === 404) return null;
    throw error;
  }
}

/**
 * Return the sum of what is in several currencies; null if a part of it is unknown.
 *
 * @param {readonly {value: string | null, currency: string}[]} parts
 * @param {Rates} rates
 * @returns {string | null}
 */
export function total(parts, rates) {
  const converted = parts.map(({value, currency}) => {
    const rate = rates.get(currency);
    return value === null || rate === undefined ? null : product(value, rate);
  });
  const known = converted.filter((value) => value !== null);
  return known.length === parts.length ? sum(known) : null;
}
