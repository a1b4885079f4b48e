import { ETIMEDOUT } from "../linux/errno.js";
import type { Property } from "./mod.js";

/**
 * Never the same call twice on one live connection for nothing: TCP loses nothing, so the server would execute it
 * twice. After the request's own timeout these kernels do send an NFSv3 call again (`cl_discrtry`, which disconnects
 * first, is NFSv4's), so that is no finding.
 */
export function sentOnce(): Property {
  /** By connection and xid; a new connection begins with none. */
  const sent = new Set<string>();
  /** Of all connections, also those whose old socket goes on retransmitting beside its successor. */
  const bytes = new Set<string>();
  /** Calls that timed out, and may go out once more. */
  const due = new Set<number>();
  return {
    name: "a call goes out once on a connection",
    look(k, seen) {
      for (const event of seen) {
        if (event.type === "wake" && event.queue === "xprt_pending" && event.status === -ETIMEDOUT) {
          const task = k.tasks.find(({ pid }) => pid === event.task);
          if (task !== undefined) due.add(task.xid);
        }
        if (event.type !== "packet" || event.segment.src.host !== k.host) continue;
        const { src, dst, syn, seq, payload } = event.segment;
        const flow = `${src.port} ${dst.host} ${dst.port}`;
        if (syn) for (const key of [...sent]) if (key.startsWith(`${flow} `)) sent.delete(key);
        if (payload?.kind !== "call") continue;
        const { xid } = payload;
        const key = `${flow} ${xid}`;
        // A retransmission is the same bytes again, not the call again.
        if (bytes.has(`${key} ${seq}`)) continue;
        bytes.add(`${key} ${seq}`);
        const timedOut = due.delete(xid);
        if (sent.has(key) && !timedOut)
          return `xid 0x${xid.toString(16)} went out twice on the connection from port ${src.port}`;
        sent.add(key);
      }
      return undefined;
    },
  };
}
