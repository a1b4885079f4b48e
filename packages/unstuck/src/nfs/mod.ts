/** What people use: mounts, paths, files, caches, mount options. Pure: connections, clock and timer are ports. */
export type { ServerWait } from "./calls.js";
export type { OpOptions } from "./ctx.js";
export type { Dir } from "./dir.js";
export { NfsError } from "./errors.js";
export { type ExportOf, findExport } from "./export-of.js";
export type { ChunkOptions, FileHandle, ReadFileOptions, ReadOptions } from "./file.js";
export type { Mount, OpendirOptions, PathConf } from "./fs.js";
export { type MountHow, mount, mountPath } from "./mount.js";
export { OPTION_TABLE, type OptionRow } from "./option-table.js";
export {
  callPolicy,
  MountOptionError,
  type MountOptions,
  type OptionSource,
  parseOptions,
} from "./options.js";
export { optionsReference, printOptions } from "./options-print.js";
export type { AuthSpec, Connector, ConnectSpec, NfsPorts } from "./ports.js";
export { type Dirent, type FileType, type StatFs, Stats } from "./stats.js";
export { cleanPath, type NfsSource, NfsUrlError, parseSource, printSource } from "./url.js";
