/** Small pictures beside words; they say nothing that the words don't. */
import {html} from "../vendor/preact.js";

const PATHS = {
  overview: "M4 19V10M10 19V5M16 19v-6M22 19H2",
  holdings: "M4 7h16M4 12h16M4 17h10",
  activities: "M7 4v16M7 4 3 8M7 4l4 4M17 20V4M17 20l-4-4M17 20l4-4",
  import: "M12 3v12M12 15l-5-5M12 15l5-5M4 20h16",
  risk: "M12 4 2.5 20h19L12 4ZM12 10v4.5M12 17.2v.1",
  alerts: "M6 17V11a6 6 0 0 1 12 0v6M4 17h16M10 20.5h4",
  settings: "M4 7h9M17 7h3M4 17h3M11 17h9M15 4.5v5M9 14.5v5",
  account: "M12 12a4 4 0 1 0 0-8 4 4 0 0 0 0 8ZM4 21c.8-4 4-6 8-6s7.2 2 8 6",
  up: "M12 19V5M12 5l-6 6M12 5l6 6",
  down: "M12 5v14M12 19l-6-6M12 19l6-6",
  close: "M6 6l12 12M18 6 6 18",
  edit: "M4 20h4L19 9l-4-4L4 16v4ZM13 7l4 4",
  warning: "M12 4 2.5 20h19L12 4ZM12 10v4.5M12 17.2v.1",
};

/** @typedef {keyof typeof PATHS} IconName */

/** @param {{name: IconName}} props */
export function Icon({name}) {
  return html`<svg class="icon" viewBox="0 0 24 24" aria-hidden="true"><path d=${PATHS[name]} /></svg>`;
}
