/** A field that finds an asset by symbol, name or ISIN, by the keys of every combobox. */
import * as api from "../api.js";
import {useWords} from "../preferences.js";
import {html, useEffect, useRef, useState} from "../vendor/preact.js";
import {words} from "../words/common.js";
import {Field} from "./form.js";

/** @import {Schemas} from "../types/client.js" */

const PAUSE = 250; // milliseconds without a key until it is searched
const MOST = 8;

/**
 * As much of an asset as a choice needs.
 *
 * @typedef {Pick<Schemas["Asset"], "id" | "symbol" | "name" | "currency">} FoundAsset
 */

/**
 * @param {{
 *   id: string,
 *   label: string,
 *   hint?: string,
 *   error?: string,
 *   value: FoundAsset | null,
 *   onChange: (asset: FoundAsset | null) => void,
 * }} props
 */
export function AssetSearch({id, label, hint, error, value, onChange}) {
  const w = useWords(words);
  const [text, setText] = useState(value ? nameOf(value) : "");
  const [current, setCurrent] = useState(-1);
  const [isOpen, setOpen] = useState(false);
  const {assets, failure} = useFound(isOpen ? text.trim() : "");
  useEffect(() => setText(value ? nameOf(value) : ""), [value?.id]);

  const typed = (/** @type {string} */ next) => {
    setText(next);
    setOpen(true);
    setCurrent(-1);
    if (value) onChange(null);
  };
  const choose = (/** @type {FoundAsset} */ asset) => {
    onChange(asset);
    setText(nameOf(asset));
    setOpen(false);
  };
  const pressed = (/** @type {KeyboardEvent} */ event) => {
    if (!isOpen || !assets?.length) return;
    if (event.key === "ArrowDown") setCurrent((current + 1) % assets.length);
    else if (event.key === "ArrowUp") setCurrent((current + assets.length) % (assets.length + 1));
    else if (event.key === "Enter") choose(assets[Math.max(0, current)]);
    else if (event.key === "Escape") setOpen(false);
    else return;
    event.preventDefault();
  };
  const isShown = isOpen && text.trim() !== "";

  return html`<div class="search">
    <${Field} ...${{id, label, hint, error}} value=${text} onInput=${typed} onKeyDown=${pressed} onBlur=${() => setOpen(false)}
      role="combobox" autocomplete="off" spellcheck=${false} placeholder=${w.searchHint}
      aria-expanded=${isShown && assets?.length ? "true" : "false"} aria-controls=${`${id}-list`} aria-autocomplete="list"
      aria-activedescendant=${isShown && current >= 0 ? `${id}-${current}` : undefined} />
    <ul role="listbox" id=${`${id}-list`} aria-label=${w.found} class=${isShown && assets?.length ? "card" : "hidden"}>
      ${isShown &&
      assets?.map(
        (asset, index) => html`<li key=${asset.id} id=${`${id}-${index}`} role="option"
          aria-selected=${index === current ? "true" : "false"}
          onMouseDown=${(/** @type {Event} */ event) => event.preventDefault()} onClick=${() => choose(asset)}>
          <strong>${asset.symbol}</strong> <span>${asset.name}</span> <span class="hint">${asset.currency}</span>
        </li>`,
      )}
    </ul>
    <p class=${isShown && (failure || assets?.length === 0) ? "hint" : "hidden"} role="status">
      ${isShown && (failure ? w.errors.other : assets?.length === 0 && w.foundNone)}
    </p>
  </div>`;
}

/**
 * @param {string} text empty: nothing is searched
 * @returns {{assets?: FoundAsset[], failure?: unknown}}
 */
function useFound(text) {
  const [found, setFound] = useState(/** @type {{assets?: FoundAsset[], failure?: unknown}} */ ({}));
  const asked = useRef("");
  useEffect(() => {
    asked.current = text;
    if (!text) {
      setFound({});
      return;
    }
    const waiting = setTimeout(async () => {
      try {
        const {results} = await api.get("/api/assets/search/", {query: {q: text, limit: MOST}});
        if (asked.current === text) setFound({assets: results});
      } catch (failure) {
        if (asked.current === text) setFound({failure});
      }
    }, PAUSE);
    return () => clearTimeout(waiting);
  }, [text]);
  return found;
}

/** @param {FoundAsset} asset */
export function nameOf({symbol, name}) {
  return symbol === name ? symbol : `${symbol} – ${name}`;
}
