import { nameOf } from "../../xdr/mod.js";
import type { Caller, CallOptions } from "../caller.js";
import {
  MOUNTPROC3_DUMP,
  MOUNTPROC3_EXPORT,
  MOUNTPROC3_MNT,
  MOUNTPROC3_UMNT,
  MOUNTPROC3_UMNTALL,
  mountstat3,
} from "./mount.gen.js";

/** What mountd gives for a path that may be mounted. */
export interface Mounted {
  /** The file handle of the directory: 1 to 64 bytes, a copy. */
  readonly fhandle: Uint8Array;
  /** RPC auth flavors the export takes, as numbers, in the server's order. Empty: it does not say. */
  readonly authFlavors: readonly number[];
}

/** One export: a directory and who may mount it (empty: everybody). */
export interface Export {
  readonly path: string;
  readonly groups: readonly string[];
}

/** One line of the server's list of mounts: as far as it remembers. */
export interface MountEntry {
  readonly host: string;
  readonly path: string;
}

const CODES: { readonly [status: string]: readonly [code: string, advice: string] } = {
  MNT3ERR_PERM: ["EPERM", "the server says this host may not mount it: check the export's list of hosts"],
  MNT3ERR_NOENT: [
    "ENOENT",
    "no such directory on the server: `unstuck showmount -e HOST` lists what it exports",
  ],
  MNT3ERR_IO: ["EIO", "the server reports an I/O error: look there"],
  MNT3ERR_ACCES: [
    "EACCES",
    "the server refuses it: check that it is exported to this host (`unstuck showmount -e HOST`), and whether the server insists on a privileged source port (option resvport, needs root)",
  ],
  MNT3ERR_NOTDIR: ["ENOTDIR", "it is a file: mount the directory it is in"],
  MNT3ERR_INVAL: ["EINVAL", "the server takes it for no valid path"],
  MNT3ERR_NAMETOOLONG: ["ENAMETOOLONG", "the path is too long for the server"],
  MNT3ERR_NOTSUPP: ["ENOTSUP", "the server does not support mounting it"],
  MNT3ERR_SERVERFAULT: ["EREMOTEIO", "mountd failed: its log on the server says why"],
};

/** mountd said no, or the export cannot be used as asked. */
export class MountError extends Error {
  override readonly name = "MountError";
  /** errno name, e.g. `EACCES`. */
  readonly code: string;
  /** mountstat3 name, e.g. `MNT3ERR_ACCES`; undefined when the finding is ours. */
  readonly status: string | undefined;
  readonly path: string;
  constructor(code: string, path: string, message: string, status?: string) {
    super(`${code}: cannot mount ${path}: ${message}`);
    this.code = code;
    this.status = status;
    this.path = path;
  }
}

/** MNT (RFC 1813 §5.2.1). Throws {@link MountError}. */
export async function mnt(caller: Caller, path: string, options?: CallOptions): Promise<Mounted> {
  const res = await caller.call(MOUNTPROC3_MNT, path, options);
  if (res.fhs_status !== mountstat3.MNT3_OK) {
    const status = nameOf(mountstat3, res.fhs_status) ?? `mountstat3 ${res.fhs_status}`;
    const [code, advice] = CODES[status] ?? ["EIO", status];
    throw new MountError(code, path, advice, status);
  }
  const { fhandle, auth_flavors } = res.mountinfo;
  if (fhandle.length === 0) throw new MountError("EPROTO", path, "the server gave an empty file handle");
  return { fhandle: fhandle.slice(), authFlavors: auth_flavors };
}

/** DUMP (RFC 1813 §5.2.2): who mounted what. */
export async function mounts(caller: Caller, options?: CallOptions): Promise<MountEntry[]> {
  const list = await caller.call(MOUNTPROC3_DUMP, undefined, options);
  return list.map((m) => ({ host: m.ml_hostname, path: m.ml_directory }));
}

/** UMNT (RFC 1813 §5.2.3): takes this host's mount of `path` off the server's list. Nothing else happens. */
export async function umnt(caller: Caller, path: string, options?: CallOptions): Promise<void> {
  await caller.call(MOUNTPROC3_UMNT, path, options);
}

/** UMNTALL (RFC 1813 §5.2.4): takes all mounts of this host off the server's list. */
export async function umntall(caller: Caller, options?: CallOptions): Promise<void> {
  await caller.call(MOUNTPROC3_UMNTALL, undefined, options);
}

/** EXPORT (RFC 1813 §5.2.5): what the server exports, and to whom. */
export async function listExports(caller: Caller, options?: CallOptions): Promise<Export[]> {
  const list = await caller.call(MOUNTPROC3_EXPORT, undefined, options);
  return list.map((e) => ({ path: e.ex_dir, groups: e.ex_groups.map((g) => g.gr_name) }));
}
