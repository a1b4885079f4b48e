import { Command } from "commander";
import type { Stats } from "../nfs/mod.js";
import { deadlineMs, open, type UrlOptions } from "./open.js";
import { withSession } from "./session.js";
import { printable } from "./terminal.js";
import { modeText } from "./units.js";
import { withUrl } from "./url-options.js";

interface Options extends UrlOptions {
  readonly json?: true;
  readonly dereference?: true;
}

export function statCommand(): Command {
  return withUrl(new Command("stat").description("a file's attributes"))
    .option("-L, --dereference", "follow a symbolic link at the end")
    .option("--json", "print JSON")
    .addHelpText(
      "after",
      `
Examples:
  $ unstuck stat nfs://server/export/file.txt
  $ unstuck stat server:/export/file.txt --deadline 5 --json
  $ unstuck stat 'nfs://server:2049/export/file.txt?mountport=20048'    without rpcbind`,
    )
    .action((url: string, options: Options) =>
      withSession(async (session) => {
        const { mount, path } = await open(session, url, options);
        const how = { signal: session.signal, deadlineMs: deadlineMs(options) };
        const stats = await (options.dereference ? mount.stat(path, how) : mount.lstat(path, how));
        const target = stats.isSymbolicLink() ? await mount.readlink(path, how) : undefined;
        const name = path === "/" ? mount.exportPath : `${mount.exportPath}${path}`.replace(/^\/\//, "/");
        if (options.json) console.log(JSON.stringify({ path: name, ...statJson(stats), target }, null, 2));
        else console.log(statLines(name, stats, target).join("\n"));
      }),
    );
}

/** As numbers where they are exact, 64-bit values as strings. */
export function statJson(s: Stats): { readonly [name: string]: unknown } {
  return {
    type: typeName(s),
    mode: s.mode,
    nlink: s.nlink,
    uid: s.uid,
    gid: s.gid,
    size: s.size,
    blocks: s.blocks,
    fsid: String(s.attr.fsid),
    fileid: String(s.attr.fileid),
    atime: isoNs(s.atimeNs),
    mtime: isoNs(s.mtimeNs),
    ctime: isoNs(s.ctimeNs),
  };
}

/** In the manner of stat(1). */
function statLines(name: string, s: Stats, target: string | undefined): string[] {
  const arrow = target === undefined ? "" : ` -> ${printable(target)}`;
  const permissions = (s.mode & 0o7777).toString(8).padStart(4, "0");
  return [
    `  File: ${printable(name)}${arrow}`,
    `  Size: ${String(s.size).padEnd(15)} Blocks: ${String(s.blocks).padEnd(10)} IO Block: ${s.blksize}   ${typeName(s)}`,
    `  Fsid: ${`0x${s.attr.fsid.toString(16)}`.padEnd(15)} Inode: ${String(s.attr.fileid).padEnd(11)} Links: ${s.nlink}`,
    `Access: (${permissions}/${modeText(s.mode)})  Uid: ${s.uid}   Gid: ${s.gid}`,
    `Access: ${isoNs(s.atimeNs)}`,
    `Modify: ${isoNs(s.mtimeNs)}`,
    `Change: ${isoNs(s.ctimeNs)}`,
  ];
}

function typeName(s: Stats): string {
  if (s.isFile()) return s.size === 0 ? "regular empty file" : "regular file";
  if (s.isDirectory()) return "directory";
  if (s.isSymbolicLink()) return "symbolic link";
  if (s.isBlockDevice()) return "block special file";
  if (s.isCharacterDevice()) return "character special file";
  return s.isSocket() ? "socket" : "fifo";
}

/** ISO 8601 in UTC with nine decimals. */
function isoNs(ns: bigint): string {
  const ms = Number(ns / 1_000_000n);
  const rest = (ns % 1_000_000_000n).toString().padStart(9, "0");
  return new Date(ms).toISOString().replace(/\.\d+Z$/, `.${rest}Z`);
}
