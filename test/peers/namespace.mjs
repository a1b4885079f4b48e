// A machine of one's own for a test file: network, mounts and processes that vanish with it. The port mapper's
// port 111, /run/rpcbind.sock and every daemon are then nobody else's, and nothing has to be cleaned up.
import { spawn, spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { delimiter, join } from "node:path";
import { fileURLToPath } from "node:url";

const inside = "UNSTUCK_TEST_NAMESPACE";

/** Which Debian package has a command we use as a peer. */
const packages = {
  "ganesha.nfsd": "nfs-ganesha nfs-ganesha-vfs nfs-ganesha-mem",
  rpcbind: "rpcbind",
  rpcinfo: "rpcbind",
  showmount: "nfs-common",
  "nfs-ls": "libnfs-utils",
  "nfs-cat": "libnfs-utils",
  tshark: "tshark",
  ip: "iproute2",
  unshare: "util-linux",
  setpriv: "util-linux",
  gcc: "gcc libc6-dev",
};

/**
 * Runs the module `url` again inside namespaces of its own; the first process only waits and never returns.
 * Resolves inside: to false, or to the reason why tests have to be skipped (a missing command or a missing right).
 */
export async function enter(url, commands = []) {
  const missing = ["unshare", "setpriv", "ip", ...commands].filter((command) => !onPath(command));
  if (missing.length > 0) {
    return `needs ${missing.join(", ")}: apt-get install ${[...new Set(missing.map((command) => packages[command] ?? command))].join(" ")}`;
  }
  if (process.env[inside] !== undefined) return false;
  const own = ["--net", "--mount", "--pid", "--fork", "--kill-child", "--mount-proc"];
  const may = spawnSync("unshare", [...own, "true"], { encoding: "utf8" });
  if (may.status !== 0) {
    return `needs namespaces of its own, which this machine refuses (${(may.stderr || String(may.error)).trim()}); run as root`;
  }
  const script =
    'ip link set lo up && mount -t tmpfs tmpfs /run && mount -t tmpfs tmpfs /var/lib/nfs && exec "$@"';
  // The kernel ends everything inside when this process dies, however it dies.
  const child = spawn(
    "setpriv",
    [
      "--pdeathsig",
      "KILL",
      "unshare",
      ...own,
      "sh",
      "-c",
      script,
      "sh",
      process.execPath,
      fileURLToPath(url),
      ...process.argv.slice(2),
    ],
    { stdio: "inherit", env: { ...process.env, [inside]: "1" } },
  );
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) process.on(signal, () => child.kill("SIGKILL"));
  const code = await new Promise((resolve, reject) => {
    child.once("error", reject);
    child.once("exit", (status) => resolve(status ?? 1));
  });
  process.exit(code);
}

/** A path of a command, or undefined. */
export function onPath(command) {
  const folders = [...(process.env.PATH ?? "").split(delimiter), "/usr/sbin", "/sbin"];
  return folders.map((folder) => join(folder, command)).find((path) => existsSync(path));
}
