import type { Property } from "./mod.js";

/** Never the same call twice on one live connection: TCP loses nothing, so the server would execute it twice. */
export function sentOnce(): Property {
  const sent = new Set<string>();
  return {
    name: "a call goes out once on a connection",
    look(k, seen) {
      for (const event of seen) {
        if (event.type !== "packet" || event.segment.src.host !== k.host) continue;
        const { src, dst, syn, seq, payload } = event.segment;
        const flow = `${src.port} ${dst.host} ${dst.port}`;
        if (syn) for (const key of [...sent]) if (key.startsWith(`${flow} `)) sent.delete(key);
        // A retransmission is the same bytes again, not the call again.
        if (payload?.kind !== "call") continue;
        const key = `${flow} ${payload.xid}`;
        if (sent.has(key) && !sent.has(`${key} ${seq}`))
          return `xid 0x${payload.xid.toString(16)} went out twice on the connection from port ${src.port}`;
        sent.add(key).add(`${key} ${seq}`);
      }
      return undefined;
    },
  };
}
