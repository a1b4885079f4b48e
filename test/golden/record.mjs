// Makes the golden files anew: `node test/golden/record.mjs`, as root, where the peers are installed. Read the difference before
// committing it: handles, times and sizes are new each time, the rest should have reasons.
import { spawnSync } from "node:child_process";
import { readdirSync, rmSync, writeFileSync } from "node:fs";
import { enter } from "../peers/namespace.mjs";
import { capture } from "./capture.mjs";
import { print } from "./format.mjs";
import { messages } from "./pdml.mjs";
import { files, nameIn, outcome, procedureOf, readCall, readReply } from "./rpc.mjs";

const commands = ["ganesha.nfsd", "rpcbind", "rpcinfo", "showmount", "nfs-ls", "nfs-cat", "gcc", "tshark"];
const missing = await enter(import.meta.url, commands);
if (missing !== false) {
  process.stderr.write(`record: ${missing}\n`);
  process.exit(1);
}
const folder = new URL(".", import.meta.url);
const head = [
  "Recorded by test/golden/record.mjs: Debian's own clients and libnfs (client.c) with nfs-ganesha and rpcbind.",
  "A row: place in the message (no record mark), bytes, and what tshark reads there.",
  "Versions:",
  ...["nfs-ganesha", "rpcbind", "libnfs13", "nfs-common", "tshark"].map(
    (name) => `  ${name} ${version(name)}`,
  ),
];

const chosen = choose(pair(messages(await capture())));
for (const old of readdirSync(folder).filter((name) => name.endsWith(".txt"))) rmSync(new URL(old, folder));
for (const name of [...files, "refusals"]) {
  const list = chosen.filter(({ file }) => file === name);
  writeFileSync(new URL(`${name}.txt`, folder), print(head, list));
  process.stdout.write(`${name}.txt: ${list.length} exchanges\n`);
}
process.exit();

/** Calls with their replies. */
function pair(all) {
  const xidOf = ({ bytes }) => bytes.readUInt32BE(0);
  return all.flatMap((reply) => {
    const call = all.find((each) => each.frame === reply.answers && xidOf(each) === xidOf(reply));
    return call === undefined ? [] : [{ transport: reply.transport, call, reply }];
  });
}

/** The first exchange of each procedure, outcome, transport and set of fields: what comes later says the same. */
function choose(pairs) {
  const seen = new Set();
  return pairs.map(named).filter((each) => {
    const names = new Set(
      [...each.call.fields, ...each.reply.fields].map(({ name, show }) => name + variant(name, show)),
    );
    const key = [each.file, each.title, each.transport, ...[...names].sort()].join(" ");
    return !seen.has(key) && seen.add(key);
  });
}

/** Fields whose values decide what follows are told apart by them. */
function variant(name, show) {
  if (/name$/.test(name) && !/^[ -~]*$/.test(show)) return "odd";
  return /follows?$|set_it|createmode|auth\.flavor|eof|check/.test(name) ? show : "";
}

function named({ transport, call, reply }) {
  const { header, procedure } = readCall(call.bytes);
  const answer = readReply(reply.bytes, procedure);
  const said = outcome(answer.header);
  const { prog, vers, proc } = header.body.cbody;
  const name = procedure?.name ?? `procedure ${proc} of program ${prog} version ${vers}`;
  const file = said === "SUCCESS" ? procedureOf(header.body.cbody).file : "refusals";
  return {
    file,
    title: `${name} ${said === "SUCCESS" ? status(answer) : said}`.trim(),
    transport,
    call,
    reply,
  };
}

/** The name of the results' own status, if they have one. */
function status({ codec, body }) {
  const { shape } = codec;
  if (shape.kind !== "union") return "";
  const value = body({ trailing: true })[shape.on.name];
  const on = shape.on.type();
  return on.shape.kind === "enum" ? (nameIn(on.shape.values, value) ?? "") : `status ${value}`;
}

function version(name) {
  return spawnSync("dpkg-query", ["-W", "-f", "${Version}", name], { encoding: "utf8" }).stdout || "unknown";
}
