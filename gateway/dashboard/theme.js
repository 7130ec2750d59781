// Runs before the first paint, so that a page that was chosen dark never flashes white.
"use strict";

try {
  const theme = localStorage.getItem("theme");
  if (theme) document.documentElement.dataset.theme = theme;
} catch {
  // Storage is switched off: the system's choice stands.
}
