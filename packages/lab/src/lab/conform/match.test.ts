import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { isIgnored, lineTest } from "./ignored.js";
import type { LogLine } from "./log.js";
import { conform, type LogModel, type LogStep } from "./match.js";
import { logOf, RECORDED, recordedLog } from "./recorded.fixture.js";

/** A model that can do nothing but repeat a log, with a silent step before every line. */
function repeats(lines: readonly LogLine[]): LogModel<number> {
  return {
    start: () => 0,
    key: String,
    successors: (at): readonly LogStep<number>[] => {
      const line = lines[at / 2];
      if (at % 2 === 1) return [{ line: lines[(at - 1) / 2], state: at + 1, name: "print" }];
      return line === undefined ? [] : [{ line: undefined, state: at + 1, name: "think" }];
    },
  };
}

for (const name of RECORDED) {
  const { lines } = recordedLog(name);
  const heard = lines.filter((line) => !isIgnored(line));

  test(`${name} is a run of a model that repeats it`, () => {
    const result = conform(repeats(lines), lines);
    assert.deepEqual(result, { outcome: "followed", followed: heard.length, skipped: 0 });
  });

  test(`${name} with a line changed, dropped, doubled or two swapped is refused at that line`, () => {
    const kind = fc.constantFrom("changed", "dropped", "doubled", "swapped");
    fc.assert(
      fc.property(fc.nat(heard.length - 2), kind, (i, how) => {
        const a = heard[i] as LogLine;
        const b = heard[i + 1] as LogLine;
        const edits: Record<typeof how, readonly LogLine[]> = {
          changed: [{ ...a, fields: { ...a.fields, extra: 1 } }, b],
          dropped: [b],
          doubled: [a, a, b],
          swapped: [b, a],
        };
        const recorded = [...heard.slice(0, i), ...edits[how], ...heard.slice(i + 2)];
        const expected = how === "doubled" ? i + 1 : i;
        const result = conform(repeats(lines), recorded);
        assert.ok(result.outcome === "refused");
        assert.equal(result.followed, expected);
        assert.equal(result.at, recorded[expected]);
        assert.deepEqual(
          result.instead.map(({ line }) => line),
          [heard[expected]],
        );
      }),
      { numRuns: 40 },
    );
  });
}

/**
 * A toy client: sends; then is answered, or reset in silence at any time, after which sending fails once and it
 * connects. `tidy` clears the shutdown bits when it connects; the kernel of the report does not.
 */
interface Toy {
  readonly at: "send" | "wait" | "connect";
  readonly reset: boolean;
}

function toy(tidy: boolean, task = 7): LogModel<Toy> {
  const say = (text: string) => logOf([`    ${task} ${text}`])[0];
  const close = (shutdown: number) =>
    logOf([
      "       xs_tcp_state_change client ffff880000001000...",
      `       state 7 conn 0 dead 0 zapped 1 sk_shutdown ${shutdown}`,
    ])[0];
  return {
    start: () => ({ at: "send", reset: false }),
    key: ({ at, reset }) => `${at}${reset ? ", reset" : ""}`,
    successors: ({ at, reset }) => {
      const steps: LogStep<Toy>[] = [];
      if (!reset) steps.push({ line: undefined, state: { at, reset: true }, name: "tcp_reset" });
      if (at === "send" && reset) {
        steps.push({
          line: say("call_status (status -32)"),
          state: { at: "connect", reset },
          name: "call_status",
        });
      }
      if (at === "send" && !reset) {
        steps.push({ line: say("xmit complete"), state: { at: "wait", reset }, name: "xprt_transmit" });
      }
      if (at === "wait" && !reset) {
        steps.push({
          line: say("call_status (status 116)"),
          state: { at: "send", reset },
          name: "call_status",
        });
      }
      if (at === "wait" && reset) {
        steps.push({
          line: say("call_status (status -11)"),
          state: { at: "send", reset },
          name: "call_status",
        });
      }
      if (at === "connect") {
        const after: Toy = { at: "send", reset: !tidy };
        steps.push({ line: close(tidy ? 0 : 2), state: after, name: "xs_tcp_state_change" });
      }
      return steps;
    },
  };
}

