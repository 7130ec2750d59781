/** A dialog: the browser keeps the focus inside, closes it by Escape and returns the focus. */
import {useWords} from "../preferences.js";
import {html, useEffect, useRef} from "../vendor/preact.js";
import {words} from "../words/common.js";
import {Icon} from "./icon.js";

/**
 * @param {{title: string, onClose: () => void, children?: unknown}} props
 */
export function Dialog({title, onClose, children}) {
  const w = useWords(words);
  const dialog = useRef(/** @type {HTMLDialogElement | null} */ (null));
  const isShown = useRef(true);
  useEffect(() => {
    const element = dialog.current;
    element?.showModal();
    return () => {
      isShown.current = false; // what is taken away from outside has nothing to tell
      element?.close();
    };
  }, []);
  return html`<dialog ref=${dialog} aria-labelledby="dialog-title" onClose=${() => isShown.current && onClose()}>
    <header>
      <h2 id="dialog-title">${title}</h2>
      <button type="button" class="quiet" aria-label=${w.close} onClick=${() => dialog.current?.close()}>
        <${Icon} name="close" />
      </button>
    </header>
    ${children}
  </dialog>`;
}

/**
 * A question before what cannot be undone by a click.
 *
 * @param {{title: string, action: string, onConfirm: () => void, onClose: () => void, children?: unknown}} props
 */
export function Confirmation({title, action, onConfirm, onClose, children}) {
  const w = useWords(words);
  const confirmed = () => {
    onClose();
    onConfirm();
  };
  return html`<${Dialog} title=${title} onClose=${onClose}>
    ${children}
    <div class="buttons">
      <button type="button" class="primary" onClick=${confirmed}>${action}</button>
      <button type="button" onClick=${onClose}>${w.cancel}</button>
    </div>
  <//>`;
}
