/** What the reader has chosen for this browser: language and theme. Nothing secret. */
import {Store, useStore} from "./store.js";

export const LANGUAGES = /** @type {const} */ (["en", "de"]);
export const THEMES = /** @type {const} */ (["system", "light", "dark"]);

/** @typedef {typeof LANGUAGES[number]} Language */
/** @typedef {typeof THEMES[number]} Theme */

/**
 * @param {string} name
 * @returns {string | null}
 */
function stored(name) {
  try {
    return localStorage.getItem(name);
  } catch {
    return null; // storage is switched off
  }
}

/**
 * @param {string} name
 * @param {string | null} value null forgets it
 */
function keep(name, value) {
  try {
    if (value === null) localStorage.removeItem(name);
    else localStorage.setItem(name, value);
  } catch {
    // Then it is for this visit alone.
  }
}

/** @returns {Language} */
function usualLanguage() {
  return navigator.language.startsWith("de") ? "de" : "en";
}

/**
 * @template {string} T
 * @param {readonly T[]} values
 * @param {string | null} value
 * @returns {T | undefined}
 */
function oneOf(values, value) {
  return values.find((candidate) => candidate === value);
}

export const language = new Store(oneOf(LANGUAGES, stored("language")) ?? usualLanguage());
export const theme = new Store(oneOf(THEMES, stored("theme")) ?? "system");
export const benchmark = new Store(stored("benchmark") ?? "SPY");

document.documentElement.lang = language.value;

const systemIsDark = matchMedia("(prefers-color-scheme: dark)");

/** Light or dark, whoever decides it: what is drawn by script is drawn anew. */
export const appearance = new Store(currentAppearance());

systemIsDark.addEventListener("change", show);

function currentAppearance() {
  if (theme.value !== "system") return theme.value;
  return systemIsDark.matches ? "dark" : "light";
}

function show() {
  document.documentElement.dataset.theme = currentAppearance();
  appearance.set(currentAppearance());
}

/** @param {string} value */
export function chooseLanguage(value) {
  const chosen = oneOf(LANGUAGES, value) ?? usualLanguage();
  keep("language", chosen);
  document.documentElement.lang = chosen;
  language.set(chosen);
}

/** @param {string} value */
export function chooseTheme(value) {
  const chosen = oneOf(THEMES, value) ?? "system";
  keep("theme", chosen === "system" ? null : chosen);
  theme.set(chosen);
  show();
}

/** @param {string} symbol empty: none */
export function chooseBenchmark(symbol) {
  keep("benchmark", symbol);
  benchmark.set(symbol);
}

/**
 * The region decides how numbers and dates are written: Swiss German has other marks.
 *
 * @returns {string}
 */
export function locale() {
  const regional = navigator.languages.find((tag) => tag.startsWith(language.value));
  return regional ?? language.value;
}

/**
 * Return the words in the reader's language.
 *
 * @template T
 * @param {{en: T, de: T}} words
 * @returns {T}
 */
export function useWords(words) {
  return words[useStore(language)];
}
