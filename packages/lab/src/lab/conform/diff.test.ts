import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { diffLogs, printDiff } from "./diff.js";
import { isIgnored, lineTest } from "./ignored.js";
import type { LogLine } from "./log.js";
import { parseRpcdebug } from "./log.js";
import { logOf, RECORDED, recordedLog, recordedText } from "./recorded.fixture.js";

const heard = (lines: readonly LogLine[]) => lines.filter((line) => !isIgnored(line));

for (const name of RECORDED) {
  const { lines } = recordedLog(name);

  test(`${name} is the same as itself, every line of it`, () => {
    const diff = diffLogs(lines, lines);
    assert.equal(diff.same, true, diff.difference?.text);
    assert.equal(diff.followed, heard(lines).length);
    assert.ok(diff.followed > 100);
  });

  test(`${name} is the same with other addresses, times, jiffies and task numbers`, () => {
    const other = recordedText(name)
      .replaceAll("ffff88001f", "ffff880036")
      .replace(/\[ *\d+/g, (m) => m.replace(/\d/g, "9"))
      .replace(/42946\d+/g, "12345")
      .replace(/RPC: {4}15 /g, "RPC:  1234 ");
    assert.notEqual(other, recordedText(name));
    const diff = diffLogs(lines, parseRpcdebug(other).lines);
    assert.equal(diff.same, true, diff.difference?.text);
  });

  test(`${name}: one line changed, dropped, doubled or two swapped is found at that line`, () => {
    const all = heard(lines);
    const at = fc.nat(all.length - 2);
    const kind = fc.constantFrom("changed", "dropped", "doubled", "swapped");
    fc.assert(
      fc.property(at, kind, (i, how) => {
        const a = all[i] as LogLine;
        const b = all[i + 1] as LogLine;
        const edits: Record<typeof how, readonly LogLine[]> = {
          changed: [{ ...a, fn: "xs_frobnicate" }, b],
          dropped: [b],
          doubled: [a, a, b],
          swapped: [b, a],
        };
        const modelled = [...all.slice(0, i), ...edits[how], ...all.slice(i + 2)];
        const diff = diffLogs(all, modelled);
        assert.equal(diff.same, false);
        // the first of the doubled lines is still right
        const expected = how === "doubled" ? i + 1 : i;
        assert.equal(diff.followed, expected);
        assert.equal(diff.difference?.recorded, all[expected]);
        assert.equal(diff.difference?.modelled, modelled[expected]);
        assert.match(diff.difference?.text ?? "", new RegExp(`^line ${all[expected]?.line}: `));
      }),
    );
  });
}

const CHANGES: readonly [what: string, from: RegExp, to: string, because: string][] = [
  [
    "a function",
    /xprt_prepare_transmit/,
    "timeout",
    "recorded xprt_prepare_transmit, modelled __rpc_queue_timer_fn",
  ],
  [
    "what a function says",
    /sync task going to sleep/,
    "sync task resuming",
    "recorded sync task going to sleep, modelled sync task resuming",
  ],
  [
    "a status",
    /call_connect_status \(status -11\)/,
    "call_connect_status (status -107)",
    "status: recorded -11, modelled -107",
  ],
  ["what sending came to", /= -32/, "= -11", "sent: recorded -32, modelled -11"],
  ["a socket state", /state 8 conn/, "state 4 conn", "state: recorded 8, modelled 4"],
  ["a shutdown bit", /sk_shutdown 2/, "sk_shutdown 0", "shutdown: recorded 2, modelled 0"],
  ["a socket error", /error 104/, "error 0", "error: recorded 104, modelled 0"],
  ["a timeout", /alarm for 3000/, "alarm for 0", "ms: recorded 3000, modelled 0"],
  [
    "the transport of one line",
    /transport ffff88001f83a800/,
    "transport ffff88001f83b000",
    "xprt: recorded ffff88001f83a800, modelled ffff88001f83b000",
  ],
  ["the task of one line", /15 call_bind/, "16 call_bind", "task: recorded 15, modelled 16"],
];

for (const [what, from, to, because] of CHANGES) {
  test(`${what} that differs is named`, () => {
    const text = recordedText("rpcdebug-3.6.0-start.txt");
    const changed = text.replace(from, to);
    assert.notEqual(changed, text);
    const line = [...text.split("\n").entries()].findIndex(([i, row]) => row !== changed.split("\n")[i]) + 1;
    const { difference } = diffLogs(parseRpcdebug(text).lines, parseRpcdebug(changed).lines);
    assert.equal(difference?.because, because);
    // of a pair the first line is named
    assert.ok(
      [line, line - 1].includes(difference?.recorded?.line ?? 0),
      `${difference?.recorded?.line} for ${line}`,
    );
  });
}

test("two transports of one log cannot stand for one of the other", () => {
  const two = logOf([
    "       disconnected transport ffff88001f83a800",
    "       disconnected transport ffff88001f83b000",
  ]);
  const one = logOf([
    "       disconnected transport ffff88001f83a800",
    "       disconnected transport ffff88001f83a800",
  ]);
  assert.equal(diffLogs(two, one).followed, 1);
  assert.equal(diffLogs(one, two).followed, 1);
});

test("what a call carries may be longer in the model, but is sent whole in both or in neither", () => {
  const log = (size: number, sent: number) =>
    logOf([`    15 xprt_transmit(${size})`, `       xs_tcp_send_request(${size}) = ${sent}`]);
  assert.equal(diffLogs(log(84, 84), log(120, 120)).same, true);
  assert.equal(diffLogs(log(84, 84), log(120, 40)).followed, 1);
  assert.equal(diffLogs(log(84, 84), log(84, -32)).followed, 1);
  assert.equal(diffLogs(log(84, 0), log(84, 84)).followed, 1);
});

test("a recording that begins in the middle is followed from there, and what was skipped is told", () => {
  const { lines } = recordedLog("rpcdebug-3.6.0-start.txt");
  const at = lines.findIndex(lineTest("xs_tcp_state_change state=8 shutdown=1"));
  const diff = diffLogs(lines, lines.slice(at - 1), {
    recordedFrom: lineTest("xs_tcp_state_change state=8"),
    modelledFrom: lineTest("xs_tcp_state_change state=8"),
  });
  assert.equal(diff.same, true, diff.difference?.text);
  assert.deepEqual(diff.skipped, { recorded: at, modelled: 1 });
});

test("a recording of a loop is followed from the turn of the model's that fits it best", () => {
  const { lines } = recordedLog("rpcdebug-3.6.0-loop.txt");
  const turn = heard(lines).slice(0, 40);
  const cut = turn.slice(0, 20);
  const modelled = [...cut, ...cut, ...turn, ...cut];
  const diff = diffLogs(turn, modelled, { modelledFrom: "anywhere" });
  assert.equal(diff.same, true, diff.difference?.text);
  assert.equal(diff.skipped.modelled, 40);
  assert.equal(diffLogs(turn, modelled).followed, 20);
  const longer = diffLogs(heard(lines), modelled, { modelledFrom: "anywhere" });
  assert.deepEqual([longer.same, longer.followed, longer.skipped.modelled], [false, 40, 40]);
  assert.equal(diffLogs(turn, [], { modelledFrom: "anywhere" }).followed, 0);
});

test("the recording may end first, the model may not", () => {
  const { lines } = recordedLog("rpcdebug-3.6.0-loop.txt");
  assert.equal(diffLogs(lines.slice(0, 50), lines).same, true);
  const short = diffLogs(lines, lines.slice(0, 50));
  assert.equal(short.difference?.because, "the model's log ends here");
  assert.equal(short.difference?.modelled, undefined);
  assert.match(short.difference?.text ?? "", /> \(end\)/);
});

test("nothing to follow is no success", () => {
  const { lines } = recordedLog("rpcdebug-3.6.0-loop.txt");
  for (const diff of [
    diffLogs([], lines),
    diffLogs(lines, lines, { recordedFrom: lineTest("call_encode") }),
  ]) {
    assert.equal(diff.same, false);
    assert.match(diff.difference?.because ?? "", /no line to follow/);
  }
});

test("lines about credentials and memory may be missing on one side", () => {
  const { lines } = recordedLog("rpcdebug-3.6.0-start.txt");
  assert.ok(heard(lines).length < lines.length);
  assert.equal(diffLogs(lines, heard(lines)).same, true);
  assert.equal(diffLogs(heard(lines), lines).same, true);
  assert.equal(diffLogs(lines, heard(lines), { ignore: () => false }).same, false);
});

test("a difference is printed with both sides around it, the differing lines marked", () => {
  const recorded = logOf(["    15 timeout", "    15 disabling timer", "    15 got signal"]);
  const modelled = logOf(["     1 timeout", "     1 got signal"]);
  assert.equal(
    printDiff(diffLogs(recorded, modelled, { context: 1 })),
    [
      "followed 1 lines (skipped before: 0 recorded, 0 modelled), then",
      "line 2: recorded __rpc_disable_timer, modelled __rpc_execute",
      "recorded:",
      "      1     1.000000    15 timeout",
      ">     2     1.001000    15 disabling timer",
      "      3     1.002000    15 got signal",
      "modelled:",
      "      1     1.000000     1 timeout",
      ">     2     1.001000     1 got signal",
      "  (end)",
    ].join("\n"),
  );
  assert.equal(
    printDiff(diffLogs(recorded, recorded)),
    "followed to the end, 3 lines (skipped before: 0 recorded, 0 modelled)",
  );
});
