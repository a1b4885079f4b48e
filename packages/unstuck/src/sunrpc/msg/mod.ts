export * from "./auth.js";
export * from "./call.js";
export * from "./reply.js";
