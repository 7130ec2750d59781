// Runs before the first paint, so that a page that is dark never flashes white.
"use strict";

(() => {
  const isDark = matchMedia("(prefers-color-scheme: dark)").matches;
  let chosen = null;
  try {
    chosen = localStorage.getItem("theme");
  } catch {
    // Storage is switched off: the system's choice stands.
  }
  document.documentElement.dataset.theme = chosen ?? (isDark ? "dark" : "light");
})();
