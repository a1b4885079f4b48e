/** What a thread of the pool runs. */
export { runItem as default } from "./item.js";
