/** How the file is read: what it shows itself, and what only its reader knows. */
import {ApiError} from "../../api.js";
import {useWords} from "../../preferences.js";
import {Field, Form, Select} from "../../ui/form.js";
import {html, useState} from "../../vendor/preact.js";
import {words as common} from "../../words/common.js";
import {words} from "../../words/import.js";
import {messagesOf} from "./refused.js";

/** @import {Form as Said} from "../import.js" */
/** @import {Schemas} from "../../types/client.js" */

const DATE_FORMATS = ["DD/MM/YYYY", "MM/DD/YYYY", "DD.MM.YYYY", "DD-MM-YYYY", "MM-DD-YYYY", "YYYY-MM-DD", "DD/MM/YY", "MM/DD/YY"];
const ENCODINGS = ["utf-8", "utf-16", "windows-1252", "windows-1250", "iso-8859-1", "iso-8859-15", "macintosh"];

/**
 * @param {{
 *   form: Said,
 *   titles: Schemas["PortfolioTitle"][],
 *   missing: string[],
 *   error: unknown,
 *   seen: Schemas["Form"] | undefined,
 *   columns: Schemas["Column"][],
 *   onForm: (form: Said) => void,
 * }} props
 */
export function Reading({form, titles, missing, error, seen, columns, onForm}) {
  const w = useWords(words);
  const open = openQuestions(error);
  const isAsked = missing.length > 0 || open.words.length > 0 || open.dates.length > 0 || open.isDecimalOpen;
  const [draft, setDraft] = useState(form);
  const [chosen, setChosen] = useState(() => chosenOf(titles, form));
  const set = (/** @type {Partial<Said>} */ part) => setDraft({...draft, ...part});
  const submitted = () => onForm({...draft, columns: said(titles, chosen, form.columns)});
  if (columns.length === 0) return null;

  return html`<details class="card reading" open=${isAsked}>
    <summary><h2>${w.howRead}</h2></summary>
    <${Form} onSubmit=${submitted} hasErrors=${false}>
      ${missing.length > 0 && html`<p class="remark" role="alert">${w.missing(missing.map((name) => w.columns[name] ?? name))}</p>`}
      ${open.words.length > 0 && html`<${Words} open=${open.words} types=${draft.types} onTypes=${(/** @type {Record<string, string>} */ types) => set({types})} />`}
      ${titles.length > 0 && html`<${Columns} titles=${titles} chosen=${chosen} columns=${columns} onChosen=${setChosen} />`}
      <div class="fields">
        <${Select} id="date-format" label=${w.dates} value=${draft.date_format} error=${open.dates.length > 0 ? w.isOpen(open.date) : undefined}
          options=${optionsOf(w.asShown(seen?.date_format), [...new Set([...open.dates, ...DATE_FORMATS])])}
          onChange=${(/** @type {string} */ date_format) => set({date_format})} />
        <${Select} id="decimal" label=${w.decimal} value=${draft.decimal} error=${open.isDecimalOpen ? w.isOpen(open.number) : undefined}
          options=${[{value: "", label: w.asShown(seen?.decimal)}, {value: ".", label: "1,234.50"}, {value: ",", label: "1.234,50"}]}
          onChange=${(/** @type {string} */ decimal) => set({decimal})} />
        <${Select} id="delimiter" label=${w.delimiter} value=${draft.delimiter}
          options=${[{value: "", label: w.asShown(seen?.delimiter)}, ...Object.entries(w.delimiters).map(([value, label]) => ({value, label}))]}
          onChange=${(/** @type {string} */ delimiter) => set({delimiter})} />
        <${Select} id="encoding" label=${w.encoding} value=${draft.encoding} options=${optionsOf(w.asShown(seen?.encoding), ENCODINGS)}
          onChange=${(/** @type {string} */ encoding) => set({encoding})} />
        <${Field} id="skip-lines" label=${w.skipLines} type="number" min="0" max="1000" value=${draft.skip_lines}
          onInput=${(/** @type {string} */ skip_lines) => set({skip_lines})} />
      </div>
      <button type="submit" class=${isAsked ? "primary" : undefined}>${w.readAgain}</button>
    <//>
  </details>`;
}

