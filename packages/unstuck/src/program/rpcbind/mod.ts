/** rpcbind and the port mapper, versions 2 to 4: types and codecs, client, server, universal addresses. */
export * from "./client.js";
export { register, unregister } from "./register.js";
export { type Registered, Registry } from "./registry.js";
export * from "./rpcbind.gen.js";
export { type RpcbindOptions, servers } from "./server.js";
export * from "./uaddr.js";
