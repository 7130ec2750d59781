/** When a rule fired, and what it met. */
import * as api from "../../api.js";
import {time} from "../../format.js";
import {useWords} from "../../preferences.js";
import {useLoaded} from "../../store.js";
import {Dialog} from "../../ui/dialog.js";
import {Failure, Loading} from "../../ui/notices.js";
import {Table} from "../../ui/table.js";
import {html} from "../../vendor/preact.js";
import {words} from "../../words/alerts.js";
import {words as common} from "../../words/common.js";
import {measured} from "./condition.js";

/** @import {Schemas} from "../../types/client.js" */
/** @import {Column} from "../../ui/table.js" */
/** @import {Rule, Subject} from "./condition.js" */

/** @param {{rule: Rule, subject: Subject, onClose: () => void}} props */
export function Firings({rule, subject, onClose}) {
  const w = useWords(words);
  const c = useWords(common);
  const {value, error, reload} = useLoaded(`firings ${rule.id}`, () =>
    api.all("/api/alerts/{alert_id}/firings/", {path: {alert_id: rule.id}}),
  );
  const title = w.firingsOf(rule.name);
  /** @type {Column<Schemas["Firing"]>[]} */
  const columns = [
    {key: "time", title: w.time, cell: ({fired_at}) => time(fired_at)},
    {key: "value", title: c.value, isNumber: true, cell: ({value}) => measured(rule, subject, value)},
    {key: "threshold", title: w.threshold, isNumber: true, cell: ({threshold}) => measured(rule, subject, threshold)},
  ];
  return html`<${Dialog} title=${title} onClose=${onClose}>
    ${error
      ? html`<${Failure} error=${error} onRetry=${reload} />`
      : !value
        ? html`<${Loading} />`
        : value.length === 0
          ? html`<p>${w.neverFired}</p>`
          : html`<${Table} caption=${title} columns=${columns} rows=${value} rowKey=${(/** @type {Schemas["Firing"]} */ {id}) => id} />`}
  <//>`;
}
