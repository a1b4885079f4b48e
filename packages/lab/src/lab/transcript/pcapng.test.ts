import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { pcapng } from "./pcapng.js";
import { packet, RUN, segment } from "./sample.fixture.js";

interface Block {
  readonly type: number;
  readonly body: DataView;
}

/** Blocks whose two lengths agree and that fill the file to its end. */
function blocksOf(file: Uint8Array): Block[] {
  const view = new DataView(file.buffer, file.byteOffset, file.byteLength);
  const blocks: Block[] = [];
  for (let at = 0; at < file.length; ) {
    const length = view.getUint32(at + 4, true);
    assert.equal(length % 4, 0);
    assert.equal(view.getUint32(at + length - 4, true), length);
    const body = new DataView(file.buffer, file.byteOffset + at + 8, length - 12);
    blocks.push({ type: view.getUint32(at, true), body });
    at += length;
  }
  return blocks;
}

/** Time in ns, the packet, and its comment. */
function packetOf({ body }: Block): { ns: bigint; packet: Uint8Array; comment: string } {
  const ns = (BigInt(body.getUint32(4, true)) << 32n) | BigInt(body.getUint32(8, true));
  const length = body.getUint32(12, true);
  const bytes = new Uint8Array(body.buffer, body.byteOffset + 20, length);
  const option = 20 + ((length + 3) & ~3);
  assert.equal(body.getUint16(option, true), 1);
  const comment = new Uint8Array(body.buffer, body.byteOffset + option + 4, body.getUint16(option + 2, true));
  return { ns, packet: bytes, comment: new TextDecoder().decode(comment) };
}

test("a section, a raw IP interface in nanoseconds, and a block for each packet", () => {
  const [section, device, ...packets] = blocksOf(pcapng(RUN));
  assert.equal(section!.type, 0x0a0d0d0a);
  assert.equal(section!.body.getUint32(0, true), 0x1a2b3c4d);
  assert.equal(device!.type, 1);
  assert.equal(device!.body.getUint16(0, true), 101);
  assert.equal(packets.length, 24);
  assert.ok(packets.every((block) => block.type === 6));
  const lost = packetOf(packets[5]!);
  assert.equal(lost.comment, "xs_tcp_send_request task 16 (dropped: blackhole to server)");
  assert.equal(lost.ns, 1_350_518_400_002_010_000n);
  assert.equal(lost.packet.length, 20 + 20 + 84);
});

test("bytes of a SYN, as they have to be", () => {
  const [, , syn] = blocksOf(pcapng([packet(0, segment("client", "S", 0x01020304), "tcp_connect")]));
  const hex = Array.from(packetOf(syn!).packet, (byte) => byte.toString(16).padStart(2, "0")).join("");
  assert.equal(
    hex,
    // version, length, id, DF, TTL and TCP, checksum, addresses
    "4500002c000140004006b64ec0a80164c0a801c8" +
      // ports, sequence, acknowledgment, length and flags, window, checksum, urgent pointer, MSS
      "03c30801010203040000000060023890cb4f0000" +
      "020405b4",
  );
});

test("a host without an IPv4 address cannot be in a capture", () => {
  const sent = segment("client", "S", 1);
  for (const host of ["server", "1.2.3", "1.2.3.256", "1..2.3"]) {
    assert.throws(() => pcapng([packet(0, { ...sent, dst: { host, port: 1 } }, "x")]), RangeError);
  }
});

