import { type Service, type ServiceOptions, service } from "../../sunrpc/mod.js";
import type { Exports } from "../exports.js";
import { directories } from "./directories.js";
import { files } from "./files.js";
import { filesystems } from "./filesystems.js";
import { modifications } from "./modifications.js";
import { NFS_V3 } from "./nfs3.gen.js";

/** What must not run twice for one call: as knfsd and ganesha have it, those that modify, but for COMMIT. */
const ONCE = [
  "SETATTR",
  "WRITE",
  "CREATE",
  "MKDIR",
  "SYMLINK",
  "MKNOD",
  "REMOVE",
  "RMDIR",
  "RENAME",
  "LINK",
].map((name) => `NFSPROC3_${name}`);

/**
 * Serves NFSv3 (RFC 1813) from `exports`. Procedures that only read are whole; those that modify answer
 * NFS3ERR_ROFS on a read-only export and NFS3ERR_NOTSUPP elsewhere.
 */
export function server(exports: Exports, options: ServiceOptions = {}): Service {
  return service(
    NFS_V3,
    { ...files(exports), ...directories(exports), ...filesystems(exports), ...modifications(exports) },
    { once: ONCE, ...options },
  );
}
