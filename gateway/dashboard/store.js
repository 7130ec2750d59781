/** Values that parts of the page look at, and what is being loaded. */
import {useCallback, useEffect, useState} from "./vendor/preact.js";

/**
 * A value that tells who looks at it when it changes.
 *
 * @template T
 */
export class Store {
  /** @param {T} value */
  constructor(value) {
    this.value = value;
    /** @type {Set<() => void>} */
    this.listeners = new Set();
  }

  /** @param {T} value */
  set(value) {
    this.value = value;
    for (const listener of this.listeners) listener();
  }
}

/**
 * Look at a store from a component.
 *
 * @template T
 * @param {Store<T>} store
 * @returns {T}
 */
export function useStore(store) {
  const [, redraw] = useState({});
  useEffect(() => {
    const listener = () => redraw({});
    store.listeners.add(listener);
    return () => void store.listeners.delete(listener);
  }, [store]);
  return store.value;
}

/**
 * What a component has loaded so far.
 *
 * @template T
 * @typedef {object} Loaded
 * @property {T} [value] stays while it is loaded again for the same `key`
 * @property {unknown} [error]
 * @property {boolean} isLoading
 * @property {() => void} reload
 */

/**
 * Load something for a component, and again when `key` or `turn` changes or `reload` is called.
 *
 * @template T
 * @param {string} key says what is loaded
 * @param {() => Promise<T>} load
 * @param {number} [turn] the value stays meanwhile, with the focus and whatever else is in it
 * @returns {Loaded<T>}
 */
export function useLoaded(key, load, turn = 0) {
  const [state, setState] = useState(
    /** @type {{key?: string, value?: T, error?: unknown, isLoading: boolean}} */ ({isLoading: true}),
  );
  const [wish, setWish] = useState(0);
  useEffect(() => {
    let isCurrent = true;
    setState((before) => ({key, value: before.key === key ? before.value : undefined, isLoading: true}));
    load().then(
      (value) => isCurrent && setState({key, value, isLoading: false}),
      (error) => isCurrent && setState({key, error, isLoading: false}),
    );
    return () => {
      isCurrent = false;
    };
  }, [key, turn, wish]);
  const reload = useCallback(() => setWish((before) => before + 1), []);
  return state.key === key ? {...state, reload} : {isLoading: true, reload};
}
