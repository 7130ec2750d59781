// The types of uplot.js, from its npm package.
export {default} from "uplot";
