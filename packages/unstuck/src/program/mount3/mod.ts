/** The MOUNT protocol, versions 1 and 3: types and codecs, client. */
export * from "./client.js";
export * from "./mount.gen.js";