const SENT = "    15 xmit complete";
const ANSWERED = "    15 call_status (status 84)";
const AGAIN = "    15 call_status (status -11)";
const EPIPE = "    15 call_status (status -32)";
const CLOSED = (shutdown: number): readonly string[] => [
  "       xs_tcp_state_change client ffff88001f83a800...",
  `       state 7 conn 0 dead 0 zapped 1 sk_shutdown ${shutdown}`,
];

test("choices and silent steps of a model are followed until one explains the line", () => {
  const recorded = logOf([SENT, ANSWERED, SENT, AGAIN, EPIPE, ...CLOSED(2), EPIPE, ...CLOSED(2), EPIPE]);
  const result = conform(toy(false), recorded);
  assert.deepEqual(result, { outcome: "followed", followed: 9, skipped: 0 });
});

test("a model with one rule changed is refused at the line that shows it", () => {
  const recorded = logOf([SENT, AGAIN, EPIPE, ...CLOSED(2), EPIPE]);
  const result = conform(toy(true), recorded);
  assert.ok(result.outcome === "refused");
  assert.deepEqual([result.at?.line, result.followed, result.states], [4, 3, ["connect, reset"]]);
  assert.match(
    result.text,
    /^line 4: .*sk_shutdown 2\n.*\n {2}xs_tcp_state_change: .*shutdown: recorded 2, modelled 0/,
  );
});

test("all that could have been said instead is said, once, with why not", () => {
  const result = conform(toy(false), logOf([SENT, EPIPE]));
  assert.ok(result.outcome === "refused");
  assert.deepEqual(
    result.instead.map(({ name, because }) => [name, because]),
    [
      ["call_status", "status: recorded -32, modelled 116"],
      ["call_status", "status: recorded -32, modelled -11"],
    ],
  );
  assert.deepEqual(result.states, ["wait", "wait, reset"]);
});

test("a recording from the middle is followed from where the model can get", () => {
  const recorded = logOf(["    15 got signal", EPIPE, ...CLOSED(2), EPIPE]);
  const from = lineTest("call_status status=-32");
  assert.deepEqual(conform(toy(false), recorded, { from, begin: "anywhere" }), {
    outcome: "followed",
    followed: 3,
    skipped: 1,
  });
  const wait = logOf([ANSWERED]);
  assert.equal(conform(toy(false), wait).outcome, "refused");
  assert.equal(conform(toy(false), wait, { begin: "anywhere" }).outcome, "followed");
});

test("one task of the recording is one task of the model", () => {
  const other = logOf([SENT, "    16 call_status (status 84)"]);
  const result = conform(toy(false), other);
  assert.ok(result.outcome === "refused");
  assert.equal(result.instead[0]?.because, "task: recorded 16, modelled 7");
});

test("a model that never stops thinking is given up, not followed for ever", () => {
  const counts: LogModel<number> = {
    start: () => 0,
    key: String,
    successors: (n) => [{ line: undefined, state: n + 1, name: "count" }],
  };
  const result = conform(counts, logOf([SENT]), { maxStates: 100 });
  assert.equal(result.outcome, "gave-up");
  const circles: LogModel<number> = {
    ...counts,
    successors: (n) => [{ line: undefined, state: (n + 1) % 3, name: "" }],
  };
  assert.equal(conform(circles, logOf([SENT]), { maxStates: 100 }).outcome, "refused");
});

test("nothing to follow is no success", () => {
  assert.equal(conform(toy(false), []).outcome, "refused");
  assert.equal(conform(toy(false), logOf([SENT]), { from: lineTest("call_bind") }).outcome, "refused");
});
