/** Words of the frame around all pages, and of the login. */

/** @typedef {typeof en} ShellWords */

const en = {
  product: "Personal Finance",
  promise: "Your portfolios, on your own server.",
  skip: "Skip to the content",
  navigation: "Pages",
  portfolio: "Portfolio",
  accountOf: (/** @type {string} */ name) => `Account of ${name}`,
  language: "Language",
  theme: "Appearance",
  themes: {system: "As the system", light: "Light", dark: "Dark"},
  login: "Log in",
  logout: "Log out",
  username: "Username",
  password: "Password",
  required: "Please fill this in.",
  loggedOut: "Your login has ended. Please log in again.",
  documentation: "API documentation",
  notThere: "There is no such page",
  toOverview: "To the overview",
  reload: "Load anew",
  pages: {
    overview: "Overview",
    holdings: "Holdings",
    asset: "Asset",
    activities: "Activities",
    import: "Import",
    risk: "Risk",
    alerts: "Alerts",
    settings: "Settings",
  },
};

/** @type {typeof en} */
const de = {
  product: "Personal Finance",
  promise: "Ihre Portfolios, auf Ihrem eigenen Server.",
  skip: "Zum Inhalt springen",
  navigation: "Seiten",
  portfolio: "Portfolio",
  accountOf: (name) => `Konto von ${name}`,
  language: "Sprache",
  theme: "Darstellung",
  themes: {system: "Wie das System", light: "Hell", dark: "Dunkel"},
  login: "Anmelden",
  logout: "Abmelden",
  username: "Benutzername",
  password: "Passwort",
  required: "Bitte ausfüllen.",
  loggedOut: "Ihre Anmeldung ist abgelaufen. Bitte melden Sie sich neu an.",
  documentation: "Dokumentation der API",
  notThere: "Diese Seite gibt es nicht",
  toOverview: "Zur Übersicht",
  reload: "Neu laden",
  pages: {
    overview: "Übersicht",
    holdings: "Bestände",
    asset: "Anlage",
    activities: "Buchungen",
    import: "Import",
    risk: "Risiko",
    alerts: "Alarme",
    settings: "Einstellungen",
  },
};

export const words = {en, de};

/** The languages' own names. */
export const LANGUAGE_NAMES = {en: "English", de: "Deutsch"};
