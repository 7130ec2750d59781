/** The reader, the reader's portfolios, and which of them the pages are about. */
import * as api from "./api.js";
import {place, refine} from "./router.js";
import {createContext, useContext} from "./vendor/preact.js";

/** @import {Schemas} from "./types/client.js" */

/** @typedef {Schemas["Portfolio"]} Portfolio */

/**
 * @typedef {object} Choice
 * @property {Schemas["User"]} me
 * @property {Portfolio[]} portfolios all of them
 * @property {Portfolio | undefined} portfolio the one that the pages are about; undefined: all
 * @property {Portfolio[]} chosen the same as a list
 */

const context = createContext(/** @type {Choice | undefined} */ (undefined));

export const ChoiceProvider = context.Provider;

/** @returns {Choice} */
export function useChoice() {
  const choice = useContext(context);
  if (!choice) throw new Error("A page is drawn before its reader is known.");
  return choice;
}

/** Load who reads and what is theirs. */
export async function loadBelongings() {
  const [me, portfolios] = await Promise.all([api.get("/api/users/me/"), api.all("/api/portfolios/")]);
  return {me, portfolios};
}

/**
 * Return the choice that the address tells: `?portfolio=1`; none is all, or the only one there is.
 *
 * @param {{me: Schemas["User"], portfolios: Portfolio[]}} belongings
 * @returns {Choice}
 */
export function choiceOf({me, portfolios}) {
  const id = Number(place.value.query.get("portfolio"));
  const only = portfolios.length === 1 ? portfolios[0] : undefined;
  const portfolio = portfolios.find((candidate) => candidate.id === id) ?? only;
  return {me, portfolios, portfolio, chosen: portfolio ? [portfolio] : portfolios};
}

/** @param {string} id "": all */
export function choosePortfolio(id) {
  refine({portfolio: id || undefined});
}
