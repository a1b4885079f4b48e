/** The report's own claims, one row each, run and compared. */

import { type Run, runScenario } from "./run.js";
import type { Scenario, Sched, Verdict } from "./scenario/mod.js";
import { DEFAULTS } from "./scenario/mod.js";

const RR = (prio: number): Sched => ({ class: "RR", prio });
const OTHER: Sched = { class: "OTHER", prio: 0 };
const SECOND = 1_000_000;

/**
 * When the loop runs, from the server's way of closing: a FIN leaves TCP's back-off to wait for, a RST nothing. What
 * comes to the hung mount comes then; the loop takes some 80 000 steps a second, so not much later.
 */
const HUNG_US = { fin: 20.4 * SECOND, rst: 15.2 * SECOND } as const;
/** Stands for that moment until a row's server is known to close one way or the other. */
const ONCE_HUNG_US = HUNG_US.fin;

/** The report's set-up: its mount, its outage, its restart. */
const BASE: Scenario = {
  ...DEFAULTS,
  name: "report",
  title: "The report",
  servers: [
    { name: "server", host: "192.168.1.200", port: 2049 },
    { name: "server2", host: "192.168.1.201", port: 2049 },
  ],
  staters: [
    {
      name: "hang.py",
      server: "server",
      file: "/mnt/test/file.txt",
      sched: RR(50),
      intervalUs: 10 * SECOND,
      startUs: SECOND,
    },
  ],
  timeline: [
    { atUs: 2 * SECOND, deed: { do: "blackhole", host: "192.168.1.200" }, line: 0 },
    { atUs: 0, deed: { do: "wait-for", event: "stat-in-flight" }, line: 0 },
    { atUs: 0, deed: { do: "wait", us: SECOND }, line: 0 },
    {
      atUs: 0,
      deed: { do: "restart-server", server: "server", closing: "fin", refuseUs: SECOND / 2 },
      line: 0,
    },
    { atUs: 0, deed: { do: "wait", us: 3 * SECOND }, line: 0 },
    { atUs: 0, deed: { do: "heal", host: "192.168.1.200" }, line: 0 },
  ],
};

const hangPy = (sched: Sched) => ({ staters: [{ ...BASE.staters[0]!, sched }] });
const otherPy = (server: string) => ({
  ...BASE.staters[0]!,
  name: "other.py",
  file: "/mnt/other",
  server,
  sched: OTHER,
  startUs: ONCE_HUNG_US,
  intervalUs: SECOND,
});

/** One claim. `holds` looks at what the verdict alone does not say. */
export interface ReportRow {
  readonly claim: string;
  readonly scenario: Scenario;
  readonly expect: readonly Verdict[];
  readonly holds?: (run: Run) => string | undefined;
}

/** The call stack that the report prints, innermost first; addresses apart. */
export const REPORT_STACK = [
  "rpc_make_runnable",
  "rpc_wake_up_task_queue_locked",
  "rpc_wake_up_status",
  "xprt_wake_pending_tasks",
  "xs_error_report",
  "tcp_disconnect",
  "inet_stream_connect",
  "kernel_connect",
  "xs_tcp_setup_socket",
  "worker_thread",
  "kthread",
  "child_rip",
] as const;

const RECOVERS = ["recovers"] as const;
const HANGS = ["hangs"] as const;

