import type { Property } from "../property.js";
import { GONE, UP } from "../socket.js";

/** Nothing is sent on, and nothing is asked of, a socket that is not the present one. */
export const currentCookie: Property = {
  name: "current-cookie",
  send(w, { cookie }) {
    const s = w.net.find(cookie);
    if (s === undefined || s.end === GONE) return `a record goes to socket ${cookie}, which is gone`;
    if (s.end !== UP) return `a record goes to socket ${cookie}, which is not connected yet`;
    const { cookie: newest } = w.xprts[s.xprt]!;
    return s.probe || cookie === newest
      ? undefined
      : `a record goes to socket ${cookie}, the present one is ${newest}`;
  },
  drop(w, { type, cookie }) {
    const s = w.net.find(cookie);
    return s === undefined || s.end === GONE ? `${type} of socket ${cookie}, which is gone` : undefined;
  },
};
