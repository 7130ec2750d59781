/** A gain or a loss: by sign and arrow first, by colour second. */
import {sign} from "../decimal.js";
import {html} from "../vendor/preact.js";
import {Icon} from "./icon.js";

/**
 * @param {{value: string | null | undefined, children?: unknown, hasArrow?: boolean}} props
 *   `value` decides the colour, `children` are what is read
 */
export function Change({value, children, hasArrow}) {
  const direction = value ? sign(value) : 0;
  const look = direction > 0 ? "gain" : direction < 0 ? "loss" : "";
  return html`<span class=${`change ${look}`}>
    ${hasArrow && direction !== 0 && html`<${Icon} name=${direction > 0 ? "up" : "down"} />`}${children}
  </span>`;
}
