/** Two processors, two flags: each writes its own and reads the other's. */
import { flag, oneOf, sides, step, threads } from "./rows.js";
import type { Situation } from "./situation.js";

const PROGRAMS = sides("wake-lost-in-the-store-buffer", "BARRIER", {
  variables: [
    // The process of a synchronous task, before out_of_line_wait_on_bit.
    oneOf("T", "prepare_to_wait", "tests_queued", "asleep", "runs"),
    oneOf("waker", "rpc_clear_queued", "looks_for_waiters", "done"),
    // As the other processor sees them, and what the waker's has written and not yet shown.
    flag("QUEUED", 1),
    flag("waiters"),
    oneOf("store_buffer", "empty", "clears_queued"),
  ],
  actors: [...threads("T", "waker"), { name: "cpu", kind: "operator", fairness: "weak" }],
  actions: [
    step("T", "prepare_to_wait", "T == prepare_to_wait", "waiters = 1; T = tests_queued;"),
    step(
      "T",
      "tests_queued",
      "T == tests_queued",
      "if (QUEUED == 1) { T = asleep; } else { waiters = 0; T = runs; }",
    ),
    step(
      "waker",
      "rpc_clear_queued",
      "waker == rpc_clear_queued",
      "store_buffer = clears_queued; waker = looks_for_waiters;",
    ),
    // wake_up_bit: with a barrier only after the store is seen. Waking somebody is a barrier too.
    step(
      "waker",
      "looks_for_waiters",
      "waker == looks_for_waiters && (BARRIER == 0 || store_buffer == empty)",
      `waker = done;
       if (waiters == 1) {
         if (store_buffer == clears_queued) { store_buffer = empty; QUEUED = 0; }
         if (T == asleep) { T = tests_queued; }
       }`,
    ),
    step("cpu", "drain", "store_buffer == clears_queued", "store_buffer = empty; QUEUED = 0;"),
  ],
  goal: "T == runs",
  never: {},
});

export const wakeLostInTheStoreBuffer: Situation = {
  name: "wake-lost-in-the-store-buffer",
  title: "A synchronous task misses its wake-up by one memory barrier",
  source: "L39, 2024",
  symptom: "One process hangs in a call whose reply has come; all others go on.",
  cause:
    "The waker's clearing of QUEUED is still in its store buffer when it looks for waiters and finds none; the sleeper sees QUEUED and sleeps.",
  fix: "A full barrier between clearing QUEUED and looking for waiters.",
  ...PROGRAMS,
  expect: { broken: "hangs", fixed: "recovers" },
  limits:
    "A store buffer of one entry on the waker's side only; where clearing a bit is itself a barrier (x86) this cannot happen.",
};
