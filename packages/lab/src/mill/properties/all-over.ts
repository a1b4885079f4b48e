import type { Property } from "../property.js";
import { GONE } from "../socket.js";

/** After the end no timer is armed, no call is left and no socket is open. */
export const allOver: Property = {
  name: "all-over",
  closed(w) {
    if (w.core.deadline !== undefined) return `a timer is armed for ${w.core.deadline} ms`;
    if (w.core.size > 0) return `${w.core.size} calls are left in the table`;
    const open = w.net.sockets.find((s) => s.end !== GONE);
    return open === undefined ? undefined : `socket ${open.cookie} is still open`;
  },
};
