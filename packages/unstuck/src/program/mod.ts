/** The ONC RPC programs, one namespace each: generated types and procedures, clients, servers. */
export * from "./caller.js";
export * from "./clients.js";
export * from "./exports.js";
export * as mount3 from "./mount3/mod.js";
export * as nfs3 from "./nfs3/mod.js";
export * as rpcbind from "./rpcbind/mod.js";
