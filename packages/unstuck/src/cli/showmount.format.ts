import { printable } from "./terminal.js";

/** The lists of nfs-utils' showmount. */

/** `-e`: the directory, padded to the longest, and who may mount it. */
export function exportLines(
  exports: readonly { readonly path: string; readonly groups: readonly string[] }[],
): string[] {
  const width = exports.reduce((max, e) => Math.max(max, e.path.length), 0);
  return exports.map(({ path, groups }) => {
    const who = groups.length === 0 ? "(everyone)" : groups.join(",");
    return `${printable(path).padEnd(width)} ${printable(who)}`;
  });
}

interface Mount {
  readonly host: string;
  readonly path: string;
}

/** `-a`: host:directory, sorted, each once. */
export function allLines(mounts: readonly Mount[]): string[] {
  return unique(mounts.map(({ host, path }) => `${printable(host)}:${printable(path)}`));
}

/** `-d`: the directories, sorted, each once. */
export function directoryLines(mounts: readonly Mount[]): string[] {
  return unique(mounts.map(({ path }) => printable(path)));
}

/** Without an option: the hosts, sorted, each once. */
export function hostLines(mounts: readonly Mount[]): string[] {
  return unique(mounts.map(({ host }) => printable(host)));
}

function unique(lines: readonly string[]): string[] {
  return [...new Set(lines)].sort();
}
