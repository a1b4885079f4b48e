import { isIPv6 } from "node:net";
import { networkInterfaces } from "node:os";
import { matchClients } from "../program/mod.js";

/**
 * This host's address as seen from `peer`: the one of the interface whose network the peer is in, else the first
 * of the peer's family that is not loopback; undefined if there is none.
 */
export function localAddressFor(peer: string): string | undefined {
  const family = isIPv6(peer) ? "IPv6" : "IPv4";
  const own = Object.values(networkInterfaces())
    .flatMap((addresses) => addresses ?? [])
    .filter((address) => address.family === family);
  const near = own.find(({ cidr }) => cidr !== null && matchClients([cidr])(peer));
  return (near ?? own.find(({ internal }) => !internal))?.address;
}
