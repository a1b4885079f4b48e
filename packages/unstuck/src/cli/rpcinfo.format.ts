import type { rpcbind } from "../program/mod.js";
import { programName } from "./rpcnames.js";

/** The lists of Debian's rpcinfo, column by column. */

/** `rpcinfo -p`: what version 2 (the port mapper) tells. */
export function portmapLines(registrations: readonly rpcbind.Registration[]): string[] {
  return [
    "   program vers proto   port  service",
    ...registrations.map(({ prog, vers, netid, port }) => {
      const name = programName(prog);
      const numbers = `${right(prog, 10)}${right(vers, 5)}${right(netid, 6)}${right(port ?? 0, 7)}`;
      return name === undefined ? numbers : `${numbers}  ${name}`;
    }),
  ];
}

/** `rpcinfo HOST`: what versions 3 and 4 tell. */
export function longLines(registrations: readonly rpcbind.Registration[]): string[] {
  return [
    "   program version netid     address                service    owner",
    ...registrations.map(
      ({ prog, vers, netid, uaddr, owner }) =>
        `${right(prog, 10)}${right(vers, 5)}    ${left(netid, 9)} ${left(uaddr ?? "-", 22)} ` +
        `${left(programName(prog) ?? "-", 10)} ${owner ?? "-"}`,
    ),
  ];
}

/** `rpcinfo -s`: a line for each program. Its versions and netids come last registered first, as rpcinfo's do. */
export function shortLines(registrations: readonly rpcbind.Registration[]): string[] {
  const programs = new Map<number, { versions: Set<number>; netids: Set<string>; owner: string }>();
  for (const { prog, vers, netid, owner } of registrations) {
    let entry = programs.get(prog);
    if (entry === undefined) {
      entry = { versions: new Set(), netids: new Set(), owner: owner ?? "-" };
      programs.set(prog, entry);
    }
    entry.versions.add(vers);
    entry.netids.add(netid);
  }
  return [
    "   program version(s) netid(s)                         service     owner",
    ...[...programs].map(([prog, { versions, netids, owner }]) => {
      const list = (set: Iterable<unknown>): string => [...set].reverse().join(",");
      return (
        `${right(prog, 10)}  ${left(list(versions), 9)} ${left(list(netids), 32)} ` +
        `${left(programName(prog) ?? "-", 11)} ${owner}`
      );
    }),
  ];
}

function right(value: number | string, width: number): string {
  return String(value).padStart(width);
}

function left(value: string, width: number): string {
  return value.padEnd(width);
}
