/** The report's own claims, one row each, run and compared. */

import { rulesOf } from "./linux/rules.js";
import { type Run, runScenario } from "./run.js";
import { DEFAULTS, type Preset, type Scenario, type Sched, type Verdict } from "./scenario/mod.js";

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

/** What a run shows of a claim beside its verdict, in words. */
export interface Seen {
  readonly holds: boolean;
  readonly text: string;
}

/** One claim. `look` sees what the verdict alone does not say. */
export interface ReportRow {
  readonly claim: string;
  readonly scenario: Scenario;
  readonly expect: readonly Verdict[];
  readonly look?: (run: Run) => Seen;
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
    ({ teardowns, connects }) => ({
      holds: teardowns >= 10,
      text: `${teardowns} of ${connects} connections torn down with nothing sent`,
    }),
  ),
  row(
    "hang.py at OTHER: recovers (the race is there and does not manifest)",
    hangPy(OTHER),
    ["recovers", "churns"],
    ({ earlyWakes, why }) => ({
      holds: earlyWakes > 0,
      text: `${why}, after ${counted(earlyWakes, "early wake")}`,
    }),
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
    (run) => served(run, true),
  ),
  row(
    "another task's call hangs behind the transport lock",
    { staters: [BASE.staters[0]!, otherPy("server")] },
    HANGS,
    (run) => served(run, false),
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
    answered,
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
    (run) => served(run, true),
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
  look?: (run: Run) => Seen,
): ReportRow {
  const scenario = { ...BASE, ...change };
  return look === undefined ? { claim, scenario, expect } : { claim, scenario, expect, look };
}

function counted(count: number, what: string): string {
  return `${count === 0 ? "no" : count} ${what}${count > 1 ? "s" : ""}`;
}

function wokenThrough(run: Run): Seen {
  // The bottom of it is architecture, not the client: child_rip became kernel_thread_helper.
  const wanted = REPORT_STACK.slice(0, -1).join();
  const early = run.events.flatMap((e) =>
    e.type === "wake" && e.early ? [e.stack.slice(0, -1).join()] : [],
  );
  const through = early.filter((stack) => stack === wanted).length;
  return { holds: through > 0, text: `${through} of ${early.length} early wakes came through it` };
}

function outputs(run: Run, program: string) {
  return run.events.flatMap((e) => (e.type === "output" && e.program === program ? [e] : []));
}

/** Whether the second program's stats were answered, as they should be or not. */
function served(run: Run, should: boolean): Seen {
  const count = outputs(run, "other.py").filter(({ text }) => / ok after /.test(text)).length;
  return {
    holds: count > 0 === should,
    text: `${counted(count, "answer")} for other.py`,
  };
}

function answered(run: Run): Seen {
  const holds = outputs(run, "rpcinfo").some(({ text }) => /nfs/.test(text));
  return { holds, text: holds ? "rpcinfo was answered" : "rpcinfo was not answered" };
}

export interface RowResult {
  readonly row: ReportRow;
  readonly run: Run;
  /** What it came to, in words. */
  readonly text: string;
  /** It came out as claimed. */
  readonly holds: boolean;
  /** Why this kernel can have the claim only in the model's way; undefined: it can have it as it is. */
  readonly unlike: string | undefined;
}

/**
 * A kernel that closes its socket when the server's FIN comes meets the race only if a RST comes instead: the report's
 * "FINs and/or an RST".
 */
function under(preset: Preset, scenario: Scenario): Scenario {
  const closing = rulesOf(preset, []).closeOnCloseWait ? "rst" : "fin";
  const when = (us: number) => (us < ONCE_HUNG_US ? us : us - ONCE_HUNG_US + HUNG_US[closing]);
  const staters = scenario.staters.map((stater) => ({ ...stater, startUs: when(stater.startUs) }));
  const timeline = scenario.timeline.map(({ atUs, deed, line }) => ({
    atUs: when(atUs),
    deed: deed.do === "restart-server" ? ({ ...deed, closing } as const) : deed,
    line,
  }));
  return { ...scenario, preset, staters, timeline };
}

/** `chrt -p 51 $(pgrep rpciod)` finds nobody from 2.6.36 on: work runs in threads that all of the kernel shares. */
function unlike(preset: Preset, { rpciod }: Scenario): string | undefined {
  if (rpciod.class === "OTHER" || rulesOf(preset, []).workers === "rpciod") return undefined;
  return "this kernel has no rpciod threads; its kworker was given that priority";
}

/** Runs every row with one seed. */
export function runReport(seed: number, preset: Preset = "el6-279"): readonly RowResult[] {
  return REPORT_ROWS.map((row) => {
    const run = runScenario(under(preset, row.scenario), seed);
    const expected = row.expect.some((verdict) => verdict === run.verdict);
    const seen = expected ? row.look?.(run) : undefined;
    return {
      row,
      run,
      text: `${run.verdict}: ${seen?.text ?? run.why}`,
      holds: expected && (seen?.holds ?? true),
      unlike: unlike(preset, row.scenario),
    };
  });
}
