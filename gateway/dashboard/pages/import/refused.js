/** The rows that are refused, each with why. */
import {ApiError} from "../../api.js";
import {useWords} from "../../preferences.js";
import {Failure} from "../../ui/notices.js";
import {Table} from "../../ui/table.js";
import {html} from "../../vendor/preact.js";
import {words} from "../../words/import.js";

/** @typedef {{key: string, line: string, column: string, message: string}} Complaint */

/** @param {{error: unknown, onRetry: () => void}} props */
export function Refused({error, onRetry}) {
  const w = useWords(words);
  const messages = error instanceof ApiError ? messagesOf(error) : [];
  const rest = messages.filter(({message}) => !isQuestion(message));
  if (messages.length === 0) return html`<${Failure} error=${error} onRetry=${onRetry} />`;
  const columns = [
    {key: "line", title: w.line, cell: (/** @type {Complaint} */ one) => one.line},
    {key: "column", title: w.column, cell: (/** @type {Complaint} */ one) => w.columns[one.column] ?? one.column},
    {key: "message", title: w.why, cell: (/** @type {Complaint} */ one) => html`<span lang="en">${one.message}</span>`},
  ];
  return html`<section class="card refused">
    <h2>${w.refused}</h2>
    <p class="hint" role="alert">${w.refusedHint}</p>
    ${rest.length > 0 &&
    html`<${Table} caption=${w.refused} columns=${columns} rows=${rest} rowKey=${(/** @type {Complaint} */ one) => one.key} />`}
  </section>`;
}

/**
 * Whether the form asks what is meant: then the fault is not the file's.
 *
 * @param {string} message
 */
function isQuestion(message) {
  return /(date_format|decimal|types)=/.test(message);
}

/**
 * Return all that the server says of the file, by its lines.
 *
 * @param {ApiError} error
 * @returns {Complaint[]}
 */
export function messagesOf(error) {
  const {rows, ...rest} = error.fields;
  const lines = Object.entries(rows ?? {}).flatMap(([line, fields]) => told(line, fields));
  return [...lines, ...told("", rest)].map((complaint, index) => ({...complaint, key: String(index)}));
}

/**
 * @param {string} line
 * @param {unknown} fields
 */
function told(line, fields) {
  if (Array.isArray(fields)) return fields.map((message) => ({line, column: "", message: String(message)}));
  return Object.entries(fields ?? {}).flatMap(([column, messages]) =>
    [messages].flat().map((message) => ({
      line,
      column,
      message: typeof message === "string" ? message : JSON.stringify(message),
    })),
  );
}
