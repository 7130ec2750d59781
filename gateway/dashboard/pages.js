/** All pages: the one table that navigation and addresses follow from. */

/** @import {IconName} from "./ui/icon.js" */
/** @import {ShellWords} from "./words/shell.js" */

/**
 * @typedef {object} Page
 * @property {keyof ShellWords["pages"]} name its title, in words/shell.js
 * @property {string} path under /dashboard/; a segment with a colon is a parameter: "assets/:id"
 * @property {IconName} [icon] of its line in the navigation; without one it has none
 * @property {() => Promise<{default: (props: {parameters: Record<string, string>}) => unknown}>} load
 */

/** @type {readonly Page[]} */
export const PAGES = [
  {name: "overview", path: "", icon: "overview", load: () => import("./pages/overview.js")},
  {name: "holdings", path: "holdings", icon: "holdings", load: () => import("./pages/holdings.js")},
  {name: "asset", path: "assets/:id", load: () => import("./pages/asset.js")},
  {name: "activities", path: "activities", icon: "activities", load: () => import("./pages/activities.js")},
  {name: "import", path: "import", icon: "import", load: () => import("./pages/import.js")},
  {name: "risk", path: "risk", icon: "risk", load: () => import("./pages/risk.js")},
  {name: "alerts", path: "alerts", icon: "alerts", load: () => import("./pages/alerts.js")},
  {name: "settings", path: "settings", icon: "settings", load: () => import("./pages/settings.js")},
];
