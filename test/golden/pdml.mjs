// What tshark reads in a capture, and the bytes it read it in.
import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";

/**
 * One RPC message as tshark sees it; places count from the xid.
 * @typedef {{ at: number, size: number, name: string, show: string }} Field
 * @typedef {{ frame: number, transport: "tcp" | "udp", bytes: Buffer, fields: Field[], answers: number | undefined }} Message
 */

/** Every RPC message of a capture (pcap), in order. Messages that span frames are left out, loudly. */
export function messages(file) {
  const settings = [
    "nfs.file_name_snooping:FALSE",
    "nfs.fhandle_find_both_reqrep:FALSE",
    "rpc.find_fragment_start:FALSE",
  ];
  const tshark = spawnSync(
    "tshark",
    ["-n", "-r", file, ...settings.flatMap((each) => ["-o", each]), "-Y", "rpc", "-T", "pdml"],
    { encoding: "latin1", maxBuffer: 1 << 30, env: { ...process.env, TZ: "UTC" } },
  );
  if (tshark.status !== 0) throw new Error(`tshark: ${tshark.stderr || tshark.error}`);
  const frames = pcapFrames(readFileSync(file));
  const found = [];
  for (const [, packet] of tshark.stdout.matchAll(/<packet>([\s\S]*?)<\/packet>/g)) {
    const frame = Number(/name="num" pos="0" show="(\d+)"/.exec(packet)?.[1]);
    const transport = packet.includes('<proto name="udp"') ? "udp" : "tcp";
    // A message's protocols follow each other: rpc, then the program's.
    for (const part of packet.split(/(?=<proto name="rpc")/).slice(1)) {
      const message = messageOf(part, frame, transport, frames[frame - 1]);
      if (message === undefined)
        process.stderr.write(`frame ${frame}: a message that is not in this frame alone\n`);
      else found.push(message);
    }
  }
  return found;
}

function messageOf(part, frame, transport, frameBytes) {
  const all = [];
  let length;
  let answers;
  for (const [, inside, ending] of part.matchAll(/<field ([^>]*?)(\/?)>/g)) {
    const field = attributes(inside);
    if (field.name === "rpc.fraglen") length = Number(field.show);
    if (field.name === "rpc.repframe") answers = Number(field.show);
    if (field.name !== undefined && field.show !== undefined) all.push({ ...field, leaf: ending === "/" });
  }
  const xid = all.find(({ name }) => name === "rpc.xid");
  if (xid === undefined) return undefined;
  const start = Number(xid.pos);
  const bytes = frameBytes.subarray(start, length === undefined ? undefined : start + length);
  if (bytes.subarray(0, 4).toString("hex") !== xid.value) return undefined;
  if (length !== undefined && bytes.length < length) return undefined;
  const fields = [];
  for (const { name, size, pos, show, leaf, hide, unmaskedvalue } of all) {
    const at = Number(pos) - start;
    if (at < 0 || size === "0" || hide === "yes" || unmaskedvalue !== undefined || derived.has(name))
      continue;
    // Made of a credential that is none, and of bodies that tshark does not know.
    if (/^(rpc\.authgss\.|data\.|rpc\.unknown_body)/.test(name)) continue;
    if (leaf || wholes.has(name)) fields.push({ at, size: Number(size), name, show });
  }
  return { frame, transport, bytes, fields, answers };
}

/** Things tshark makes up, or shows once more. */
const derived = new Set(["", "nfs.fh.hash", "nfs.status", "rpc.fraglen", "rpc.lastfrag"]);
/** Fields whose children are their single bits. */
const wholes = new Set(["nfs.mode3", "nfs.access_check", "nfs.access_rights", "nfs.fsinfo.properties"]);

function attributes(text) {
  const found = {};
  for (const [, key, value] of text.matchAll(/(\w+)="([^"]*)"/g)) found[key] = plainText(value);
  return found;
}

const entities = { quot: '"', amp: "&", lt: "<", gt: ">", apos: "'" };

function plainText(text) {
  return text.replace(/&(?:#x([0-9a-f]+)|#(\d+)|(\w+));/gi, (_, hex, decimal, name) =>
    name === undefined
      ? String.fromCharCode(Number.parseInt(hex ?? decimal, hex === undefined ? 10 : 16))
      : entities[name],
  );
}

function pcapFrames(file) {
  if (file.readUInt32LE(0) !== 0xa1b2c3d4) throw new Error("not a pcap file of this machine's byte order");
  const frames = [];
  for (let at = 24; at + 16 <= file.length; ) {
    const length = file.readUInt32LE(at + 8);
    frames.push(file.subarray(at + 16, at + 16 + length));
    at += 16 + length;
  }
  return frames;
}
