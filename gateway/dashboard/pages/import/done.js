/** What an import did, and how it is taken back. */
import {count} from "../../format.js";
import {useWords} from "../../preferences.js";
import {addressOf} from "../../router.js";
import {html, useEffect, useRef} from "../../vendor/preact.js";
import {words} from "../../words/import.js";
import {UndoImport} from "../../ui/undo-import.js";

/** @import {Imported} from "../import.js" */

/** @param {{imported: Imported, portfolio: number, onAgain: () => void}} props */
export function Done({imported, portfolio, onAgain}) {
  const w = useWords(words);
  const {import_id: id, created, skipped, new_assets: assets} = imported;
  const heading = useRef(/** @type {HTMLElement | null} */ (null));
  useEffect(() => heading.current?.focus(), []);
  return html`<section class="card done">
    <h2 tabindex="-1" ref=${heading}>${w.did(count(created), count(skipped))}</h2>
    ${assets.length > 0 && html`<p>${w.madeAssets(assets.map(({symbol}) => symbol))}</p>`}
    <div class="buttons">
      <a class="button primary" href=${addressOf("", {portfolio: String(portfolio)})}>${w.toOverview}</a>
      ${id !== null && html`<a class="button" href=${addressOf("activities", {portfolio: String(portfolio), import: String(id)})}>${w.toActivities}</a>`}
      <button type="button" onClick=${onAgain}>${w.again}</button>
      ${id !== null && html`<${UndoImport} id=${id} onUndone=${onAgain} />`}
    </div>
  </section>`;
}
