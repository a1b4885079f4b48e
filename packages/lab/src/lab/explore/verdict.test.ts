import assert from "node:assert/strict";
import { test } from "node:test";
import { type Cast, littleGraph, namesOf } from "./verdict.fixture.js";
import { judge } from "./verdict.js";

const T: Cast = { T: "thread weak" };
const TN: Cast = { T: "thread weak", net: "net weak" };

/** What is told of a little graph: verdict, then the witness as `prefix (cycle)`. */
function told(cast: Cast, lines: string): string {
  const { verdict, witness } = judge(littleGraph(cast, lines));
  if (witness === undefined) return verdict;
  const cycle = witness.cycle === undefined ? "" : ` (${witness.cycle.choices.join(" ")})`;
  return `${verdict}: ${witness.prefix.choices.join(" ")}${cycle}`;
}

test("a straight way to the goal recovers, and what follows the goal is irrelevant", () => {
  assert.equal(told(T, "a T.1 b\n b T.2 goal"), "recovers");
  assert.equal(told(T, "a T.1 goal\n goal T.2 b\n b T.3 b2\n b2 T.4 b\n b T.5 dead"), "recovers");
  assert.equal(told(T, "goal T.1 dead"), "recovers");
});

test("breaks: a broken state, with the property, also behind the goal, and before anything else", () => {
  assert.equal(told(T, "a T.1 b\n b T.2 bad\n a T.3 dead"), "breaks: T.1 T.2");
  assert.equal(told(T, "a T.1 goal\n goal T.2 bad"), "breaks: T.1 T.2");
  assert.equal(judge(littleGraph(T, "a T.1 badOnce")).property, "badOnce");
  assert.equal(judge(littleGraph(T, "a T.1 goal")).property, undefined);
});

test("hangs: a deadlock, shown as a cycle without steps", () => {
  assert.equal(told(T, "a T.1 goal\n a T.2 dead"), "hangs: T.2 ()");
});

test("hangs: a region of cycles, with a fair cycle in it, not the one outside", () => {
  const lines = "a T.1 b\n b T.2 a\n b net.in u\n u T.x v\n v T.y u\n v net.z u\n u net.w v\n a net.ok goal";
  assert.equal(told(TN, lines), "hangs: T.1 net.in (T.x net.z)");
});

test("hangs: a thread that spins is shown spinning", () => {
  assert.equal(told(T, "a T.1 goal\n a T.2 s\n s T.spin s"), "hangs: T.2 (T.spin)");
});

test("a model that never reaches its goal is told so", () => {
  const empty = judge(littleGraph(T, "a T.1 b\n b T.2 a"));
  assert.deepEqual([empty.verdict, empty.reachesGoal], ["hangs", false]);
  const trap = judge(littleGraph(T, "a T.1 goal\n a T.2 b\n b T.3 b"));
  assert.deepEqual([trap.verdict, trap.reachesGoal], ["hangs", true]);
});

test("stalls: the goal only through an unrelated timer", () => {
  const cast = { ...T, clock: "timer weak" };
  assert.equal(told(cast, "a T.1 b\n b T.2 goal\n a T.lose c\n c clock.60s? goal"), "stalls: T.lose");
  assert.equal(told(cast, "a T.lose c\n c clock.60s? goal\n c T.3 goal"), "recovers");
  assert.equal(told(cast, "a T.1 b\n b clock.1? c\n c T.2 goal"), "stalls: ");
});

test("churns: the net is enabled but now and then only, so weak fairness lets it starve", () => {
  const lines = "a T.1 b\n b T.2 a\n a net.ok goal";
  assert.equal(told(TN, lines), "churns:  (T.1 T.2)");
  assert.equal(told({ ...TN, net: "net strong" }, lines), "recovers");
});

test("weak fairness owes a step to whom is enabled in every state of the cycle", () => {
  const lines = "a T.1 b\n b T.2 a\n a net.ok goal\n b net.ok goal";
  assert.equal(told(TN, lines), "recovers");
  assert.equal(told({ ...TN, net: "net none" }, lines), "churns:  (T.1 T.2)");
});

test("one process that holds all events starves the one that matters; one unit by part does not", () => {
  const lines = (heal: string): string =>
    `a T.1 b\n b T.2 a\n a clock.tick a2\n a2 T.3 b\n a ${heal} goal\n b ${heal} goal\n a2 ${heal} goal`;
  const all = { T: "thread weak", clock: "timer weak" };
  const apart = { ...all, net: "net weak" };
  assert.equal(told(all, lines("clock.heal")), "churns:  (clock.tick T.3 T.2)");
  assert.equal(told(apart, lines("net.heal")), "recovers");
});

