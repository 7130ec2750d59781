/** Form fields: each has its label, a hint, and what is wrong with it where it stands. */
import {html, useEffect, useRef} from "../vendor/preact.js";

/**
 * @typedef {object} Labelled
 * @property {string} id unique on the page
 * @property {string} label
 * @property {string} [hint]
 * @property {string} [error]
 */

/**
 * A field to type into; further properties go to the `<input>`.
 *
 * @param {Labelled & {value: string, onInput: (value: string) => void, [attribute: string]: unknown}} props
 */
export function Field({id, label, hint, error, value, onInput, ...attributes}) {
  return html`<div class="field">
    <label for=${id}>${label}</label>
    <input
      id=${id}
      value=${value}
      aria-invalid=${error ? "true" : undefined}
      aria-describedby=${described(id, hint, error)}
      onInput=${(/** @type {{currentTarget: HTMLInputElement}} */ event) => onInput(event.currentTarget.value)}
      ...${attributes}
    />
    <${Remarks} ...${{id, hint, error}} />
  </div>`;
}

/**
 * A field to choose from.
 *
 * @param {Labelled & {
 *   value: string,
 *   options: readonly {value: string, label: string}[],
 *   onChange: (value: string) => void,
 *   isLabelHidden?: boolean,
 *   [attribute: string]: unknown,
 * }} props
 */
export function Select({id, label, hint, error, value, options, onChange, isLabelHidden, ...attributes}) {
  return html`<div class="field">
    <label for=${id} class=${isLabelHidden ? "hidden" : undefined}>${label}</label>
    <select
      id=${id}
      aria-invalid=${error ? "true" : undefined}
      aria-describedby=${described(id, hint, error)}
      onChange=${(/** @type {{currentTarget: HTMLSelectElement}} */ event) => onChange(event.currentTarget.value)}
      ...${attributes}
    >
      ${options.map(
        (option) =>
          html`<option key=${option.value} value=${option.value} selected=${option.value === value}>${option.label}</option>`,
      )}
    </select>
    <${Remarks} ...${{id, hint, error}} />
  </div>`;
}

/**
 * A few choices side by side, of which one holds: arrow keys move, as in any group of radio buttons.
 *
 * @template {string} T
 * @param {{
 *   id: string,
 *   label: string,
 *   value: T,
 *   options: readonly {value: T, label: string, title?: string}[],
 *   onChange: (value: T) => void,
 * }} props
 */
export function Segments({id, label, value, options, onChange}) {
  return html`<fieldset class="segments">
    <legend class="hidden">${label}</legend>
    ${options.map(
      (option) => html`<label key=${option.value} title=${option.title}>
        <input
          type="radio"
          class="hidden"
          name=${id}
          value=${option.value}
          checked=${option.value === value}
          onChange=${() => onChange(option.value)}
        />
        <span>${option.label}</span>
      </label>`,
    )}
  </fieldset>`;
}

/**
 * A form that sends itself by script; the first field that is wrong gets the focus.
 *
 * @param {{onSubmit: () => void, hasErrors: boolean, children?: unknown, class?: string}} props
 */
export function Form({onSubmit, hasErrors, children, class: className}) {
  const form = useRef(/** @type {HTMLFormElement | null} */ (null));
  useEffect(() => {
    if (hasErrors) /** @type {HTMLElement | null} */ (form.current?.querySelector("[aria-invalid]"))?.focus();
  }, [hasErrors]);
  const submitted = (/** @type {Event} */ event) => {
    event.preventDefault();
    onSubmit();
  };
  return html`<form ref=${form} class=${className} novalidate onSubmit=${submitted}>${children}</form>`;
}

/** @param {{id: string, hint?: string, error?: string}} props */
function Remarks({id, hint, error}) {
  return html`
    ${hint && html`<p class="hint" id=${`${id}-hint`}>${hint}</p>`}
    ${error && html`<p class="error" id=${`${id}-error`}>${error}</p>`}
  `;
}

/**
 * @param {string} id
 * @param {string | undefined} hint
 * @param {string | undefined} error
 */
function described(id, hint, error) {
  return [hint && `${id}-hint`, error && `${id}-error`].filter(Boolean).join(" ") || undefined;
}
