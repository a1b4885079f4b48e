/** Universal addresses (RFC 5665 §5.2.3.4): an IP address in text, then the port's two bytes as `.high.low`. */

/** An IP address and a port. */
export interface InetAddress {
  /** IPv4 dotted quad, or IPv6 text without brackets. */
  readonly host: string;
  readonly port: number;
}

/** The netids of RFC 5665 §5.2 that this library speaks. */
export type Netid = "tcp" | "udp" | "tcp6" | "udp6";

/** `{host: "10.0.0.1", port: 2049}` → `"10.0.0.1.8.1"`. Works for IPv4 and IPv6. */
export function formatUaddr(address: InetAddress): string {
  return `${address.host}.${address.port >> 8}.${address.port & 255}`;
}

/** `"10.0.0.1.8.1"` → `{host: "10.0.0.1", port: 2049}`; undefined when `uaddr` is not a universal address. */
export function parseUaddr(uaddr: string): InetAddress | undefined {
  const match = /^(.+)\.(\d{1,3})\.(\d{1,3})$/.exec(uaddr);
  if (match === null) return undefined;
  const [, host = "", high = "", low = ""] = match;
  if (Number(high) > 255 || Number(low) > 255) return undefined;
  if (!isIPv4(host) && !isIPv6(host)) return undefined;
  return { host, port: Number(high) * 256 + Number(low) };
}

/** The netid for a transport over this host's address family. */
export function netidOf(proto: "tcp" | "udp", host: string): Netid {
  return isIPv6(host) ? (proto === "tcp" ? "tcp6" : "udp6") : proto;
}

/** Is this text an IPv4 dotted quad? */
export function isIPv4(text: string): boolean {
  const parts = text.split(".");
  return parts.length === 4 && parts.every((part) => /^(0|[1-9]\d{0,2})$/.test(part) && Number(part) <= 255);
}

/** Is this text an IPv6 address (RFC 4291 §2.2), with or without a zone? */
export function isIPv6(text: string): boolean {
  return ipv6Words(text) !== undefined;
}

/** The eight 16-bit words of an IPv6 address, or undefined. A zone (`%eth0`) is ignored. */
export function ipv6Words(text: string): number[] | undefined {
  const bare = text.replace(/%[^%]*$/, "");
  const halves = bare.split("::");
  if (halves.length > 2) return undefined;
  const head = words(halves[0] ?? "", halves.length === 1);
  const tail = words(halves[1] ?? "", true);
  if (head === undefined || tail === undefined) return undefined;
  if (halves.length === 1) return head.length === 8 ? head : undefined;
  const gap = 8 - head.length - tail.length;
  return gap < 1 ? undefined : [...head, ...new Array<number>(gap).fill(0), ...tail];
}

function words(text: string, mayEndInIPv4: boolean): number[] | undefined {
  if (text === "") return [];
  const parts = text.split(":");
  const out: number[] = [];
  for (const [i, part] of parts.entries()) {
    if (mayEndInIPv4 && i === parts.length - 1 && isIPv4(part)) {
      const [a = 0, b = 0, c = 0, d = 0] = part.split(".").map(Number);
      out.push(a * 256 + b, c * 256 + d);
    } else if (/^[0-9a-fA-F]{1,4}$/.test(part)) out.push(Number.parseInt(part, 16));
    else return undefined;
  }
  return out.length <= 8 ? out : undefined;
}
