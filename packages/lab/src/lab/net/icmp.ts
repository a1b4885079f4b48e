/** ICMP errors (RFC 792, type 3) and what TCP makes of them. */
import { ECONNREFUSED, EHOSTUNREACH, ENETUNREACH } from "./errno.js";
import type { IcmpError, Segment } from "./segment.js";
import { after, before } from "./seq.js";
import type { Sock, SockHost } from "./sock.js";
import { icmp_error } from "./tcp-input.js";

/** The code on the wire and the errno of it. `icmp_err_convert` */
export const ICMP_UNREACHABLE = {
  "net-unreachable": { code: 0, errno: ENETUNREACH },
  "host-unreachable": { code: 1, errno: EHOSTUNREACH },
  "port-unreachable": { code: 3, errno: ECONNREFUSED },
} as const satisfies Record<IcmpError["error"], object>;

/** Who a message is for: the connection of the segment that it quotes, seen from there. */
export function quotedBack({ quoted }: IcmpError): Segment {
  return { ...quoted, src: quoted.dst, dst: quoted.src };
}

/**
 * A message arrived for a socket, or for none. Fatal only to a handshake whose socket nobody has locked; kept as a soft
 * error otherwise. Returns what came of it, for people. `tcp_v4_err`
 */
export function tcp_v4_err(h: SockHost, sk: Sock | undefined, { error, quoted }: IcmpError): string {
  if (sk === undefined) return "ignored: no such connection";
  if (before(quoted.seq, sk.snd_una) || after(quoted.seq, sk.snd_nxt)) return "ignored: out of window";
  const { errno } = ICMP_UNREACHABLE[error];
  return icmp_error(h, sk, errno) ? `sk_err ${errno}` : `sk_err_soft ${errno}`;
}
