// A capture of Debian's own clients and of libnfs talking to nfs-ganesha and rpcbind. Inside a namespace of one's own only.
import { spawnSync } from "node:child_process";
import { chmodSync, mkdirSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import { connect } from "node:net";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { scratch, startGanesha, startRpcbind } from "../peers/ganesha.mjs";
import { run, start, until } from "../peers/process.mjs";

const HOST = "127.0.0.1";
const EXPORT = "/srv/golden";

/** Records the traffic; resolves to the capture's path (pcap). */
export async function capture() {
  const dir = scratch();
  const client = compile(dir);
  fill();
  const rpcbind = await startRpcbind();
  const ganesha = await startGanesha(dir, [
    { path: EXPORT, fsal: "VFS" },
    { path: "/mem", fsal: "MEM" },
  ]);
  const file = join(dir, "golden.pcap");
  const dumpcap = start("dumpcap", ["-P", "-q", "-i", "lo", "-w", file]);
  await until("dumpcap", async () => dumpcap.output.includes("File: "));
  await talk(client);
  await settled(file);
  await dumpcap.stop("SIGINT");
  await ganesha.stop();
  await rpcbind.stop();
  return file;
}

function compile(dir) {
  const source = fileURLToPath(new URL("client.c", import.meta.url));
  const target = join(dir, "client");
  const done = spawnSync("gcc", ["-D_GNU_SOURCE", "-Wall", "-o", target, source, "-lnfs"], {
    encoding: "utf8",
  });
  if (done.status !== 0)
    throw new Error(`client.c does not compile (apt-get install gcc libnfs-dev):\n${done.stderr}`);
  return target;
}

/** The export: a tmpfs in our own mount namespace, so that its path is the same everywhere. */
function fill() {
  const done = spawnSync("mount", ["-t", "tmpfs", "tmpfs", "/srv"], { encoding: "utf8" });
  if (done.status !== 0) throw new Error(`no tmpfs at /srv: ${done.stderr}`);
  const at = (name) => join(EXPORT, name);
  mkdirSync(at("open"), { recursive: true });
  mkdirSync(at("open/full"));
  mkdirSync(at("closed"));
  writeFileSync(at("file.txt"), "a file to be read, written and linked\n");
  writeFileSync(at("open/full/one"), "");
  writeFileSync(Buffer.concat([Buffer.from(at("späce ")), Buffer.from([0xff]), Buffer.from(".txt")]), "");
  writeFileSync(at("closed/secret"), "");
  symlinkSync("file.txt", at("link"));
  chmodSync(EXPORT, 0o777);
  chmodSync(at("open"), 0o777);
  chmodSync(at("closed"), 0o700);
  spawnSync("chown", ["1000:100", at("file.txt")]);
}

async function talk(client) {
  const commands = [
    [client, HOST, EXPORT],
    ["nfs-ls", `nfs://${HOST}${EXPORT}`],
    ["nfs-cat", `nfs://${HOST}${EXPORT}/file.txt`],
    ["nfs-ls", `nfs://${HOST}/mem`],
    ["showmount", "-e", HOST],
    ["showmount", "-a", HOST],
    ["showmount", "-d", HOST],
    ["rpcinfo", "-p", HOST],
    ["rpcinfo", "-s", HOST],
    ["rpcinfo", "-m", HOST],
    ["rpcinfo", "-l", HOST, "100003", "3"],
    ["rpcinfo", "-T", "tcp", HOST, "100003", "3"],
    ["rpcinfo", "-T", "udp", HOST, "100005"],
    ["rpcinfo", "-t", HOST, "100003"],
    ["rpcinfo", "-u", HOST, "100003", "3"],
    ["rpcinfo", "-u", HOST, "100005", "3"],
    ["rpcinfo", "-n", "2049", "-t", HOST, "536870978", "1"],
  ];
  for (const [command, ...args] of commands) {
    // The host's name is in credentials: let it be nobody's.
    const inside = ["--uts", "sh", "-c", 'hostname client.example && exec "$@"', "sh", command, ...args];
    const done = await run("unshare", inside);
    process.stdout.write(`${command === client ? "client.c" : [command, ...args].join(" ")}: ${done.code}\n`);
    if (command === client && done.code !== 0) throw new Error(done.stderr);
  }
  for (const [port, words] of oddCalls) await ask(port, words);
}

const [CALL, NFS, V3] = [0, 100003, 3];
const NO_AUTH = [0, 0];
/** What no client says: the refusals of RFC 5531 §9. Ports, and words from the xid on. */
const oddCalls = [
  [2049, [0x0dd00001, CALL, 3, NFS, V3, 0, ...NO_AUTH, ...NO_AUTH]], // another version of RPC
  [111, [0x0dd00002, CALL, 3, 100000, 2, 0, ...NO_AUTH, ...NO_AUTH]],
  [2049, [0x0dd00003, CALL, 2, NFS, V3, 99, ...NO_AUTH, ...NO_AUTH]], // no such procedure
  [111, [0x0dd00004, CALL, 2, 100000, 4, 99, ...NO_AUTH, ...NO_AUTH]],
  [2049, [0x0dd00005, CALL, 2, NFS, V3, 1, ...NO_AUTH, ...NO_AUTH, 64, 0]], // arguments that end too early
  [111, [0x0dd00006, CALL, 2, 100000, 3, 3, ...NO_AUTH, ...NO_AUTH, 1]],
  [2049, [0x0dd00007, CALL, 2, NFS, V3, 1, 77, 0, ...NO_AUTH, 0]], // an unknown flavor
  [2049, [0x0dd00008, CALL, 2, NFS, V3, 1, 6, 8, 9, 9, ...NO_AUTH, 0]], // a credential that is none
  [2049, [0x0dd00009, CALL, 2, NFS, 9, 0, ...NO_AUTH, ...NO_AUTH]], // no such version
  [111, [0x0dd0000a, CALL, 2, 100000, 9, 0, ...NO_AUTH, ...NO_AUTH]],
];

/** One call on a connection of its own; some servers answer by closing it. */
async function ask(port, words) {
  const record = Buffer.alloc(4 + 4 * words.length);
  record.writeUInt32BE((0x80000000 | (4 * words.length)) >>> 0, 0);
  for (const [i, word] of words.entries()) record.writeUInt32BE(word, 4 + 4 * i);
  const answer = await new Promise((resolve) => {
    const socket = connect(port, HOST, () => socket.write(record));
    const timer = setTimeout(() => resolve("nothing"), 2000);
    socket.once("data", (bytes) => resolve(`${bytes.length} bytes`));
    socket.once("end", () => resolve("a FIN"));
    socket.once("error", (error) => resolve(error.code));
    socket.once("close", () => clearTimeout(timer));
    socket.unref();
    setTimeout(() => socket.destroy(), 2100).unref();
  });
  process.stdout.write(`${words[0].toString(16)} at port ${port}: ${answer}\n`);
}

/** dumpcap writes when it likes. */
async function settled(file) {
  for (let before = -1; before !== statSync(file).size; ) {
    before = statSync(file).size;
    await sleep(1000);
  }
}
