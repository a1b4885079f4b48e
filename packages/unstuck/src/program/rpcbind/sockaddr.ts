import { formatUaddr, ipv6Words, isIPv4, parseUaddr } from "./uaddr.js";

/**
 * What UADDR2TADDR and TADDR2UADDR (RFC 1833 §2.2.1) call a transport address: Linux's sockaddr_in and
 * sockaddr_in6, little-endian family, as Linux's rpcbind gives them on most machines.
 */
const AF_INET = 2;
const AF_INET6 = 10;
const SOCKADDR_IN_BYTES = 16;
const SOCKADDR_IN6_BYTES = 28;

/** The socket address of a universal address; empty when it is none. */
export function sockaddrOf(uaddr: string): Uint8Array {
  const address = parseUaddr(uaddr);
  if (address === undefined) return new Uint8Array(0);
  const v4 = isIPv4(address.host);
  const bytes = new Uint8Array(v4 ? SOCKADDR_IN_BYTES : SOCKADDR_IN6_BYTES);
  const view = new DataView(bytes.buffer);
  view.setUint16(0, v4 ? AF_INET : AF_INET6, true);
  view.setUint16(2, address.port);
  if (v4) bytes.set(address.host.split(".").map(Number), 4);
  else for (const [i, word] of (ipv6Words(address.host) ?? []).entries()) view.setUint16(8 + 2 * i, word);
  return bytes;
}

/** The universal address of a socket address; empty when it is none. */
export function uaddrOf(sockaddr: Uint8Array): string {
  if (sockaddr.length < SOCKADDR_IN_BYTES) return "";
  const view = new DataView(sockaddr.buffer, sockaddr.byteOffset, sockaddr.length);
  const family = view.getUint16(0, true);
  const port = view.getUint16(2);
  if (family === AF_INET) return formatUaddr({ host: sockaddr.subarray(4, 8).join("."), port });
  if (family !== AF_INET6 || sockaddr.length < SOCKADDR_IN6_BYTES) return "";
  const words = Array.from({ length: 8 }, (_, i) => view.getUint16(8 + 2 * i));
  return formatUaddr({ host: ipv6Text(words), port });
}

/** RFC 5952: the longest run of zero words, if longer than one, is `::`. */
function ipv6Text(words: readonly number[]): string {
  let best = { start: 0, length: 1 };
  for (let start = 0; start < words.length; start++) {
    let end = start;
    while (end < words.length && words[end] === 0) end++;
    if (end - start > best.length) best = { start, length: end - start };
  }
  const text = (part: readonly number[]) => part.map((word) => word.toString(16)).join(":");
  if (best.length < 2) return text(words);
  return `${text(words.slice(0, best.start))}::${text(words.slice(best.start + best.length))}`;
}
