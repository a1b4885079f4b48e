/** The ONC RPC programs this library speaks: for each its types and codecs (a namespace), its client, its server. */
export * from "./caller.js";
export * as mount3 from "./mount3/mount.gen.js";
export * as nfs3 from "./nfs3/nfs3.gen.js";
export * as rpcbind from "./rpcbind/rpcbind.gen.js";
export * from "./rpcbind/uaddr.js";
