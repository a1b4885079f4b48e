/** What people use: mounts, paths, files, caches, mount options. Pure: connections, clock and timer are ports. */
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
export { cleanPath, type NfsSource, NfsUrlError, parseSource, printSource } from "./url.js";
