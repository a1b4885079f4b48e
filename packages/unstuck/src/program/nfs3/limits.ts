import type { Peer } from "../../sunrpc/mod.js";

/** A datagram holds less than 64 KiB, headers included. */
const UDP_TRANSFER_BYTES = 32 * 1024;
const TCP_TRANSFER_BYTES = 1024 * 1024;

/** The longest READ or WRITE, bytes. */
export function transferMax(peer: Peer): number {
  return peer.transport === "udp" ? UDP_TRANSFER_BYTES : TCP_TRANSFER_BYTES;
}

/** The longest READDIR or READDIRPLUS: about 600 entries, for which a warm disk is asked 5 ms without a pause. */
export const LISTING_MAX_BYTES = 128 * 1024;

export function listingMax(peer: Peer): number {
  return Math.min(LISTING_MAX_BYTES, transferMax(peer));
}
