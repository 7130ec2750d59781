/** Words of the holdings. */

const en = {
  search: "Search",
  searchHint: "Symbol or name",
  sold: "Sold ones too",
  none: "Nothing is held here.",
  noneFound: "Nothing is called that.",
  noRate: (/** @type {string} */ currency) => `Without a rate of ${currency} there is no sum.`,
  cost: "Cost basis",
  gain: "Unrealised gain",
  gainHint: (/** @type {string} */ percentage) => `${percentage} of what was paid`,
  asset: "Asset",
  portfolio: "Portfolio",
  quantity: "Quantity",
  price: "Price",
  gainColumn: "Gain",
  return: "Return",
  priceOf: (/** @type {string} */ date) => `Price of ${date}`,
};

/** @type {typeof en} */
const de = {
  search: "Suchen",
  searchHint: "Kürzel oder Name",
  sold: "Auch verkaufte",
  none: "Hier ist kein Bestand.",
  noneFound: "So heißt hier nichts.",
  noRate: (currency) => `Ohne Kurs für ${currency} gibt es keine Summe.`,
  cost: "Einstandswert",
  gain: "Unrealisierter Gewinn",
  gainHint: (percentage) => `${percentage} des Einstands`,
  asset: "Anlage",
  portfolio: "Portfolio",
  quantity: "Menge",
  price: "Kurs",
  gainColumn: "Gewinn",
  return: "Rendite",
  priceOf: (date) => `Kurs vom ${date}`,
};

export const words = {en, de};
