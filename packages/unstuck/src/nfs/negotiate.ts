import type { nfs3 } from "../program/mod.js";
import { ioSize, type MountOptions } from "./options.js";

const MIN_RTMAX = 512;
/** A READ reply must fit one datagram. */
const UDP_MAX_BYTES = 32768;
const MIN_DIR_BYTES = 4096;
/** Servers prefer as little as a page; a larger reply saves round trips, and they cut it as they like. */
const GOOD_DIR_BYTES = 65536;
const DEFAULT_NAMLEN = 255;

export interface Agreed {
  readonly rsize: number;
  readonly wsize: number;
  readonly namlen: number;
  readonly dirBytes: number;
}

/** The sizes both sides can do (the kernel's nfs_server_set_fsinfo; RFC 1813 §3.3.19). */
export function negotiate(
  options: MountOptions,
  fsinfo: nfs3.FSINFO3resok,
  pathconf: nfs3.PATHCONF3resok | undefined,
): Agreed {
  const rsize = size(options.rsize ?? ioSize(fsinfo.rtpref), fsinfo.rtmax, options.proto);
  return {
    rsize,
    wsize: size(options.wsize ?? ioSize(fsinfo.wtpref), fsinfo.wtmax, options.proto),
    namlen: options.namlen ?? (pathconf?.name_max || DEFAULT_NAMLEN),
    dirBytes: Math.max(MIN_DIR_BYTES, Math.min(Math.max(fsinfo.dtpref, GOOD_DIR_BYTES), rsize)),
  };
}

/** A server that claims less than 512 bytes cannot mean it. */
function size(wanted: number, max: number, proto: "tcp" | "udp"): number {
  const agreed = max >= MIN_RTMAX ? Math.min(wanted, max) : wanted;
  return proto === "udp" ? Math.min(agreed, UDP_MAX_BYTES) : agreed;
}
