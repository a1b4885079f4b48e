/** rpcbind and the port mapper, versions 2 to 4: types and codecs, client, universal addresses. */
export * from "./client.js";
export * from "./rpcbind.gen.js";
export * from "./uaddr.js";
