/** What a rule says, in words. */
import {money, percent, price, quantity} from "../../format.js";

/** @import {Schemas} from "../../types/client.js" */

/** @typedef {Schemas["Alert"]} Rule */
/** @typedef {{name: string, currency: string | null}} Subject what a rule watches */

/** @type {readonly Rule["kind"][]} */
export const KINDS = [
  "PRICE_ABOVE",
  "PRICE_BELOW",
  "PRICE_CHANGE_PERCENTAGE",
  "PORTFOLIO_VALUE_ABOVE",
  "PORTFOLIO_VALUE_BELOW",
  "PORTFOLIO_VALUE_CHANGE_PERCENTAGE",
  "RISK_THRESHOLD",
];

/** @param {Rule["kind"]} kind */
export function isOnPrice(kind) {
  return kind.startsWith("PRICE_");
}

/** @param {Rule["kind"]} kind */
export function isOnChange(kind) {
  return kind.endsWith("_CHANGE_PERCENTAGE");
}

/**
 * @param {Rule} rule
 * @param {Subject} subject
 * @param {import("../../words/alerts.js").AlertWords} w
 */
export function conditionOf(rule, subject, w) {
  const {kind, threshold, metric, operator, window_days} = rule;
  const value = measured(rule, subject, threshold);
  if (kind === "RISK_THRESHOLD") return w.riskCondition(w.metrics[metric ?? ""] ?? metric, subject.name, w.operators[operator ?? "gt"], value);
  if (isOnChange(kind)) {
    const isFall = threshold.startsWith("-");
    const size = measured(rule, subject, threshold.replace("-", ""));
    return (isFall ? w.fallCondition : w.moveCondition)(subject.name, size, window_days ?? 1);
  }
  return kind.endsWith("ABOVE") ? w.aboveCondition(subject.name, value) : w.belowCondition(subject.name, value);
}

/**
 * Write a threshold, or what was met, in the unit of its rule.
 *
 * @param {Rule} rule
 * @param {Subject} subject
 * @param {string} value
 */
export function measured({kind}, {currency}, value) {
  if (isOnChange(kind)) return percent(value);
  if (kind === "RISK_THRESHOLD") return quantity(value);
  if (currency === null) return quantity(value);
  return isOnPrice(kind) ? price(value, currency) : money(value, currency);
}
