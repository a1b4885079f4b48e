/** NFS version 3: types and codecs, server. */
export * from "./nfs3.gen.js";
export { server } from "./server.js";
