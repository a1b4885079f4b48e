import type { Property } from "../property.js";
import { PING } from "../socket.js";

/**
 * A call does not go out again on the same connection before its timeout: the first one may still be answered. On a
 * datagram socket, where it may be lost, it may go out sooner, but never twice at one moment.
 */
export const resendSleeps: Property = {
  name: "resend-sleeps",
  send(w, { cookie }, number) {
    if (number === PING) return undefined;
    const call = w.calls[number];
    if (call === undefined || call.sends === 0 || call.sentOn !== cookie) return undefined;
    if (w.net.reading === number) return `call ${number} goes out again while its reply comes in`;
    const slept = w.now - call.sentAt;
    if (w.net.isDatagram ? slept > 0 : slept + 1e-6 >= call.plan.policy.timeoMs) return undefined;
    return `call ${number} goes out on socket ${cookie} again after ${slept} ms`;
  },
};
