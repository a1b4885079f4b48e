/** NFS version 3: types and codecs. */
export * from "./nfs3.gen.js";