export const REPORT_ROWS: readonly ReportRow[] = [
  row("hang.py at RR 50, rpciod OTHER: hangs", {}, HANGS),
  row("… woken early through the call stack that the report prints", {}, HANGS, (run) => wokenThrough(run)),
  row(
    "… completes the handshake, then tears the connection down at once, again and again",
    {},
    HANGS,
    (run) => (run.teardowns >= 10 ? undefined : `${run.teardowns} connections were torn down`),
  ),
  row(
    "hang.py at OTHER: recovers (the race is there and does not manifest)",
    hangPy(OTHER),
    ["recovers", "churns"],
    (run) => (run.earlyWakes > 0 ? undefined : "it was never woken early"),
  ),
  row("rpciod at RR 51: recovers", { rpciod: RR(51) }, RECOVERS),
  row("rpciod at RR 50: equal priority does not preempt", { rpciod: RR(50) }, RECOVERS),
  row("rpciod at RR 49: hangs", { rpciod: RR(49) }, HANGS),
  row(
    "the RR process killed: others are served again",
    {
      staters: [BASE.staters[0]!, otherPy("server")],
      timeline: [
        ...BASE.timeline,
        { atUs: ONCE_HUNG_US + SECOND / 10, deed: { do: "kill", target: "hang.py" }, line: 0 },
      ],
    },
    ["recovers", "churns"],
    (run) => (statsOf(run, "other.py") > 0 ? undefined : "other.py was not served"),
  ),
  row(
    "another task's call hangs behind the transport lock",
    { staters: [BASE.staters[0]!, otherPy("server")] },
    HANGS,
    (run) => (statsOf(run, "other.py") === 0 ? undefined : "other.py was served"),
  ),
  row(
    "rpcinfo -p works meanwhile",
    {
      timeline: [
        ...BASE.timeline,
        { atUs: ONCE_HUNG_US, deed: { do: "rpcinfo", server: "server" }, line: 0 },
      ],
    },
    HANGS,
    (run) =>
      run.events.some((e) => e.type === "output" && e.program === "rpcinfo" && /nfs/.test(e.text))
        ? undefined
        : "rpcinfo was not answered",
  ),
  row(
    "another server's mount works meanwhile",
    {
      staters: [BASE.staters[0]!, otherPy("server2")],
      timeline: [
        ...BASE.timeline,
        { atUs: ONCE_HUNG_US + SECOND / 10, deed: { do: "wait", us: 0 }, line: 0 },
      ],
    },
    HANGS,
    (run) => (statsOf(run, "other.py") > 0 ? undefined : "other.py was not served"),
  ),
  row("the first fix (EAGAIN goes back to call_connect): no hang", { fixes: ["eagain-to-connect"] }, [
    "recovers",
    "stalls",
  ]),
  row(
    "the right fix (no wake before the worker is done) with the first: no hang",
    {
      fixes: ["no-early-wake", "eagain-to-connect"],
    },
    ["recovers", "stalls"],
  ),
];

function row(
  claim: string,
  change: Partial<Scenario>,
  expect: readonly Verdict[],
  holds?: (run: Run) => string | undefined,
): ReportRow {
  const scenario = { ...BASE, ...change };
  return holds === undefined ? { claim, scenario, expect } : { claim, scenario, expect, holds };
}

function wokenThrough(run: Run): string | undefined {
  const wanted = REPORT_STACK.slice(0, -1).join();
  const found = run.events.some(
    (event) => event.type === "wake" && event.early && event.stack.slice(0, -1).join() === wanted,
  );
  return found ? undefined : "no early wake came through it";
}

function statsOf(run: Run, program: string): number {
  return run.events.filter((e) => e.type === "output" && e.program === program && / ok after /.test(e.text))
    .length;
}

export interface RowResult {
  readonly row: ReportRow;
  readonly run: Run;
  /** Why the claim does not hold; undefined: it does. */
  readonly wrong: string | undefined;
}

/**
 * v3.7-rc2 closes its socket when the server's FIN comes, and then meets the race only if a RST comes instead: the
 * report's "FINs and/or an RST".
 */
function under(preset: Scenario["preset"], scenario: Scenario): Scenario {
  const closing = preset === "v3.7-rc2" ? "rst" : "fin";
  const when = (us: number) => (us < ONCE_HUNG_US ? us : us - ONCE_HUNG_US + HUNG_US[closing]);
  const staters = scenario.staters.map((stater) => ({ ...stater, startUs: when(stater.startUs) }));
  const timeline = scenario.timeline.map(({ atUs, deed, line }) => ({
    atUs: when(atUs),
    deed: deed.do === "restart-server" ? ({ ...deed, closing } as const) : deed,
    line,
  }));
  return { ...scenario, preset, staters, timeline };
}

/** Runs every row with one seed. */
export function runReport(seed: number, preset: Scenario["preset"] = "el6-279"): readonly RowResult[] {
  return REPORT_ROWS.map((one) => {
    const run = runScenario(under(preset, one.scenario), seed);
    const verdict = one.expect.some((verdict) => verdict === run.verdict)
      ? undefined
      : `it ${run.verdict}: ${run.why}`;
    return { row: one, run, wrong: verdict ?? one.holds?.(run) };
  });
}
