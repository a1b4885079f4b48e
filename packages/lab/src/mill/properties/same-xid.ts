import type { Property } from "../property.js";
import { PING } from "../socket.js";

/** A resend keeps its xid, and no two calls in flight share one: servers tell a resend from a new call by it. */
export const sameXid: Property = {
  name: "same-xid",
  send(w, _effect, number, xid) {
    if (number === PING) return undefined;
    const call = w.calls[number];
    if (call === undefined) return `a record of call ${number}, which was never made`;
    // The first time it is held against the others', later against its own.
    if (call.sends > 0) {
      return call.xid === xid ? undefined : `call ${number} was sent as ${call.xid} and now as ${xid}`;
    }
    for (let i = 0; i < w.unsettled.length; i++) {
      const other = w.unsettled[i]!;
      const { sends, xid: its } = w.calls[other]!;
      if (other !== number && sends > 0 && its === xid)
        return `calls ${other} and ${number} both have xid ${xid}`;
    }
    return undefined;
  },
};
