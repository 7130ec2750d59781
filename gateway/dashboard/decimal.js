/** Exact sums and products of the API's decimal strings: no float ever holds money. */

const DIGITS = 16;
const ONE = 10n ** BigInt(DIGITS);

/**
 * @param {string} text plain decimal notation
 * @returns {bigint} in units of 10^-16
 */
function units(text) {
  const [whole, fraction = ""] = text.replace("-", "").split(".");
  const size = BigInt(whole + fraction.padEnd(DIGITS, "0").slice(0, DIGITS));
  return text.startsWith("-") ? -size : size;
}

/** @param {bigint} value */
function text(value) {
  const size = (value < 0n ? -value : value).toString().padStart(DIGITS + 1, "0");
  const fraction = size.slice(-DIGITS).replace(/0+$/, "");
  const whole = size.slice(0, -DIGITS);
  return `${value < 0n ? "-" : ""}${whole}${fraction && `.${fraction}`}`;
}

/** @param {string[]} values */
export function sum(values) {
  return text(values.reduce((total, value) => total + units(value), 0n));
}

/**
 * @param {string} value
 * @param {string} less
 */
export function difference(value, less) {
  return text(units(value) - units(less));
}

/**
 * @param {string} value
 * @param {string} factor
 */
export function product(value, factor) {
  return text((units(value) * units(factor)) / ONE);
}

/**
 * The part that a value is of a whole, in percent; null of nothing.
 *
 * @param {string} value
 * @param {string} whole
 */
export function percentageOf(value, whole) {
  const divisor = units(whole);
  return divisor === 0n ? null : text((units(value) * 100n * ONE) / divisor);
}

/** @param {string} value @returns {-1 | 0 | 1} */
export function sign(value) {
  const size = units(value);
  return size > 0n ? 1 : size < 0n ? -1 : 0;
}

/**
 * For sorting.
 *
 * @param {string} one
 * @param {string} other
 */
export function compare(one, other) {
  return sign(difference(one, other));
}
