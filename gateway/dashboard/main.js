/** Where the page begins. */
import {Shell} from "./shell.js";
import {html, render} from "./vendor/preact.js";

render(html`<${Shell} />`, /** @type {HTMLElement} */ (document.getElementById("page")));
