/** How long things took in a log, recorded or modelled. */
import type { Us } from "../trace.js";
import type { LogLine } from "./log.js";

/** From the end of an outage to the reply that ends the waiting. */
export interface Recovery {
  readonly healedAtUs: Us;
  readonly repliedAtUs: Us;
  readonly tookUs: Us;
  /** The line that shows the reply. */
  readonly line: number;
}

const ECONNRESET = 104;

/** The line shows that a reply has come: `call_status` with its length, or `xprt_complete_rqst`. */
export function isReply({ fn, fields }: LogLine): boolean {
  if (fn === "xprt_complete_rqst") return true;
  return fn === "call_status" && Number(fields["status"]) > 0;
}

/** The old connection was reset: the first a client hears when the route is back and the server was restarted. */
export function isReset({ fn, fields }: LogLine): boolean {
  return fn === "xs_error_report" && fields["error"] === ECONNRESET;
}

/**
 * The time from the heal, or when it is not known from the first reset, to the first reply after it, µs.
 * Nothing when there was no reset, or no reply: the log shows no recovery.
 */
export function recoveryOf(lines: readonly LogLine[], healedAtUs?: Us): Recovery | undefined {
  const from = healedAtUs ?? lines.find(isReset)?.atUs;
  if (from === undefined) return undefined;
  const reply = lines.find((line) => line.atUs >= from && isReply(line));
  if (reply === undefined) return undefined;
  return { healedAtUs: from, repliedAtUs: reply.atUs, tookUs: reply.atUs - from, line: reply.line };
}

/** How often the connect worker began a connection, and how many a second over the time between first and last. */
export interface Connects {
  readonly count: number;
  readonly perSecond: number | undefined;
}

/** Counts the turns of the loop: a connection that begins is `xs_tcp_setup_socket` at work. */
export function connectsOf(lines: readonly LogLine[]): Connects {
  const at = lines.filter(({ form }) => form.startsWith("worker connecting")).map(({ atUs }) => atUs);
  const spanUs = (at.at(-1) ?? 0) - (at[0] ?? 0);
  return { count: at.length, perSecond: spanUs > 0 ? ((at.length - 1) * 1e6) / spanUs : undefined };
}
