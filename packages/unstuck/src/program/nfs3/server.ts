import { type Service, type ServiceOptions, service } from "../../sunrpc/mod.js";
import type { Exports } from "../exports.js";
import { directories } from "./directories.js";
import { files } from "./files.js";
import { filesystems } from "./filesystems.js";
import { modifications } from "./modifications.js";
import { NFS_V3 } from "./nfs3.gen.js";

/**
 * Serves NFSv3 (RFC 1813) from `exports`. Procedures that only read are whole; those that modify answer
 * NFS3ERR_ROFS on a read-only export and NFS3ERR_NOTSUPP elsewhere.
 */
export function server(exports: Exports, options: ServiceOptions = {}): Service {
  return service(
    NFS_V3,
    { ...files(exports), ...directories(exports), ...filesystems(exports), ...modifications(exports) },
    options,
  );
}
