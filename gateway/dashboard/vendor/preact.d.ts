// The types of what preact.js exports, from the npm packages that it was made of.
export * from "preact/hooks";
export {h, render, Component, createContext} from "preact";
export const html: (strings: TemplateStringsArray, ...values: any[]) => import("preact").VNode;
