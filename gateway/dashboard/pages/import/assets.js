/** What the file names and no asset answers to: the reader says which is meant, or a new one is made. */
import {list} from "../../format.js";
import {useWords} from "../../preferences.js";
import {AssetSearch} from "../../ui/asset-search.js";
import {Select} from "../../ui/form.js";
import {html, useState} from "../../vendor/preact.js";
import {words} from "../../words/import.js";

/** @import {FoundAsset} from "../../ui/asset-search.js" */
/** @import {Schemas} from "../../types/client.js" */

const SEARCH = "search";

/**
 * @param {{
 *   assets: Schemas["Unresolved"][],
 *   mapping: Record<string, number>,
 *   made: Schemas["NewAsset"][],
 *   onMapping: (mapping: Record<string, number>) => void,
 * }} props
 */
export function Assets({assets, mapping, made, onMapping}) {
  const w = useWords(words);
  return html`<section class="card assets">
    <h2>${w.assets}</h2>
    <p class="hint">${w.assetsHint}</p>
    <ul>
      ${assets.map(
        (asset, index) => html`<li key=${wordOf(asset)}>
          <${Asset} id=${`asset-${index}`} asset=${asset} chosen=${mapping[wordOf(asset)]}
            made=${made.find(({lines}) => lines.some((line) => asset.lines.includes(line)))}
            onChosen=${(/** @type {number | undefined} */ id) => onMapping(without(mapping, wordOf(asset), id))} />
        </li>`,
      )}
    </ul>
  </section>`;
}

/**
 * @param {{
 *   id: string,
 *   asset: Schemas["Unresolved"],
 *   chosen: number | undefined,
 *   made: Schemas["NewAsset"] | undefined,
 *   onChosen: (id: number | undefined) => void,
 * }} props
 */
function Asset({id, asset, chosen, made, onChosen}) {
  const w = useWords(words);
  const also = [asset.name, asset.isin, asset.currency].filter((text) => text && text !== wordOf(asset)).join(", ");
  const isCandidate = asset.candidates.some((candidate) => candidate.id === chosen);
  const [isSearching, setSearching] = useState(chosen !== undefined && !isCandidate);
  const [found, setFound] = useState(/** @type {FoundAsset | null} */ (null));
  const options = [
    {value: "", label: w.newAsset},
    ...asset.candidates.map((one) => ({
      value: String(one.id),
      label: `${one.symbol} – ${one.name} (${one.currency})${one.is_active ? "" : `, ${w.retired}`}`,
    })),
    {value: SEARCH, label: w.search},
  ];
  const decided = (/** @type {string} */ value) => {
    setSearching(value === SEARCH);
    if (value !== SEARCH) onChosen(value ? Number(value) : undefined);
  };
  const picked = (/** @type {FoundAsset | null} */ asset) => {
    setFound(asset);
    if (asset) onChosen(asset.id);
  };
  return html`<div class="named">
      <strong>${wordOf(asset)}</strong>
      ${also && html`<span class="hint">${also}</span>`}
      <span class="hint">${w.lines(list(asset.lines.slice(0, 5).map(String)), asset.lines.length)}</span>
    </div>
    <div>
      <${Select} id=${id} label=${w.means(wordOf(asset))} isLabelHidden value=${isSearching ? SEARCH : String(chosen ?? "")}
        options=${options} onChange=${decided} />
      ${isSearching && html`<${AssetSearch} id=${`${id}-search`} label=${w.searchFor(wordOf(asset))} value=${found} onChange=${picked} />`}
      ${!isSearching && chosen === undefined && made &&
      html`<p class="hint">${made.data_source ? w.fromSource(made.data_source, made.data_symbol ?? "") : w.ownPrices}</p>`}
    </div>`;
}

/**
 * Return what stands for an asset in the file.
 *
 * @param {Schemas["Unresolved"]} asset
 */
export function wordOf({symbol, isin, name}) {
  return symbol ?? isin ?? name ?? "";
}

/**
 * @param {Record<string, number>} mapping
 * @param {string} word
 * @param {number | undefined} id undefined: a new one is made
 */
function without(mapping, word, id) {
  const {[word]: _, ...rest} = mapping;
  return id === undefined ? rest : {...rest, [word]: id};
}
