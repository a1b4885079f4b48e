import { ipv6Words, isIPv4 } from "./rpcbind/uaddr.js";

/** Does an address belong to a set of clients? See {@link matchClients}. */
export type ClientMatch = (address: string) => boolean;

/**
 * A test for addresses from a list as in exports(5): `*`, an IPv4 or IPv6 address, or a network in CIDR form
 * (`192.168.1.0/24`, `fd00::/8`). Throws a TypeError naming the entry that is none of them; host names have to
 * be resolved before.
 */
export function matchClients(entries: readonly string[]): ClientMatch {
  const networks = entries.filter((entry) => entry !== "*").map(parseNetwork);
  if (networks.length < entries.length) return () => true;
  return (address) => {
    const bits = bitsOf(address);
    return bits !== undefined && networks.some((network) => bits.startsWith(network));
  };
}

/** Is it this host's loopback? */
export const isLoopback: ClientMatch = matchClients(["127.0.0.0/8", "::1"]);

function parseNetwork(entry: string): string {
  const [, address = "", prefix] = /^([^/]+)(?:\/(\d{1,3}))?$/.exec(entry) ?? [];
  const bits = bitsOf(address);
  const family = isIPv4(address) ? 32 : 128;
  const length = prefix === undefined ? family : Number(prefix);
  if (bits === undefined || length > family) {
    throw new TypeError(
      `${JSON.stringify(entry)} is not "*", an IP address, or a network like 192.168.1.0/24`,
    );
  }
  return bits.slice(0, bits.length - family + length);
}

/** An address as 128 binary digits, IPv4 as IPv4-mapped. */
function bitsOf(address: string): string | undefined {
  const words = ipv6Words(isIPv4(address) ? `::ffff:${address}` : address);
  return words?.map((word) => word.toString(2).padStart(16, "0")).join("");
}
