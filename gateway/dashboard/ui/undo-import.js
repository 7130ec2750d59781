/** The button that takes an import back. */
import * as api from "../api.js";
import {count, list} from "../format.js";
import {useWords} from "../preferences.js";
import {Confirmation} from "./dialog.js";
import {Failure, notify} from "./notices.js";
import {html, useState} from "../vendor/preact.js";
import {words} from "../words/import.js";

/** @param {{id: number, onUndone: () => void}} props */
export function UndoImport({id, onUndone}) {
  const w = useWords(words);
  const [isAsked, setAsked] = useState(false);
  const [takesAssets, setTakesAssets] = useState(true);
  const [isBusy, setBusy] = useState(false);
  const [error, setError] = useState(/** @type {unknown} */ (undefined));
  const undo = async () => {
    setBusy(true);
    setError(undefined);
    try {
      const call = {path: {import_id: id}, query: {delete_assets: takesAssets}};
      const answer = await api.remove("/api/transactions/imports/{import_id}/", call);
      const left = (answer?.assets ?? []).filter(({is_deleted}) => !is_deleted).map(({symbol}) => symbol);
      notify(left.length > 0 ? w.undoneBut(list(left)) : w.undone);
      onUndone();
    } catch (refusal) {
      setError(refusal);
      setBusy(false);
    }
  };
  return html`
    <button type="button" aria-disabled=${isBusy} onClick=${() => !isBusy && setAsked(true)}>${w.undo}</button>
    ${error && html`<${Failure} error=${error} />`}
    ${isAsked &&
    html`<${Confirmation} title=${w.undoTitle(count(id))} action=${w.undo} onConfirm=${undo} onClose=${() => setAsked(false)}>
      <p>${w.undoHint}</p>
      <label class="check">
        <input type="checkbox" checked=${takesAssets} onChange=${() => setTakesAssets(!takesAssets)} />
        <span>${w.undoAssets}</span>
      </label>
    <//>`}
  `;
}
