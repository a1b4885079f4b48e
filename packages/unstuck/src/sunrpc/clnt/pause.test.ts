import assert from "node:assert/strict";
import { test } from "node:test";
import { HARD, Sim } from "./sim.fixture.js";

for (const loss of ["reset", "fin"] as const) {
  test(`a connection lost (${loss}) before its woken call has run is not made anew without a pause`, () => {
    const sim = new Sim();
    const task = sim.call();
    sim.post({ type: "run", work: { kind: "connect", xprt: 0 } });
    sim.post({ type: "established", cookie: 1, localPort: 700 });
    if (loss === "reset") {
      sim.live()[0]!.state = "dead";
      sim.post({ type: "error", cookie: 1, code: "ECONNRESET" });
    } else {
      sim.post({ type: "fin", cookie: 1 });
      sim.post({ type: "run", work: { kind: "disconnect", xprt: 0, cookie: 1 } });
    }
    sim.post({ type: "run", work: { kind: "task", task } });
    sim.post({ type: "run", work: { kind: "connect", xprt: 0 } });
    assert.equal(sim.steps.connects, 1, "the call may want it at once, the last failure's pause holds");
    assert.equal(sim.core.snapshot(0).xprts[0]!.state, "backoff");
    sim.now = sim.core.deadline!;
    assert(sim.now >= 25 && sim.now <= 50, `a pause of ${sim.now} ms`);
    sim.post({ type: "deadline" });
    sim.post({ type: "run", work: { kind: "connect", xprt: 0 } });
    assert.equal(sim.steps.connects, 2);
  });
}

test("a caller who tries anew as soon as his call has failed does not connect without a pause", () => {
  const sim = new Sim();
  sim.weather = "refused";
  for (let ms = 0; ms < 10_000; ms += 5) {
    sim.call({ ...HARD, softconn: true });
    sim.run(5);
  }
  assert(sim.steps.connects < 100, `${sim.steps.connects} connects in 10 s`);
});
