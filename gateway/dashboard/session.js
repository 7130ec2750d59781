/** Who is logged in. The token is kept for this tab alone, and never in an address. */
import {Store} from "./store.js";

const KEY = "token";

/**
 * @typedef {object} Session
 * @property {string | null} token
 * @property {boolean} hasEnded whether the token stopped working, and not the user's own logout
 */

export const session = new Store(
  /** @type {Session} */ ({token: sessionStorage.getItem(KEY), hasEnded: false}),
);

/** @param {string} token */
export function begin(token) {
  sessionStorage.setItem(KEY, token);
  session.set({token, hasEnded: false});
}

/** @param {{hasEnded?: boolean}} [how] */
export function end({hasEnded = false} = {}) {
  sessionStorage.removeItem(KEY);
  session.set({token: null, hasEnded});
}
