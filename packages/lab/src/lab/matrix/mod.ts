/** Every set of fixes under every scheduler after every outage: the report's question, answered. Pure. */
export { COLUMNS, type Column, ENTRIES, PROPOSED, ROWS, UPSTREAM } from "./cells.js";
export { matrixHtml } from "./html.js";
export { type Cell, runRow } from "./row.js";
export {
  AIMS,
  type Aim,
  type Matrix,
  matrixOf,
  type Regression,
  type Row,
  type Sufficient,
} from "./summary.js";
export { conclusions, entryNames, LEGEND, LETTERS, setText } from "./words.js";
