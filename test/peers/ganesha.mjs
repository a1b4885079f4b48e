// nfs-ganesha and rpcbind as real peers. To be used inside a namespace of one's own (namespace.mjs): rpcbind takes every
// address of the host, and ganesha will not start without it.
import { mkdirSync, mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { run, start, until } from "./process.mjs";

/** A folder on the namespace's own tmpfs: ganesha's VFS finds file handles there (an overlay has none), and it vanishes with us. */
export function scratch() {
  return mkdtempSync("/run/unstuck-");
}

export async function startRpcbind() {
  // -w, a warm start, is the only way not to need its state folder.
  const daemon = start("rpcbind", ["-f", "-w"]);
  await until("rpcbind", async () => daemon.exited || (await run("rpcinfo", ["-p", "127.0.0.1"])).code === 0);
  if (daemon.exited) throw new Error(`rpcbind ended at once: ${daemon.output}`);
  return daemon;
}

/** Starts ganesha on every address of the namespace over `exports`: `{ path, fsal: "VFS" | "MEM" }`. rpcbind has to be running. */
export async function startGanesha(dir, exports, { port = 2049, mountPort = 20048 } = {}) {
  const blocks = exports.map(
    ({ path, fsal }, index) =>
      `EXPORT { Export_Id = ${index + 1}; Path = ${path}; Pseudo = /export${index + 1}; FSAL { Name = ${fsal}; } }`,
  );
  const plugins =
    ["/usr/lib/x86_64-linux-gnu/ganesha", "/usr/lib/aarch64-linux-gnu/ganesha"].find(exists) ??
    "/usr/lib/ganesha";
  const config = `
NFS_CORE_PARAM {
  Protocols = 3; NFS_Port = ${port}; MNT_Port = ${mountPort};
  Enable_NLM = false; Enable_RQUOTA = false; Plugins_Dir = "${plugins}";
}
EXPORT_DEFAULTS { Access_Type = RW; Squash = none; SecType = sys, none; Protocols = 3; Transports = TCP, UDP; }
MEM { Inode_Size = 1114112; }
${blocks.join("\n")}
LOG { Default_Log_Level = EVENT; }
`;
  mkdirSync(join(dir, "ganesha"), { recursive: true });
  const file = (name) => join(dir, "ganesha", name);
  writeFileSync(file("conf"), config);
  const daemon = start("ganesha.nfsd", [
    "-F",
    "-f",
    file("conf"),
    "-L",
    file("log"),
    "-p",
    file("pid"),
    "-N",
    "NIV_EVENT",
  ]);
  const log = () => (exists(file("log")) ? readFileSync(file("log"), "utf8") : "");
  await until("nfs-ganesha", async () => {
    if (daemon.exited) throw new Error(`nfs-ganesha ended at once: ${daemon.output}${log()}`);
    return (
      log().includes("NFS SERVER INITIALIZED") &&
      (await run("rpcinfo", ["-n", String(port), "-t", "127.0.0.1", "100003", "3"])).code === 0
    );
  });
  return Object.assign(daemon, { port, mountPort, log });
}

function exists(path) {
  try {
    readFileSync(path);
    return true;
  } catch (error) {
    return error.code === "EISDIR";
  }
}