/** Fields of each frame that tshark shows, with checksums checked; undefined, and said aloud, where there is none. */
function tshark(t: TestContext, file: Uint8Array, ...args: readonly string[]): string[] | undefined {
  const folder = mkdtempSync(join(tmpdir(), "unstuck-lab-"));
  try {
    const path = join(folder, "run.pcapng");
    writeFileSync(path, file);
    const checks = ["-o", "tcp.check_checksum:TRUE", "-o", "ip.check_checksum:TRUE"];
    const { stdout, stderr, status, error } = spawnSync("tshark", ["-n", "-r", path, ...checks, ...args], {
      encoding: "utf8",
    });
    if (error !== undefined && "code" in error && error.code === "ENOENT") {
      t.skip("NOT CHECKED AGAINST WIRESHARK: tshark is not installed");
      return undefined;
    }
    assert.equal(status, 0, stderr);
    return stdout.split("\n").slice(0, -1);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

const fields = (...names: readonly string[]): string[] => [
  "-T",
  "fields",
  "-E",
  "separator=|",
  ...names.flatMap((name) => ["-e", name]),
];

test("tshark reads flags, comments and right checksums", (t) => {
  const names = ["tcp.flags.str", "ip.checksum.status", "tcp.checksum.status", "frame.comment"];
  const rows = tshark(t, pcapng(RUN), ...fields(...names));
  if (rows === undefined) return;
  const told = RUN.flatMap((event) => {
    if (event.type !== "packet") return [];
    const { syn, ack, fin, rst, payload } = event.segment;
    const letters = [ack && "A", payload !== undefined && "P", rst && "R", syn && "S", fin && "F"];
    const dots = ["A", "P", "R", "S", "F"]
      .map((letter) => (letters.includes(letter) ? letter : "·"))
      .join("");
    const lost = event.dropped === undefined ? "" : ` (dropped: ${event.dropped})`;
    return [`·······${dots}|1|1|${event.cause}${lost}`];
  });
  assert.deepEqual(rows, told);
});

test("tshark dissects calls and replies as NFS, and finds nothing malformed", (t) => {
  const names = [
    "frame.number",
    "_ws.col.Protocol",
    "rpc.xid",
    "nfs.procedure_v3",
    "rpc.msgtyp",
    "nfs.status3",
  ];
  const rows = tshark(t, pcapng(RUN), "-Y", "rpc", ...fields(...names));
  if (rows === undefined) return;
  assert.deepEqual(rows, [
    "4|NFS|0x6dcaebc9|1|0|",
    "5|NFS|0x6dcaebc9|1|1|0",
    "6|NFS|0x6dcaebca|4|0|",
    "22|NFS|0x6dcaebca|4|0|",
    "23|NFS|0x6dcaebca|4|1|0",
  ]);
  assert.deepEqual(tshark(t, pcapng(RUN), "-Y", "_ws.malformed"), []);
});

test("tshark finds no size of a call or reply malformed", (t) => {
  const events = [];
  let seq = 1;
  for (const kind of ["call", "reply"] as const) {
    for (const proc of [0, 1, 3, 4, 19]) {
      for (let bytes = 100; bytes <= 200; bytes += 4) {
        const payload = { kind, xid: proc * 1000 + bytes, proc, bytes };
        events.push(packet(seq, segment(kind === "call" ? "client" : "server", ".", seq, 1, payload), "x"));
        seq += bytes;
      }
    }
  }
  const rows = tshark(t, pcapng(events), "-Y", "_ws.malformed");
  if (rows === undefined) return;
  assert.deepEqual(rows, []);
  const nfs = tshark(t, pcapng(events), "-Y", "nfs");
  assert.equal(nfs?.length, events.length);
});

test("tshark reads an ICMP error and the segment that it quotes", (t) => {
  const quoted = segment("client", "S", 1, 0);
  const icmp = { error: "host-unreachable", from: "192.168.1.1", quoted } as const;
  const capture = pcapng([packet(1, quoted, "x"), { type: "icmp", at: 2, icmp, effect: "sk_err 113" }]);
  const names = ["icmp.type", "icmp.code", "icmp.checksum.status", "tcp.dstport", "frame.comment"];
  const rows = tshark(t, capture, "-Y", "icmp", ...fields(...names));
  if (rows === undefined) return;
  assert.deepEqual(rows, ["3|1|1|2049|host-unreachable: sk_err 113"]);
  assert.deepEqual(tshark(t, capture, "-Y", "_ws.malformed"), []);
});
