import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { diffLogs } from "./diff.js";
import { lineTest } from "./ignored.js";
import { LogSyntaxError } from "./log.js";
import { parseTcpdump } from "./tcpdump.js";

const WIRE = readFileSync(new URL("../../../testdata/wire-loop-3.6.0.txt", import.meta.url), "utf8");

test("the recorded packets are ten turns of handshake, FIN without data, FIN, ACK", () => {
  const { lines, truncated } = parseTcpdump(WIRE);
  assert.equal(truncated, undefined);
  const flags = lines.map(({ fields }) => fields["flags"]);
  const turn = ["S", "S.", ".", "F.", "F.", "."];
  assert.deepEqual(flags, Array.from({ length: 10 }, () => turn).flat());
  assert.deepEqual(
    new Set(lines.map(({ fields }) => fields["from"])),
    new Set(["192.168.1.100.963", "192.168.1.200.2049"]),
  );
  const fin = lines[3];
  assert.deepEqual([fin?.fields["seq"], fin?.fields["ack"], fin?.line], ["1", "1", 4]);
  assert.equal(lines[0]?.fields["seq"], undefined);
});

test("packets are compared as log lines are: endpoints are names, sequence numbers are relative", () => {
  const { lines } = parseTcpdump(WIRE);
  const other = parseTcpdump(
    WIRE.replaceAll("192.168.1.100.963", "10.0.0.1.700")
      .replace(/seq 19\d+/g, "seq 7")
      .replace(/17:37/g, "00:00"),
  );
  const diff = diffLogs(lines, other.lines);
  assert.equal(diff.same, true, diff.difference?.text);
  assert.equal(diff.followed, 60);
});

const CHANGES: readonly [what: string, from: string, to: string, line: number, because: RegExp][] = [
  [
    "a reset in place of the FIN",
    "Flags [F.]",
    "Flags [R.]",
    4,
    /recorded Flags \[F\.\], modelled Flags \[R\.\]/,
  ],
  ["data before the FIN", "seq 1, ack 1", "seq 85, ack 1", 4, /seq: recorded 1, modelled 85/],
  [
    "another source port",
    "100.963 > 192.168.1.200.2049: Flags [.], ack 2",
    "100.964 > 192.168.1.200.2049: Flags [.], ack 2",
    6,
    /from/,
  ],
];

for (const [what, from, to, line, because] of CHANGES) {
  test(`${what} is found`, () => {
    assert.ok(WIRE.includes(from));
    const { difference } = diffLogs(parseTcpdump(WIRE).lines, parseTcpdump(WIRE.replace(from, to)).lines);
    assert.equal(difference?.recorded?.line, line);
    assert.match(difference?.text ?? "", because);
  });
}

test("a model's capture is taken up at its loop, without what was dropped", () => {
  const [syn = "", ...rest] = WIRE.split("\n");
  const lost = `${syn.replace("[S]", "[P.]")}, length 84  (dropped: blackhole)`;
  const data =
    "17:37:00.000000 IP 192.168.1.100.963 > 192.168.1.200.2049: Flags [P.], seq 1:85, ack 1, win 1, length 84";
  const modelled = parseTcpdump([data, lost, syn, ...rest].join("\n")).lines;
  const diff = diffLogs(parseTcpdump(WIRE).lines, modelled, { modelledFrom: lineTest("tcp flags=S") });
  assert.equal(diff.same, true, diff.difference?.text);
  assert.deepEqual(diff.skipped, { recorded: 0, modelled: 1 });
  assert.equal(modelled[0]?.fields["seq"], "1:85");
});

test("what is no packet is an error with its line; a cut last line is said", () => {
  assert.throws(
    () => parseTcpdump(`${WIRE}17:37:52.9 ARP, Request\n`),
    (e) => e instanceof LogSyntaxError && e.line === 61,
  );
  assert.equal(parseTcpdump(WIRE.slice(0, 200)).lines.length, 1);
  assert.match(parseTcpdump(WIRE.slice(0, 200)).truncated ?? "", /^17:37:52\.746795 IP/);
});