/**
 * @param {{
 *   titles: Schemas["PortfolioTitle"][],
 *   chosen: Record<string, string>,
 *   columns: Schemas["Column"][],
 *   onChosen: (chosen: Record<string, string>) => void,
 * }} props
 */
function Columns({titles, chosen, columns, onChosen}) {
  const w = useWords(words);
  const options = [{value: "", label: w.leftOut}, ...columns.map(({name}) => ({value: name, label: w.columns[name] ?? name}))];
  return html`<fieldset class="columns">
    <legend>${w.columnsOf}</legend>
    ${named(titles).map(
      (title, index) => html`<${Select} key=${title} id=${`column-${index}`} label=${title} value=${chosen[title] ?? ""} options=${options}
        onChange=${(/** @type {string} */ column) => onChosen({...chosen, [title]: column})} />`,
    )}
  </fieldset>`;
}

/** @param {{open: string[], types: Record<string, string>, onTypes: (types: Record<string, string>) => void}} props */
function Words({open, types, onTypes}) {
  const w = useWords(words);
  const c = useWords(common);
  const options = [{value: "", label: w.choose}, ...Object.entries(c.transactionTypes).map(([value, label]) => ({value, label}))];
  return html`<fieldset class="columns">
    <legend>${w.wordsOpen}</legend>
    ${open.map(
      (word, index) => html`<${Select} key=${word} id=${`word-${index}`} label=${word} value=${types[word] ?? ""} options=${options}
        onChange=${(/** @type {string} */ type) => onTypes({...types, [word]: type})} />`,
    )}
  </fieldset>`;
}

/** @param {Schemas["PortfolioTitle"][]} titles */
function named(titles) {
  return [...new Set(titles.map(({title}) => title).filter(Boolean))];
}

/**
 * @param {Schemas["PortfolioTitle"][]} titles
 * @param {Said} form
 */
function chosenOf(titles, form) {
  const read = titles.map(({title, column}) => [title, column ?? ""]);
  const told = Object.entries(form.columns).map(([column, title]) => [title, column]);
  return Object.fromEntries([...read, ...told.filter(([title]) => title)]);
}

/**
 * Return what is to be told: only what differs from what the file shows.
 *
 * @param {Schemas["PortfolioTitle"][]} titles
 * @param {Record<string, string>} chosen title → our name
 * @param {Record<string, string>} before
 */
function said(titles, chosen, before) {
  const columns = {...before};
  for (const {title, column} of titles) {
    if (column && chosen[title] !== column && columns[column] !== "") columns[column] = "";
  }
  for (const [title, column] of Object.entries(chosen)) {
    const isShown = titles.some((one) => one.title === title && one.column === column);
    if (column && !isShown) columns[column] = title;
  }
  return columns;
}

/**
 * What a refusal asks: which words mean what, how dates and numbers are meant.
 *
 * @param {unknown} error
 */
function openQuestions(error) {
  const messages = error instanceof ApiError ? messagesOf(error).map(({message}) => message) : [];
  const words = messages.flatMap((message) => Object.keys(parsed(message.match(/types=(\{.*\})/)?.[1])));
  const dates = messages.flatMap((message) => [...message.matchAll(/date_format=([DMY./-]+[DMY])/g)].map(([, format]) => format));
  const isDecimalOpen = messages.some((message) => message.includes("decimal="));
  const example = (/** @type {string} */ asked) =>
    messages.find((message) => message.includes(asked))?.match(/Ambiguous: (.+?) may be/)?.[1] ?? "";
  return {
    words: [...new Set(words)],
    dates: [...new Set(dates)],
    date: example("date_format="),
    isDecimalOpen,
    number: example("decimal="),
  };
}

/** @param {string | undefined} text @returns {object} */
function parsed(text) {
  try {
    return JSON.parse(text ?? "{}");
  } catch {
    return {};
  }
}

/**
 * @param {string} shown
 * @param {readonly string[]} values
 */
function optionsOf(shown, values) {
  return [{value: "", label: shown}, ...values.map((value) => ({value, label: value}))];
}
