/** Sockets as a user calls them: `inet_stream_ops`. All want the socket lock held. */
import { EALREADY, ECONNABORTED, EINPROGRESS, EINVAL, EISCONN, ENOTCONN } from "./errno.js";
import type { Endpoint } from "./segment.js";
import {
  SHUT_RD,
  SHUT_RDWR,
  type Sock,
  type SockHost,
  sock_error,
  TCP_CLOSE,
  TCP_SYN_RECV,
  TCP_SYN_SENT,
} from "./sock.js";
import { tcp_close, tcp_disconnect, tcp_shutdown } from "./tcp.js";
import { queueAndSend } from "./tcp-output.js";

function opening(sk: Sock): boolean {
  return sk.sk_state === TCP_SYN_SENT || sk.sk_state === TCP_SYN_RECV;
}

function disconnect(h: SockHost, sk: Sock): number {
  const err = tcp_disconnect(h, sk);
  sk.state = err === 0 ? "UNCONNECTED" : "DISCONNECTING";
  return err;
}

/**
 * Non-blocking connect; AF_UNSPEC aborts what there is. Returns 0, or: -EINPROGRESS a SYN is out; -EALREADY it is
 * still; -EISCONN; -EINVAL shut down before it was connected; -ENETUNREACH; or why the last attempt failed
 * (-ECONNABORTED when nobody knows). `inet_stream_connect`
 */
export function inet_stream_connect(h: SockHost, sk: Sock, dst: Endpoint | "AF_UNSPEC"): number {
  if (dst === "AF_UNSPEC") return disconnect(h, sk);
  switch (sk.state) {
    case "CONNECTED":
      return -EISCONN;
    case "UNCONNECTED": {
      if (sk.sk_state !== TCP_CLOSE) return -EISCONN;
      const err = tcp_v4_connect(h, sk, dst);
      if (err !== 0) return err;
      sk.state = "CONNECTING";
      if (opening(sk)) return -EINPROGRESS;
      break;
    }
    case "CONNECTING":
      if (opening(sk)) return -EALREADY;
      break;
    default:
      return -EINVAL;
  }
  if (sk.sk_state === TCP_CLOSE) {
    const err = sock_error(sk) || -ECONNABORTED;
    disconnect(h, sk);
    return err;
  }
  sk.state = "CONNECTED";
  return 0;
}

/** Sends a SYN. Clears the error and keeps the shutdown bits. `tcp_v4_connect`, `tcp_connect_init` */
function tcp_v4_connect(h: SockHost, sk: Sock, dst: Endpoint): number {
  const err = h.route(dst.host);
  if (err !== 0) return err;
  sk.raddr = dst;
  sk.sk_state = TCP_SYN_SENT;
  sk.sk_err = 0;
  sk.sk_err_soft = 0;
  sk.done = false;
  if (sk.snd_nxt === 0) sk.snd_nxt = h.isn();
  sk.snd_una = sk.snd_nxt;
  sk.rcv_nxt = 0;
  sk.rtoUs = h.synTimeoutUs;
  sk.rtoAtUs = undefined;
  sk.retransmits = 0;
  sk.writeQueue = [];
  queueAndSend(h, sk, { syn: true }, "connect");
  return 0;
}

/**
 * Ends one or both directions; `how` as in shutdown(2). Returns 0, -EINVAL, or -ENOTCONN on a closed socket, whose
 * shutdown bits it sets all the same: a later connect cannot send then. `inet_shutdown`
 */
export function inet_shutdown(h: SockHost, sk: Sock, how: number): number {
  if (how < SHUT_RD || how > SHUT_RDWR) return -EINVAL;
  if (sk.state === "CONNECTING") {
    sk.state = opening(sk) || sk.sk_state === TCP_CLOSE ? "DISCONNECTING" : "CONNECTED";
  }
  let err = 0;
  if (sk.sk_state === TCP_SYN_SENT) err = disconnect(h, sk);
  else {
    if (sk.sk_state === TCP_CLOSE) err = -ENOTCONN;
    sk.sk_shutdown |= how + 1;
    tcp_shutdown(h, sk, how);
  }
  h.sk_state_change(sk);
  return err;
}

/** The user closes the socket; from now on nobody hears of it. `inet_release` */
export function inet_release(h: SockHost, sk: Sock): void {
  tcp_close(h, sk);
  sk.state = "FREE";
}
