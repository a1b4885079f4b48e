export * from "./auth.js";
export * from "./call.js";
export * from "./reply.js";
export { auth_flavor, auth_stat } from "./rpc_msg.gen.js";
