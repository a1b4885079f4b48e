/** The MOUNT protocol, versions 1 and 3: types and codecs, client, server. */
export * from "./client.js";
export * from "./mount.gen.js";
export { type Mount, MountList } from "./mount-list.js";
export { servers } from "./server.js";
