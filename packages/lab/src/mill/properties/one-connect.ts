import type { Property } from "../property.js";
import { GONE } from "../socket.js";

/** A transport has one socket, connect attempts included; its probe has one more. */
export const oneConnect: Property = {
  name: "one-connect",
  connect(w, { cookie, xprt, probe }) {
    const { sockets } = w.net;
    for (let i = 0; i < sockets.length; i++) {
      const s = sockets[i]!;
      if (s.cookie === cookie) return `cookie ${cookie} names two sockets`;
      if (s.xprt === xprt && s.probe === probe && s.end !== GONE) {
        return `transport ${xprt} makes socket ${cookie} while it has ${s.cookie}`;
      }
    }
    return undefined;
  },
};
