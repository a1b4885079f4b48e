/** The explorer: every schedule of a model, or many of them, and what comes of them. Pure. */
export * from "./model.js";
