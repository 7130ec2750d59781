/** Words of the overview. */

/** @typedef {typeof en} OverviewWords */

const en = {
  total: "Total value",
  today: "today",
  on: (/** @type {string} */ day) => `on ${day}`,
  asOf: (/** @type {string} */ day) => `As of ${day}`,
  range: "Range",
  measure: "What the chart shows",
  measures: {returns: "Return", values: "Value"},
  chartOf: (/** @type {string} */ what, /** @type {string} */ range) => `${what}, ${range.toLowerCase()}`,
  timeWeighted: "Time-weighted return",
  paidIn: "Paid in",
  portfolioValue: "Value",
  profit: "Profit",
  profitHint: "What is held, was sold and was earned, less costs",
  realised: (/** @type {string} */ value) => `${value} of it realised`,
  cash: "Cash",
  ofTotal: (/** @type {string} */ value) => `${value} of the total`,
  income: "Income",
  incomeHint: "Dividends and interest so far",
  benchmark: "Compare with",
  benchmarkHint: "A symbol; empty compares with nothing",
  compare: "Compare",
  allocation: "Allocation",
  groupBy: "Divide by",
  groups: {asset_type: "Kind", sector: "Sector", currency: "Currency", country: "Country", individual: "Asset"},
  more: (/** @type {string} */ count) => `${count} smaller ones`,
  portfolios: "Portfolios",
  name: "Name",
  profitColumn: "Profit",
  returnColumn: "Return on cost",
  warnings: "To be looked at",
  noWarnings: "Nothing needs your attention.",
  none: "You have no portfolio yet.",
  noneHint: "Make one through the API, or with the import.",
  noDays: "There is no price or transaction yet from which a curve could be drawn.",
  noRate: (/** @type {string} */ currency) => `There is no exchange rate for ${currency}, so there is no total.`,
  largest: (/** @type {string} */ count) => `The chart shows the ${count} largest portfolios.`,
  mend: (/** @type {string} */ page) => `Go to ${page}`,
  /** @type {Record<string, {title: string, remedy: string}>} */
  doubts: {
    stale_price: {
      title: "Prices or rates are out of date",
      remedy: "Values rest on prices that are more than five weekdays old. Switch on a price source, refresh the assets or enter their prices.",
    },
    trade_price: {
      title: "Valued at your own last trade",
      remedy: "There is no other price yet. Give the asset a price source, or import its prices.",
    },
    price_missing: {
      title: "Prices are missing",
      remedy: "Without them there is no value. Enter a price, import prices or switch on a price source.",
    },
    rate_missing: {
      title: "Exchange rates are missing",
      remedy: "Enter a currency pair as an asset, or switch on the source “ecb”.",
    },
    split_not_booked: {
      title: "A split is not in your ledger",
      remedy: "Record the SPLIT on its day: until then the new price is multiplied by the old quantity.",
    },
    negative_cash: {
      title: "Cash is below zero",
      remedy: "Record the deposit that is missing, or correct the transaction that is too large.",
    },
    catching_up: {
      title: "The newest changes are still being counted",
      remedy: "That takes a moment. Look again soon.",
    },
  },
  otherDoubt: {title: "Figures that are not defined", remedy: "The details say why."},
};

/** @type {typeof en} */
const de = {
  total: "Gesamtwert",
  today: "heute",
  on: (day) => `am ${day}`,
  asOf: (day) => `Stand ${day}`,
  range: "Zeitraum",
  measure: "Was das Diagramm zeigt",
  measures: {returns: "Rendite", values: "Wert"},
  chartOf: (what, range) => `${what}, ${range}`,
  timeWeighted: "Zeitgewichtete Rendite",
  paidIn: "Eingezahlt",
  portfolioValue: "Wert",
  profit: "Gewinn",
  profitHint: "Aus Bestand, Verkäufen und Erträgen, nach Kosten",
  realised: (value) => `davon ${value} realisiert`,
  cash: "Bargeld",
  ofTotal: (value) => `${value} des Ganzen`,
  income: "Erträge",
  incomeHint: "Dividenden und Zinsen bisher",
  benchmark: "Vergleichen mit",
  benchmarkHint: "Ein Symbol; leer vergleicht mit nichts",
  compare: "Vergleichen",
  allocation: "Aufteilung",
  groupBy: "Teilen nach",
  groups: {asset_type: "Art", sector: "Branche", currency: "Währung", country: "Land", individual: "Anlage"},
  more: (count) => `${count} kleinere`,
  portfolios: "Portfolios",
  name: "Name",
  profitColumn: "Gewinn",
  returnColumn: "Rendite auf Einstand",
  warnings: "Bitte ansehen",
  noWarnings: "Nichts verlangt Ihre Aufmerksamkeit.",
  none: "Sie haben noch kein Portfolio.",
  noneHint: "Legen Sie eines über die API oder mit dem Import an.",
  noDays: "Es gibt noch keinen Kurs und keine Buchung, woraus sich eine Kurve zeichnen ließe.",
  noRate: (currency) => `Für ${currency} gibt es keinen Wechselkurs, darum keine Summe.`,
  largest: (count) => `Das Diagramm zeigt die ${count} größten Portfolios.`,
  mend: (page) => `Zu ${page}`,
  doubts: {
    stale_price: {
      title: "Kurse sind veraltet",
      remedy: "Werte beruhen auf Kursen, die mehr als fünf Wochentage alt sind. Schalten Sie eine Kursquelle ein, frischen Sie die Anlagen auf oder tragen Sie ihre Kurse ein.",
    },
    trade_price: {
      title: "Zum eigenen letzten Handel bewertet",
      remedy: "Es gibt noch keinen anderen Kurs. Geben Sie der Anlage eine Kursquelle, oder importieren Sie ihre Kurse.",
    },
    price_missing: {
      title: "Kurse fehlen",
      remedy: "Ohne sie gibt es keinen Wert. Tragen Sie einen Kurs ein, importieren Sie Kurse oder schalten Sie eine Kursquelle ein.",
    },
    rate_missing: {
      title: "Wechselkurse fehlen",
      remedy: "Tragen Sie ein Währungspaar als Anlage ein, oder schalten Sie die Quelle „ecb“ ein.",
    },
    split_not_booked: {
      title: "Ein Split fehlt in den Buchungen",
      remedy: "Buchen Sie den SPLIT an seinem Tag: bis dahin wird der neue Kurs mit der alten Stückzahl malgenommen.",
    },
    negative_cash: {
      title: "Das Bargeld ist unter null",
      remedy: "Buchen Sie die fehlende Einzahlung, oder berichtigen Sie die zu große Buchung.",
    },
    catching_up: {
      title: "Die neuesten Änderungen werden noch gezählt",
      remedy: "Das dauert einen Augenblick. Sehen Sie bald wieder nach.",
    },
  },
  otherDoubt: {title: "Zahlen, die nicht bestimmt sind", remedy: "Die Einzelheiten sagen, warum."},
};

export const words = {en, de};
