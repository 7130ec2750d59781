/** Which transactions are listed; it stands in the address. */
import {useWords} from "../../preferences.js";
import {place, refine} from "../../router.js";
import {useStore} from "../../store.js";
import {Field, Form, Select} from "../../ui/form.js";
import {html, useState} from "../../vendor/preact.js";
import {words} from "../../words/activities.js";
import {words as common} from "../../words/common.js";

export function Filter() {
  const w = useWords(words);
  const c = useWords(common);
  const {query} = useStore(place);
  const [text, setText] = useState(query.get("search") ?? "");
  const set = (/** @type {Record<string, string>} */ part) =>
    refine({...Object.fromEntries(Object.entries(part).map(([name, value]) => [name, value || undefined])), pages: undefined});
  // A year that is being typed is the years 2, 20 and 202 before it is 2024.
  const day = (/** @type {"from" | "to"} */ name) => (/** @type {string} */ value) => {
    if (value === "" || value >= "1900") set({[name]: value});
  };
  const types = Object.entries(c.transactionTypes).map(([value, label]) => ({value, label}));
  const [from, to] = [query.get("from") ?? "", query.get("to") ?? ""];
  const isTurned = Boolean(from && to && from > to);

  return html`<search class="card">
    <${Form} class="fields" onSubmit=${() => set({search: text.trim()})} hasErrors=${false}>
      <${Field} id="search" type="search" label=${w.search} value=${text} onInput=${setText} onChange=${() => set({search: text.trim()})} />
      <${Select} id="type" label=${w.kind} value=${query.get("type") ?? ""} options=${[{value: "", label: w.allKinds}, ...types]}
        onChange=${(/** @type {string} */ type) => set({type})} />
      <${Field} id="from" type="date" label=${w.from} value=${from} error=${isTurned ? w.turned : undefined}
        onInput=${day("from")} />
      <${Field} id="to" type="date" label=${w.to} value=${to} onInput=${day("to")} />
    <//>
  </search>`;
}
