/** The import: a file is looked at, read as the reader says, and recorded. */
import * as api from "../api.js";
import {count} from "../format.js";
import {useWords} from "../preferences.js";
import {useLoaded} from "../store.js";
import {Failure, Loading} from "../ui/notices.js";
import {html, useEffect, useRef, useState} from "../vendor/preact.js";
import {words} from "../words/import.js";
import {Assets, wordOf} from "./import/assets.js";
import {Done} from "./import/done.js";
import {Preview} from "./import/preview.js";
import {Reading} from "./import/reading.js";
import {Refused} from "./import/refused.js";
import {Source} from "./import/source.js";

/** @import {Schemas} from "../types/client.js" */

/** @typedef {Schemas["PortfolioImported"]} Imported */

/**
 * What the reader says of the file, where it does not show it itself; "" is what it shows.
 *
 * @typedef {object} Form
 * @property {string} decimal
 * @property {string} date_format
 * @property {string} delimiter
 * @property {string} encoding
 * @property {string} skip_lines
 * @property {Record<string, string>} columns our name → title
 * @property {Record<string, string>} types a word of the file → type
 */

/** @typedef {{file: File, portfolio: number, format: string, contentType: string}} Origin */

/**
 * What the server said at last.
 *
 * @typedef {object} Look
 * @property {Imported} [preview]
 * @property {unknown} [error]
 * @property {number} [progress] while it reads: from 0 to 1
 */

/** @type {Form} */
const AS_SHOWN = {decimal: "", date_format: "", delimiter: "", encoding: "", skip_lines: "", columns: {}, types: {}};

export default function Import() {
  const w = useWords(words);
  const formats = useLoaded("formats", () => api.get("/api/transactions/import/formats/"));
  const [origin, setOrigin] = useState(/** @type {Origin | null} */ (null));
  const [done, setDone] = useState(/** @type {Imported | null} */ (null));
  const [turn, setTurn] = useState(0);

  if (formats.error) return html`<${Failure} error=${formats.error} onRetry=${formats.reload} />`;
  if (!formats.value) return html`<${Loading} />`;
  const again = () => {
    setOrigin(null);
    setDone(null);
    setTurn(turn + 1);
  };
  return html`<div class="page import">
    <h1>${w.title}</h1>
    ${done && origin
      ? html`<${Done} imported=${done} portfolio=${origin.portfolio} onAgain=${again} />`
      : html`<${Source} key=${turn} formats=${formats.value.formats} onOrigin=${setOrigin} />
          ${origin && html`<${Looked} key=${`${origin.file.name} ${origin.file.lastModified} ${origin.portfolio} ${origin.format}`}
            origin=${origin} formats=${formats.value.formats} onDone=${setDone} />`}`}
  </div>`;
}

