// The servers under test, each with the handles that clients need: an export's root and a file of 64 MiB in it.
import { once } from "node:events";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { connect } from "../packages/unstuck/dist/node/mod.js";
import { mount3, nfs3 } from "../packages/unstuck/dist/program/mod.js";
import { startGanesha, startRpcbind } from "../test/peers/ganesha.mjs";
import { start } from "../test/peers/process.mjs";

const here = (name) => fileURLToPath(new URL(name, import.meta.url));
export const fileName = "file.bin";

/**
 * A server from memory, in C: the ideal peer, and the server side of the raw limit. `awake`: it does not sleep while it
 * is asked now and then, so its clients never have to wake it.
 */
export async function idealServer(core, awake = false) {
  const daemon = start("taskset", [
    "-c",
    String(core),
    here("build/ideal-server"),
    ...(awake ? ["awake"] : []),
  ]);
  const [port] = await once(daemon.child.stdout, "data");
  const handle = "fb".repeat(32);
  return {
    name: "ideal (C)",
    daemon,
    pid: daemon.pid,
    target: ["127.0.0.1", String(port).trim(), handle, handle, fileName],
  };
}

/** Our server, in a process of its own: `kind` is disk or memory. */
export async function ourServer(core, kind, dir) {
  const daemon = start("taskset", ["-c", String(core), process.execPath, here("server.mjs"), kind, dir]);
  const [line] = await Promise.race([
    once(daemon.child.stdout, "data"),
    once(daemon.child, "exit").then(() =>
      Promise.reject(new Error(`our server ended at once: ${daemon.output}`)),
    ),
  ]);
  const { port, mountPort, path } = JSON.parse(String(line));
  return { name: `ours, ${kind}`, daemon, pid: daemon.pid, target: await target(port, mountPort, path) };
}

/** nfs-ganesha with two exports; both entries are the same process. */
export async function ganeshaServers(core, dir) {
  await startRpcbind();
  const daemon = await startGanesha(dir, [
    { path: dir, fsal: "VFS" },
    { path: "/mem", fsal: "MEM" },
  ]);
  await pin(daemon.pid, core);
  const { port, mountPort } = daemon;
  return [{ name: "ganesha VFS", daemon, pid: daemon.pid, target: await target(port, mountPort, dir) }];
}

/** The folder that servers serve. */
export function makeFiles(dir) {
  mkdirSync(dir, { recursive: true });
  const bytes = Buffer.alloc(64 << 20);
  for (let i = 0; i < bytes.length; i += 4096) bytes.writeUInt32BE(i, i);
  writeFileSync(join(dir, fileName), bytes);
}

async function pin(pid, core) {
  const done = start("taskset", ["-a", "-c", "-p", String(core), String(pid)]);
  await once(done.child, "close");
}

async function target(port, mountPort, path) {
  const host = "127.0.0.1";
  const mountd = await connect({
    host,
    port: mountPort,
    program: mount3.MOUNT_PROGRAM,
    version: 3,
    wait: true,
  });
  const mounted = await mountd.call(mount3.MOUNTPROC3_MNT, path);
  await mountd.close();
  if (mounted.fhs_status !== mount3.mountstat3.MNT3_OK) throw new Error(`MNT ${path}: ${mounted.fhs_status}`);
  const dir = mounted.mountinfo.fhandle;
  const nfs = await connect({ host, port, program: nfs3.NFS_PROGRAM, version: 3, wait: true });
  const found = await nfs.call(nfs3.NFSPROC3_LOOKUP, { what: { dir: { data: dir }, name: fileName } });
  await nfs.close();
  if (found.status !== nfs3.nfsstat3.NFS3_OK) throw new Error(`LOOKUP ${fileName}: ${found.status}`);
  const hex = (bytes) => Buffer.from(bytes).toString("hex");
  return [host, String(port), hex(found.resok.object.data), hex(dir), fileName];
}
