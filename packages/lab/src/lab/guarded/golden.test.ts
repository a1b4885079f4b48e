import assert from "node:assert/strict";
import { test } from "node:test";
import { type GuardedProgram, generate, toPromela } from "./mod.js";

const program: GuardedProgram = {
  name: "a doorbell",
  constants: { RINGS: 2, WIRE_BROKEN: 0 },
  variables: [
    { name: "visitor", values: ["away", "waiting", "inside"], initial: "away" },
    { name: "rings", min: 0, max: 2, initial: 0 },
  ],
  actors: [
    { name: "visitor", kind: "peer", fairness: "weak" },
    { name: "host", kind: "thread", fairness: "weak" },
  ],
  actions: [
    {
      name: "visitor.ring",
      actor: "visitor",
      when: "visitor != inside && rings < RINGS && !WIRE_BROKEN",
      does: "visitor = waiting; rings = rings + 1;",
    },
    { name: "visitor.knock", actor: "visitor", when: "WIRE_BROKEN", does: "visitor = waiting;" },
    {
      name: "host.open",
      actor: "host",
      when: "visitor == waiting",
      does: "if (rings == RINGS || WIRE_BROKEN) { visitor = inside; } else { rings = 2; }",
      after: 1,
    },
  ],
  goal: "visitor == inside",
  never: { "opens to nobody": "visitor == inside && !rings" },
};

test("the JavaScript of a program can be read", () => {
  assert.equal(generate(program), JAVASCRIPT);
});

test("the Promela of a program can be read", () => {
  const text = toPromela(program);
  const body = text.indexOf("mtype");
  assert.equal(text.slice(body), PROMELA);
  const header = text.slice(0, body);
  assert.match(header, /^\/\*\n \* a doorbell\n/);
  for (const said of ["never_0", "reaches_goal", "-DNFAIR=2", "spin -t"])
    assert.ok(header.includes(said), said);
});

test("more names than Spin can number are refused", () => {
  const values = Array.from({ length: 256 }, (_, i) => `v${i}`);
  const many: GuardedProgram = {
    ...program,
    variables: [{ name: "one", values, initial: "v0" }],
    actions: [],
    goal: "one == v9",
    never: {},
  };
  assert.match(generate(many), /bits 0 to 7/);
  assert.throws(() => toPromela(many), { name: "GuardedError", code: "out-of-range", text: "v255" });
});

// Reviewed by eye; change it with what is generated.
const JAVASCRIPT = `// a doorbell: generated from guarded commands.
// visitor: word 0, bits 0 to 1, away waiting inside
// rings: word 0, bits 2 to 3, 0 to 2
"use strict";
function steps0(states, at, words, choices, count) {
  const w0 = states[at];
  const $visitor = w0 & 3;
  const $rings = w0 >>> 2 & 3;
  let to = count;
  // visitor.ring
  if ($visitor !== 2 /* inside */ && $rings < 2) {
    let $visitor$ = $visitor, $rings$ = $rings;
    $visitor$ = 1 /* waiting */;
    $rings$ = $rings$ + 1;
    if ($rings$ < 0 || $rings$ > 2) outside(0, "rings", $rings$);
    words[to] = w0 & -16 | $visitor$ | $rings$ << 2;
    choices[count++] = 0;
    to += 1;
  }
  return count;
}
function steps1(states, at, words, choices, count) {
  const w0 = states[at];
  const $visitor = w0 & 3;
  const $rings = w0 >>> 2 & 3;
  let to = count;
  // host.open
  if ($visitor === 1 /* waiting */) {
    let $visitor$ = $visitor, $rings$ = $rings;
    if ($rings$ === 2) {
      $visitor$ = 2 /* inside */;
    } else {
      $rings$ = 2;
    }
    words[to] = w0 & -16 | $visitor$ | $rings$ << 2;
    choices[count++] = 1;
    to += 1;
  }
  return count;
}
function expand(states, at, out) {
  const words = out.words, choices = out.choices;
  let count = 0, free = 0, owed = false;
  count = steps0(states, at, words, choices, count);
  owed = count > free;
  if (owed) { out.count = count; return; }
  free = count;
  count = steps1(states, at, words, choices, count);
  out.count = count;
}
function label(states, at) {
  const w0 = states[at];
  const $visitor = w0 & 3;
  const $rings = w0 >>> 2 & 3;
  return ($visitor === 2 /* inside */ ? 1 : 0) | ($visitor === 2 /* inside */ && $rings === 0 ? 2 : 0);
}
function broken(states, at) {
  const w0 = states[at];
  const $visitor = w0 & 3;
  const $rings = w0 >>> 2 & 3;
  if ($visitor === 2 /* inside */ && $rings === 0) return "opens to nobody";
  return undefined;
}
return { expand, label, broken };
`;

const PROMELA = `mtype = { away, waiting, inside };

mtype visitor = away;
byte rings = 0; /* 0 to 2 */

#ifdef FAIR
/* To be fair to somebody is to let him change something. */
#define CHANGING(something) && (something)
#else
#define CHANGING(something)
#endif

/* An action of urgency 0 is enabled, of somebody who is owed it. */
#define enabled_0 (visitor != inside && rings < 2)

/* visitor: peer, fairness weak */
active proctype visitor_() {
end:
  do
  :: d_step { visitor != inside && rings < 2 ->
       printf("visitor.ring\\n");
       visitor = waiting;
       assert(0 <= rings + 1 && rings + 1 <= 2);
       rings = rings + 1;
     }
  od
}

/* host: thread, fairness weak */
active proctype host() {
end:
  do
  :: d_step { visitor == waiting && !enabled_0 CHANGING(rings == 2 || !(rings == 2) && rings != 2) ->
       printf("host.open\\n");
       if
       :: rings == 2 ->
            visitor = inside;
       :: else ->
            rings = 2;
       fi;
     }
  od
}

/* never: opens to nobody */
ltl never_0 { [] !(visitor == inside && !rings) }
ltl reaches_goal { <> (visitor == inside) }
`;
