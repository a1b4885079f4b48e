import Table from "cli-table3";
import type { PsDocument, PsReport, PsTransport } from "../node/mod.js";
import { episodes, episodeText } from "./history.js";
import type { Paint } from "./paint.js";
import { withNames } from "./rpcnames.js";
import { printable } from "./terminal.js";
import { bytes, duration } from "./units.js";
import { shortProcedure } from "./watch/lines.js";

export interface PsFormat {
  readonly verbose: boolean;
  readonly paint: Paint;
}

/** What `unstuck ps` prints: a row for each call in flight; with `verbose` each process with its connections. */
export function psText(report: PsReport, format: PsFormat): string {
  const out: string[] = [];
  if (report.processes.length === 0) {
    out.push("no unstuck process of this user is running");
  } else if (format.verbose) {
    out.push(...report.processes.map((p) => processText(p, format.paint)));
  } else {
    const calls = report.processes.reduce((n, p) => n + p.clients.reduce((m, c) => m + c.calls.length, 0), 0);
    const pids = report.processes.map((p) => p.pid).join(", ");
    out.push(
      calls === 0 ? `no calls in flight (process ${pids})` : callTable(report.processes, format.paint),
    );
  }
  for (const { path, why } of report.unreadable) out.push(`${path}: ${why}`);
  return out.join("\n");
}

/** No lines, columns two spaces apart. */
const bare = {
  chars: {
    top: "",
    "top-mid": "",
    "top-left": "",
    "top-right": "",
    bottom: "",
    "bottom-mid": "",
    "bottom-left": "",
    "bottom-right": "",
    left: "",
    "left-mid": "",
    mid: "",
    "mid-mid": "",
    right: "",
    "right-mid": "",
    middle: "  ",
  },
  style: { head: [], border: [], "padding-left": 0, "padding-right": 0 },
};

function callTable(processes: readonly PsDocument[], paint: Paint): string {
  const head = ["PID", "SERVER", "CALL", "PATH", "AGE", "SENT", "WAITS FOR"].map((h) => paint("bold", h));
  const table = new Table({
    ...bare,
    head,
    colAligns: ["right", "left", "left", "left", "right", "right", "left"],
  });
  for (const { pid, clients } of processes) {
    for (const { peer, calls } of clients) {
      for (const call of calls) {
        table.push([
          String(pid),
          withNames(peer),
          `${call.program} ${shortProcedure(call.procedure)}`,
          printable(call.label ?? "-"),
          duration(call.ageMs),
          `${call.attempts}×`,
          paint("yellow", withNames(call.reason.text)),
        ]);
      }
    }
  }
  return table.toString().replace(/[ ]+$/gm, "");
}

function processText(p: PsDocument, paint: Paint): string {
  const lines = [paint("bold", `process ${p.pid}  ${printable(p.label)}`)];
  for (const client of p.clients) {
    // Clients of one question, to rpcbind or mountd, are of no interest when it is answered.
    if (client.calls.length === 0 && client.transports.every((t) => t.state === "closed")) continue;
    lines.push(`  ${printable(client.label)}  ${withNames(client.peer)}`);
    for (const transport of client.transports) lines.push(...transportLines(transport));
    if (client.calls.length === 0) lines.push("    no calls in flight");
    for (const call of client.calls) {
      const xid = `0x${call.xid.toString(16).padStart(8, "0")}`;
      const what =
        `${call.program} v${call.vers} ${shortProcedure(call.procedure)} ${printable(call.label ?? "")}`.trimEnd();
      lines.push(`    call ${xid}  ${what}, ${duration(call.ageMs)} old, sent ${call.attempts}×`);
      lines.push(`      ${paint("yellow", withNames(call.reason.text))}`);
      lines.push(paint("dim", `      tshark -Y '${call.tshark}'`));
    }
  }
  return lines.join("\n");
}

function transportLines(t: PsTransport): string[] {
  const port = t.localPort === null ? "" : `, from port ${t.localPort}`;
  const heard = t.heardMs === null ? "" : `, heard ${duration(t.heardMs)} ago`;
  const traffic = `${bytes(t.bytesSent)} sent, ${bytes(t.bytesReceived)} received`;
  return [
    `    transport ${t.xprt}: ${t.state}${port}, ${t.connects} ${t.connects === 1 ? "connect" : "connects"}, ${traffic}${heard}`,
    ...episodes(t.history).map(
      (episode) => `      ${`${duration(episode.last.agoMs)} ago`.padStart(16)}  ${episodeText(episode)}`,
    ),
  ];
}
