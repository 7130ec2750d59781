/** Tabs, by the keys that one expects of them: arrows, Home, End. */
import {html, useRef} from "../vendor/preact.js";

/**
 * @template {string} T
 * @param {{
 *   id: string,
 *   label: string,
 *   value: T,
 *   options: readonly {value: T, label: string}[],
 *   onChange: (value: T) => void,
 *   children?: unknown,
 * }} props `children` is what the chosen tab shows
 */
export function Tabs({id, label, value, options, onChange, children}) {
  const list = useRef(/** @type {HTMLElement | null} */ (null));
  const current = options.findIndex((option) => option.value === value);

  const moved = (/** @type {KeyboardEvent} */ event) => {
    /** @type {Record<string, number>} */
    const places = {ArrowRight: current + 1, ArrowLeft: current - 1, Home: 0, End: -1};
    const next = places[event.key];
    if (next === undefined) return;
    event.preventDefault();
    const index = (next + options.length) % options.length;
    onChange(options[index].value);
    /** @type {HTMLElement | undefined} */ (list.current?.querySelectorAll("[role=tab]")[index])?.focus();
  };

  return html`<div class="tabs">
    <div role="tablist" aria-label=${label} ref=${list} onKeyDown=${moved}>
      ${options.map(
        (option) => html`<button
          key=${option.value}
          type="button"
          role="tab"
          id=${`${id}-${option.value}`}
          aria-controls=${`${id}-panel`}
          aria-selected=${option.value === value ? "true" : "false"}
          tabindex=${option.value === value ? "0" : "-1"}
          onClick=${() => onChange(option.value)}
        >${option.label}</button>`,
      )}
    </div>
    <div role="tabpanel" id=${`${id}-panel`} aria-labelledby=${`${id}-${value}`}>${children}</div>
  </div>`;
}