/** @param {{origin: Origin, formats: Schemas["Format"][], onDone: (done: Imported) => void}} props */
function Looked({origin, formats, onDone}) {
  const w = useWords(words);
  const [form, setForm] = useState(AS_SHOWN);
  const [mapping, setMapping] = useState(/** @type {Record<string, number>} */ ({}));
  const [look, setLook] = useState(/** @type {Look} */ ({progress: 0}));
  const [recording, setRecording] = useState(/** @type {number | null} */ (null));
  // A refusal names neither titles nor assets: what was seen of them before it stays.
  const titles = useRef(/** @type {Schemas["PortfolioTitle"][]} */ ([]));
  const assets = useRef(/** @type {Map<string, Schemas["Unresolved"]>} */ (new Map()));
  const said = {...query(form), mapping: Object.keys(mapping).length ? JSON.stringify(mapping) : undefined};
  const [turn, setTurn] = useState(0);

  useEffect(() => {
    let isCurrent = true;
    // What was seen stays while it is read again: the reader's place in it is not lost.
    const wait = (/** @type {number} */ progress) => isCurrent && setLook((before) => ({...before, progress}));
    wait(0);
    lookedAt(origin, said, wait).then((next) => {
      if (!isCurrent) return;
      if (next.preview?.columns?.length) titles.current = next.preview.columns;
      for (const one of next.preview?.unresolved ?? []) assets.current.set(wordOf(one), one);
      setLook(next);
    });
    return () => {
      isCurrent = false;
    };
  }, [JSON.stringify(said), turn]);

  const record = async () => {
    if (recording !== null) return;
    setRecording(0);
    try {
      onDone(await send(origin, {...said, create_missing: true}, setRecording));
    } catch (error) {
      setLook({...look, error});
      setRecording(null);
    }
  };
  const {preview, error, progress} = look;
  const isReady = Boolean(progress === undefined && preview && !error && !preview.missing?.length);
  const rows = preview?.created ?? 0;

  return html`<div class="looked" aria-busy=${progress !== undefined ? "true" : "false"}>
    <p class="hidden" role="status">${isReady && w.would(count(rows), count(preview?.skipped ?? 0))}</p>
    ${progress !== undefined && html`<${Progress} label=${w.reading} value=${progress} />`}
    ${error && html`<${Refused} error=${error} onRetry=${() => setTurn(turn + 1)} />`}
    ${(preview || error) &&
    html`<${Reading} key=${JSON.stringify([titles.current, preview?.missing, Boolean(error)])} form=${form}
      titles=${titles.current} missing=${preview?.missing ?? []} error=${error} seen=${preview?.form}
      columns=${(formats.find(({name}) => name === origin.format) ?? formats[0]).columns} onForm=${setForm} />`}
    ${assets.current.size > 0 &&
    html`<${Assets} assets=${[...assets.current.values()]} mapping=${mapping} made=${preview?.new_assets ?? []} onMapping=${setMapping} />`}
    ${preview && !preview.missing?.length && html`<${Preview} preview=${preview} />`}
    ${isReady &&
    html`<section class="card do">
      <p>${w.would(count(rows), count(preview?.skipped ?? 0))}</p>
      ${rows > 0 &&
      html`<button type="button" class="primary" aria-disabled=${recording !== null} onClick=${record}>${w.record(count(rows))}</button>`}
      ${recording !== null && html`<${Progress} label=${w.recording} value=${recording} />`}
    </section>`}
  </div>`;
}

/** @param {{label: string, value: number}} props */
function Progress({label, value}) {
  return html`<div class="progress">
    <label for="progress">${label}</label>
    <progress id="progress" max="1" value=${value || undefined}></progress>
  </div>`;
}

/**
 * Ask what the import would do.
 *
 * New assets are refused together with what stays open; who they are is told without them.
 *
 * @param {Origin} origin
 * @param {object} said
 * @param {(progress: number) => void} onProgress
 * @returns {Promise<Look>}
 */
async function lookedAt(origin, said, onProgress) {
  try {
    return {preview: await send(origin, {...said, dry_run: true, create_missing: true}, onProgress)};
  } catch (error) {
    if (!(error instanceof api.ApiError) || error.status !== 422 || error.fields.rows) return {error};
    try {
      return {error, preview: await send(origin, {...said, dry_run: true}, onProgress)};
    } catch {
      return {error};
    }
  }
}

/**
 * @param {Origin} origin
 * @param {object} said
 * @param {(progress: number) => void} onProgress
 * @returns {Promise<Imported>}
 */
function send({file, portfolio, format, contentType}, said, onProgress) {
  const query = /** @type {any} */ ({portfolio_id: portfolio, format, ...said});
  return api.post("/api/transactions/import/", {query, file: {content: file, type: contentType}, onProgress});
}

/** @param {Form} form */
function query({columns, types, ...rest}) {
  const text = (/** @type {object} */ pairs) => (Object.keys(pairs).length ? JSON.stringify(pairs) : undefined);
  return {...rest, columns: text(columns), types: text(types)};
}