test("a step that changes nothing is no act: it neither pays a debt nor makes one", () => {
  const spin = "a T.1 b\n b T.2 a\n a net.ok goal\n b net.ok goal\n";
  assert.equal(told(TN, `${spin} a net.nop a\n b net.nop b`), "recovers");
  const idle = "a T.1 b\n b T.2 a\n b net.ok goal\n";
  assert.equal(told({ ...TN, net: "net strong" }, `${idle} a net.nop a`), "recovers");
  assert.equal(told({ ...TN, net: "net none" }, "a T.spin a\n a net.ok goal"), "churns:  (T.spin)");
  assert.equal(told(TN, "a T.spin a\n a net.ok goal"), "recovers");
});

test("a schedule may end where only a fault leads on", () => {
  assert.equal(told({ T: "thread weak", op: "operator none" }, "a T.1 b\n b op.heal goal"), "churns: T.1 ()");
  assert.equal(told({ T: "thread weak", op: "operator weak" }, "a T.1 b\n b op.heal goal"), "recovers");
});

test("the cycle is checked, not the component around it: strong fairness cuts it into its parts", () => {
  // Around a b c everybody acts; b c alone starves the net at c, which must not be the witness.
  const lines = "a T.1 b\n b T.2 c\n c T.3 b\n c net.go a\n c peer.ok goal";
  const cast = { T: "thread weak", net: "net strong", peer: "peer weak" };
  assert.equal(told(cast, lines), "churns:  (T.1 T.2 net.go)");
  // The peer must act and can only leave: c goes, and with it the way round.
  assert.equal(told({ ...cast, peer: "peer strong" }, lines), "recovers");
  // What is left of it may still be fair: d e, once b is gone.
  const nested = "b T.1 d\n d T.2 e\n e T.3 d\n e net.back b\n b peer.ok goal";
  assert.equal(told({ ...cast, net: "net weak", peer: "peer strong" }, nested), "churns: T.1 (T.2 T.3)");
  assert.equal(told({ ...cast, peer: "peer strong" }, nested), "recovers");
});

test("a cycle is weighed as it repeats: also the preemption where it begins again counts", () => {
  const two = { A: "thread weak", B: "thread weak" };
  // A B in turn, each preempting the other, or each to its end: the same cycle, begun and left differently.
  const lines = `
    00 A.1 10
    00 B.1 01
    10 A.2 00'
    10 B.1 11
    01 B.2 00
    01 A.1 11
    11 A.2 01
    11 B.2 10
    00' B.1 01
    00' A.1 10
    00' B.done goal
  `;
  const { verdict, witness } = judge(littleGraph(two, lines));
  assert.equal(verdict, "churns");
  assert.deepEqual(witness?.weight, {
    prefix: { preemptions: 0, events: 0, steps: 0 },
    cycle: { preemptions: 2, events: 0, steps: 4 },
  });
  assert.equal(witness?.exact, true);
});

test("startAt turns the cycle; a name that is not in it changes nothing", () => {
  const graph = littleGraph(T, "a T.1 b\n b T.2 c\n c T.3 b\n a T.4 goal");
  const turned = judge(graph, { startAt: (name) => name === "T.3" }).witness;
  assert.deepEqual(turned?.prefix.choices, ["T.1", "T.2"]);
  assert.deepEqual(turned?.cycle?.choices, ["T.3", "T.2"]);
  assert.equal(namesOf(graph, turned?.prefix.states ?? []), "a b c");
  assert.equal(namesOf(graph, turned?.cycle?.states ?? []), "c b c");
  assert.deepEqual(judge(graph, { startAt: () => false }), judge(graph));
});

test("an incomplete graph says so, never recovers, and still proves what it has seen", () => {
  const chain = "a T.1 b\n b T.2 c\n c T.3 d\n d T.4 goal";
  const part = judge(littleGraph(T, chain, { states: 3 }));
  assert.deepEqual([part.verdict, part.complete, part.why], ["undecided", false, "3 states"]);
  const known = judge(littleGraph(T, `a T.x dead\n a T.y dead2\n${chain}`, { states: 5 }));
  assert.deepEqual([known.verdict, known.complete], ["hangs", false]);
  const round = judge(littleGraph(T, `a T.1 b\n b T.2 a\n${chain}`, { states: 4 }));
  assert.deepEqual([round.verdict, round.complete], ["churns", false]);
});
