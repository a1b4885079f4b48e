import { rulesOf } from "../../linux/rules.js";
import { reconnect } from "../reconnect/mod.js";
import { sides } from "./rows.js";
import type { Situation } from "./situation.js";

const name = "error-callback-comes-back";

/** The reconnect of 2012 with all its five fixes but the one: the socket tells of errors again. */
const programs = sides(
  name,
  "CONNECTION_REUSE",
  reconnect({
    name,
    rules: { ...rulesOf("v3.7", []), errorCallback: true },
    policy: "task-above-worker",
    entry: { first: "rst", extraRsts: 1, refusals: 0 },
  }),
);

/** L16. */
export const errorCallbackComesBack: Situation = {
  ...programs,
  name,
  title: "The error callback comes back, and with it the hang of 2012",
  source: "L16, a743419f420a, about 3.18, 2014",
  symptom: "After a reset a mount hangs again, as two years before: connected, and every send says EPIPE.",
  cause:
    "The callback was needed again to tell tasks of refused connects. It also fires inside of the worker's abort of the old connection, and wakes the task there: it sends on a socket that is about to be connected, learns of the reset there, and shuts it down. The connect keeps the bit that this leaves.",
  fix: "While the worker aborts a connection to use its socket again, a bit on the transport mutes the callback.",
  expect: { broken: "hangs", fixed: "recovers" },
  limits:
    "The rules are those of 3.7 with the callback of 3.6. In the kernels that had it back it woke with the real error, if there was one, and EAGAIN led to bind; both make the window smaller. One CPU, the task above the worker, and one reset more while it reconnects.",
};
