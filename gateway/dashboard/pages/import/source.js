/** Which file, what wrote it, and the portfolio that it goes into. */
import * as api from "../../api.js";
import {useChoice} from "../../choice.js";
import {useWords} from "../../preferences.js";
import {Field, Form, Select} from "../../ui/form.js";
import {Icon} from "../../ui/icon.js";
import {Failure} from "../../ui/notices.js";
import {html, useState} from "../../vendor/preact.js";
import {words} from "../../words/import.js";

/** @import {Origin} from "../import.js" */
/** @import {Schemas} from "../../types/client.js" */

const MOST = 16 * 1024 * 1024; // bytes that the API takes
const NEW = "new";

/**
 * @param {{formats: Schemas["Format"][], onOrigin: (origin: Origin | null) => void}} props
 */
export function Source({formats, onOrigin}) {
  const w = useWords(words);
  const {portfolios, portfolio} = useChoice();
  const [file, setFile] = useState(/** @type {File | null} */ (null));
  const [format, setFormat] = useState("generic");
  const [target, setTarget] = useState(portfolio ? String(portfolio.id) : portfolios.length ? "" : NEW);

  const tell = (/** @type {File | null} */ file, /** @type {string} */ format, /** @type {string} */ target) => {
    setFile(file);
    setFormat(format);
    setTarget(target);
    const contentType = formats.find(({name}) => name === format)?.content_type ?? "text/csv";
    const isWhole = file && file.size <= MOST && Number(target);
    onOrigin(isWhole ? {file, format, contentType, portfolio: Number(target)} : null);
  };
  const options = portfolios.map(({id, name, currency}) => ({value: String(id), label: `${name} (${currency})`}));

  return html`<section class="card source" aria-label=${w.file}>
    <${Drop} file=${file} onFile=${(/** @type {File} */ file) => tell(file, likely(file, formats, format), target)} />
    ${file && file.size > MOST && html`<p class="error" role="alert">${w.tooLarge}</p>`}
    <div class="fields">
      <${Select} id="format" label=${w.format} value=${format}
        options=${formats.map(({name, program}) => ({value: name, label: name === "generic" ? w.generic : w.programs[name] ?? program}))}
        onChange=${(/** @type {string} */ format) => tell(file, format, target)} />
      <${Select} id="target" label=${w.target} value=${target}
        options=${[...(target === "" ? [{value: "", label: w.choose}] : []), ...options, {value: NEW, label: w.newPortfolio}]}
        onChange=${(/** @type {string} */ target) => tell(file, format, target)} />
    </div>
    ${target === NEW && html`<${NewPortfolio} onMade=${(/** @type {number} */ id) => tell(file, format, String(id))} />`}
  </section>`;
}

/** @param {{file: File | null, onFile: (file: File) => void}} props */
function Drop({file, onFile}) {
  const w = useWords(words);
  const [isOver, setOver] = useState(false);
  const over = (/** @type {DragEvent} */ event) => {
    event.preventDefault();
    setOver(true);
  };
  const dropped = (/** @type {DragEvent} */ event) => {
    event.preventDefault();
    setOver(false);
    const file = event.dataTransfer?.files[0];
    if (file) onFile(file);
  };
  const chosen = (/** @type {{currentTarget: HTMLInputElement}} */ event) => {
    const file = event.currentTarget.files?.[0];
    event.currentTarget.value = ""; // else the same file, corrected, would be no change
    if (file) onFile(file);
  };
  return html`<label class=${`drop ${isOver ? "over" : ""}`} onDragOver=${over} onDragLeave=${() => setOver(false)} onDrop=${dropped}>
    <input type="file" class="hidden" accept=".csv,.tsv,.txt,.json,.xml" onChange=${chosen} />
    <${Icon} name="import" />
    <span>${file ? html`<strong>${file.name}</strong> ${w.another}` : w.drop}</span>
    <span class="hint">${w.dropHint}</span>
  </label>`;
}

/** @param {{onMade: (id: number) => void}} props */
function NewPortfolio({onMade}) {
  const w = useWords(words);
  const {me} = useChoice();
  const [name, setName] = useState("");
  const [currency, setCurrency] = useState(me.base_currency);
  const [error, setError] = useState(/** @type {unknown} */ (undefined));
  const fields = error instanceof api.ApiError ? error.fields : {};
  const make = async () => {
    try {
      const made = await api.post("/api/portfolios/", {body: {name, currency: currency.toUpperCase()}});
      onMade(made.id);
    } catch (refusal) {
      setError(refusal);
    }
  };
  return html`<${Form} class="fields" onSubmit=${make} hasErrors=${Object.keys(fields).length > 0}>
    <${Field} id="new-name" label=${w.portfolioName} value=${name} onInput=${setName} error=${fields.name && w.wrongName} maxlength="255" />
    <${Field} id="new-currency" label=${w.currency} value=${currency} onInput=${setCurrency} error=${fields.currency && w.wrongCurrency}
      maxlength="3" autocapitalize="characters" />
    <button type="submit">${w.makePortfolio}</button>
    ${error && Object.keys(fields).length === 0 && html`<${Failure} error=${error} />`}
  <//>`;
}

/**
 * Return the format that the file's name tells, or that was chosen.
 *
 * @param {File} file
 * @param {Schemas["Format"][]} formats
 * @param {string} format
 */
function likely(file, formats, format) {
  const ending = file.name.toLowerCase().split(".").at(-1) ?? "";
  const type = {json: "application/json", xml: "application/xml"}[ending] ?? "text/csv";
  const of = (/** @type {string} */ name) => formats.find((one) => one.name === name)?.content_type;
  if (of(format) === type) return format;
  return formats.find(({content_type}) => content_type === type)?.name ?? format;
}
