// tshark as a witness: it has to see in our traffic exactly what we say is in it, and nothing malformed.
import assert from "node:assert/strict";
import { mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { before, describe, test } from "node:test";
import { connect, mount, nfsd, QUICK } from "../../packages/unstuck/dist/node/mod.js";
import { mount3, nfs3, rpcbind } from "../../packages/unstuck/dist/program/mod.js";
import { decode } from "../../packages/unstuck/dist/xdr/mod.js";
import { leaves } from "../golden/leaves.mjs";
import { means } from "../golden/names.mjs";
import { messages } from "../golden/pdml.mjs";
import { auth_flavor, authsys_parms, procedureOf, readCall, readReply, rpc_msg } from "../golden/rpc.mjs";
import { startCapture } from "../peers/capture.mjs";
import { scratch, startGanesha, startRpcbind } from "../peers/ganesha.mjs";
import { enter } from "../peers/namespace.mjs";
import { run } from "../peers/process.mjs";

const commands = [
  "tshark",
  "dumpcap",
  "rpcbind",
  "rpcinfo",
  "showmount",
  "nfs-ls",
  "nfs-cat",
  "ganesha.nfsd",
];
const skip = await enter(import.meta.url, commands);
const HOST = "127.0.0.1";
/** PI_ERROR of its expert information. */
const ERROR = 0x800000;
const names = ["file.txt", "späce ünd so", "日本", ...Array.from({ length: 200 }, (_, index) => `n${index}`)];

describe("tshark and we read the same", { skip, timeout: 120_000 }, () => {
  describe("in our server's traffic with our client, libnfs and Debian's tools", () => {
    witness("/export", async (dir) => {
      const exports = [{ path: "/export", dir, disk: { stateDir: null } }];
      const server = await nfsd({ exports, host: HOST, port: 2049, mountPort: 20048, rpcbind: "own" });
      await ourClient("/export");
      await refusals();
      for (const [command, ...args] of [
        ["nfs-ls", `nfs://${HOST}/export`],
        ["nfs-cat", `nfs://${HOST}/export/file.txt`],
        ["showmount", "-e", HOST],
        ["showmount", "-a", HOST],
        ["rpcinfo", "-p", HOST],
        ["rpcinfo", "-s", HOST],
        ["rpcinfo", "-t", HOST, "100003"],
        ["rpcinfo", "-u", HOST, "100005", "3"],
      ]) {
        const done = await run(command, args);
        assert.equal(done.code, 0, `${command} ${args.join(" ")}: ${done.stderr}`);
      }
      await server.close();
    });
  });

  describe("in our client's traffic with nfs-ganesha and Debian's rpcbind", () => {
    witness("ganesha", async (dir, scratchDir) => {
      const portMapper = await startRpcbind();
      const ganesha = await startGanesha(scratchDir, [{ path: dir, fsal: "VFS" }]);
      await ourClient(dir);
      await ganesha.stop();
      await portMapper.stop();
    });
  });
});

/** Captures what `talk` does, and adds the tests of what is in it. */
function witness(name, talk) {
  let found = [];
  let malformed;
  before(async () => {
    const dir = scratch();
    const served = join(dir, "served");
    fill(served);
    const capture = await startCapture(dir);
    await talk(served, dir);
    const file = await capture.stop();
    found = messages(file);
    malformed = await run("tshark", [
      "-n",
      "-r",
      file,
      "-Y",
      `_ws.malformed || _ws.expert.severity == ${ERROR}`,
    ]);
  });

  test(`${name}: nothing is malformed, no expert of tshark's finds an error`, () => {
    assert.equal(malformed.code, 0, malformed.stderr);
    assert.equal(malformed.stdout, "");
  });

  test(`${name}: every field of every message agrees`, () => {
    const calls = new Map();
    for (const message of found) agree(message, calls);
  });

  test(`${name}: every call has its reply`, () => {
    const asked = found.filter(({ fields }) => type(fields) === 0).length;
    assert.ok(asked > 50, `${asked} calls`);
    assert.equal(found.length, 2 * asked);
  });

  test(`${name}: every procedure that we use went by, over TCP and UDP`, () => {
    const seen = new Set();
    for (const { bytes, fields, transport } of found) {
      if (type(fields) !== 0) continue;
      const { procedure } = readCall(bytes);
      if (procedure !== undefined) seen.add(`${procedure.name} ${transport}`);
    }
    const used = [
      "GETATTR",
      "LOOKUP",
      "ACCESS",
      "READLINK",
      "READ",
      "READDIRPLUS",
      "FSSTAT",
      "FSINFO",
      "PATHCONF",
    ];
    for (const transport of ["tcp", "udp"]) {
      for (const each of used)
        assert.ok(seen.has(`NFSPROC3_${each} ${transport}`), `${each} over ${transport}`);
      for (const each of ["MNT", "UMNT"])
        assert.ok(seen.has(`MOUNTPROC3_${each} ${transport}`), `${each} over ${transport}`);
    }
  });
}

const type = (fields) => Number(fields.find(({ name }) => name === "rpc.msgtyp").show);

function fill(dir) {
  mkdirSync(dir, { recursive: true });
  for (const name of names) writeFileSync(join(dir, name), `this is ${name}\n`);
  symlinkSync("file.txt", join(dir, "link"));
}

/** Everything our client can ask, over both transports. */
async function ourClient(path) {
  for (const proto of ["tcp", "udp"]) {
    const nfs = await mount(`${HOST}:${path}`, `ro,hard,noac,proto=${proto},mountproto=${proto}`);
    await nfs.stat("/file.txt");
    await nfs.stat("/nothing").catch(() => {});
    await nfs.readdir("/");
    await nfs.readdir("/", { withFileTypes: true });
    for await (const entry of await nfs.opendir("/")) assert.ok(entry.name);
    await nfs.readFile("/file.txt");
    await nfs.readlink("/link");
    await nfs.access("/file.txt", 4);
    await nfs.statfs();
    await nfs.pathconf();
    const caller = await connect({
      host: HOST,
      program: nfs3.NFS_PROGRAM,
      version: 3,
      port: 2049,
      proto,
      policy: QUICK,
    });
    const nobody = { data: new Uint8Array(32).fill(7) };
    await caller.call(nfs3.NFSPROC3_GETATTR, { object: nobody });
    await caller.call(nfs3.NFSPROC3_READDIR, {
      dir: nobody,
      cookie: 0n,
      cookieverf: new Uint8Array(8),
      count: 4096,
    });
    await caller.call(nfs3.NFSPROC3_READDIRPLUS, {
      dir: await handle(path, proto),
      cookie: 0n,
      cookieverf: new Uint8Array(8),
      dircount: 1024,
      maxcount: 1300,
    });
    await caller.close();
    await nfs.unmount();
    const portMapper = await connect({
      host: HOST,
      program: 100000,
      version: 2,
      port: 111,
      proto,
      policy: QUICK,
    });
    for (const version of [2, 3, 4]) await rpcbind.dump(portMapper, version);
    await rpcbind.lookupPort(portMapper, { prog: 100003, vers: 3, netid: proto });
    await portMapper.close();
  }
}

async function handle(path, proto) {
  const mountd = await connect({
    host: HOST,
    program: 100005,
    version: 3,
    port: 20048,
    proto,
    policy: QUICK,
  });
  const { fhandle } = await mount3.mnt(mountd, path);
  await mount3.listExports(mountd);
  await mount3.mounts(mountd);
  await mountd.close();
  return { data: fhandle };
}

/** The replies of RFC 5531 §9 that are no success, and a procedure that modifies. */
async function refusals() {
  const nfs = await connect({ host: HOST, program: 100003, version: 3, port: 2049, policy: QUICK });
  const { arg, res } = nfs3.NFSPROC3_NULL;
  for (const numbers of [
    { prog: 100003, vers: 9, proc: 0 },
    { prog: 100003, vers: 3, proc: 99 },
    { prog: 400_000, vers: 1, proc: 0 },
  ]) {
    await assert.rejects(nfs.call({ name: "odd", ...numbers, arg, res }, undefined), { name: "RpcError" });
  }
  const root = await handle("/export", "tcp");
  const removed = await nfs.call(nfs3.NFSPROC3_REMOVE, { object: { dir: root, name: "file.txt" } });
  assert.notEqual(removed.status, nfs3.nfsstat3.NFS3_OK);
  await nfs.close();
}

/** Each of tshark's fields is a part of ours: same place, length, meaning and value. */
function agree({ frame, bytes, fields }, calls) {
  const xid = bytes.readUInt32BE(0);
  let read;
  let front;
  if (type(fields) === 0) {
    read = readCall(bytes);
    calls.set(xid, procedureOf(read.header.body.cbody)?.procedure);
    front = leaves(rpc_msg, read.header, 0).leaves;
    const { cred } = read.header.body.cbody;
    if (cred.flavor === auth_flavor.AUTH_SYS) {
      const at = front.find(({ path }) => path === "body.cbody.cred.body").at;
      front.push(...leaves(authsys_parms, decode(authsys_parms, cred.body), at).leaves);
    }
  } else {
    read = readReply(bytes, calls.get(xid));
    front = leaves(rpc_msg, read.header, 0).leaves;
  }
  const rest = leaves(read.codec, read.body(), read.at);
  assert.equal(rest.end, bytes.length, `frame ${frame}: all of it is read`);
  const byPlace = new Map(
    [...front, ...rest.leaves].filter(({ size }) => size > 0).map((leaf) => [leaf.at, leaf]),
  );
  for (const { at, size, name, show } of fields) {
    if (name === "rpc.fill_bytes") continue;
    const leaf = byPlace.get(at);
    const where = `frame ${frame}: tshark's ${name} at ${at}`;
    assert.ok(leaf !== undefined, `${where} is nothing of ours`);
    assert.equal(size, leaf.size, `${where} is as long as our ${leaf.path}`);
    assert.ok(means(name, leaf.path), `${where} is our ${leaf.path}`);
    assert.equal(
      shown(show, leaf.value),
      String(shown(leaf.value, leaf.value)),
      `${where} says the same as our ${leaf.path}`,
    );
  }
}

/** Both sides' values in one spelling: numbers in decimal, bytes in hex, text as its UTF-8 bytes. */
function shown(value, like) {
  if (like instanceof Uint8Array) {
    return typeof value === "string" ? value.replaceAll(":", "") : Buffer.from(value).toString("hex");
  }
  // tshark takes names for ASCII, and shows of others what it likes: there the place and the length have to do.
  if (typeof like === "string") return /^[ -~]*$/.test(like) ? value : "beyond ASCII";
  return String(BigInt(value));
}
