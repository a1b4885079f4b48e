import { type CallContext, type Service, type ServiceOptions, service } from "../../sunrpc/mod.js";
import { type Answer, FileType, run, type Steps, VfsError, type VfsErrorCode, wait } from "../../vfs/mod.js";
import type { Exports } from "../exports.js";
import { type exports, MNTPATHLEN, MOUNT_V1, MOUNT_V3, type mountlist, mountstat3 } from "./mount.gen.js";
import { MountList } from "./mount-list.js";

/** auth_flavor numbers in the order we prefer them: AUTH_SYS, AUTH_NONE. */
const AUTH_FLAVORS = [1, 0];
/** MNT of version 1 asks for a handle of NFSv2, which is not served. EACCES, for every client knows it. */
const FHS_REFUSED = 13;

type MountFailure = Exclude<mountstat3, typeof mountstat3.MNT3_OK>;

/**
 * Serves MOUNT version 3 (RFC 1813 §5) and, for the clients that list with it, version 1. `list`: who mounted
 * what; the two versions share it.
 */
export function servers(table: Exports, options: ServiceOptions = {}, list = new MountList()): Service[] {
  const dump = (): mountlist =>
    list.entries().map(({ host, path }) => ({ ml_hostname: host, ml_directory: path }));
  const umnt = (path: string, { peer }: CallContext): void => list.remove(peer.address, path);
  const umntall = (_: unknown, { peer }: CallContext): void => list.removeAll(peer.address);
  const exported = (): exports => exportList(table);
  return [
    service(
      MOUNT_V3,
      {
        MOUNTPROC3_MNT: (path, context) => mnt(table, list, path, context),
        MOUNTPROC3_DUMP: dump,
        MOUNTPROC3_UMNT: umnt,
        MOUNTPROC3_UMNTALL: umntall,
        MOUNTPROC3_EXPORT: exported,
      },
      options,
    ),
    service(
      MOUNT_V1,
      {
        MOUNTPROC_MNT: () => ({ fhs_status: FHS_REFUSED }),
        MOUNTPROC_DUMP: dump,
        MOUNTPROC_UMNT: umnt,
        MOUNTPROC_UMNTALL: umntall,
        MOUNTPROC_EXPORT: exported,
        MOUNTPROC_EXPORTALL: exported,
      },
      options,
    ),
  ];
}

type MntRes =
  | { fhs_status: typeof mountstat3.MNT3_OK; mountinfo: { fhandle: Uint8Array; auth_flavors: number[] } }
  | { fhs_status: MountFailure };

function mnt(table: Exports, list: MountList, path: string, { peer }: CallContext): Answer<MntRes> {
  return run(steps());

  function* steps(): Steps<MntRes> {
    try {
      const fhandle = yield* open(table, path, peer);
      list.add(peer.address, path);
      return { fhs_status: mountstat3.MNT3_OK, mountinfo: { fhandle, auth_flavors: AUTH_FLAVORS } };
    } catch (error) {
      if (error instanceof VfsError) return { fhs_status: STATUS[error.code] ?? mountstat3.MNT3ERR_IO };
      throw error;
    }
  }
}

/** The handle of the directory `path`: an export, or below one. Symbolic links are not followed. */
function* open(table: Exports, path: string, peer: CallContext["peer"]): Steps<Uint8Array> {
  if (!path.startsWith("/")) throw new VfsError("EINVAL", "the path must be absolute");
  const found = table.find(path);
  if (found === undefined) throw new VfsError("ENOENT", `${path} is not exported`);
  const { vfs } = found.export;
  if (!found.export.allows(peer)) throw new VfsError("EACCES", `${path} is not exported to ${peer.address}`);
  let node = vfs.root;
  let attr = yield* wait(vfs.getattr(node));
  for (const name of found.names) ({ node, attr } = yield* wait(vfs.lookup(node, name)));
  if (attr.type !== FileType.DIR) throw new VfsError("ENOTDIR", `${path} is not a directory`);
  return found.export.handle(node);
}

const STATUS: { readonly [C in VfsErrorCode]?: MountFailure } = {
  EPERM: mountstat3.MNT3ERR_PERM,
  ENOENT: mountstat3.MNT3ERR_NOENT,
  ESTALE: mountstat3.MNT3ERR_NOENT,
  EACCES: mountstat3.MNT3ERR_ACCES,
  ENOTDIR: mountstat3.MNT3ERR_NOTDIR,
  EINVAL: mountstat3.MNT3ERR_INVAL,
  ENAMETOOLONG: mountstat3.MNT3ERR_NAMETOOLONG,
  ENOTSUPP: mountstat3.MNT3ERR_NOTSUPP,
  ESERVERFAULT: mountstat3.MNT3ERR_SERVERFAULT,
};

function exportList(table: Exports): exports {
  return table.list
    .filter(({ path }) => path.length <= MNTPATHLEN)
    .map(({ path, clients }) => ({
      ex_dir: path,
      ex_groups: (clients ?? []).map((gr_name) => ({ gr_name })),
    }));
}
