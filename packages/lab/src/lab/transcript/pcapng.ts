/** Captures as pcapng (draft-ietf-opsawg-pcapng), little-endian, for Wireshark and tshark. */
import type { TraceEvent } from "../trace.js";
import { aligned, ascii, concat } from "./bytes.js";
import { EPOCH_S } from "./clock.js";
import { icmpPacket, ipPacket } from "./packet.js";

const SECTION_HEADER = 0x0a0d0d0a;
const INTERFACE = 1;
const ENHANCED_PACKET = 6;
/** Raw IP, the version told from the first four bits. */
const LINKTYPE_RAW = 101;
const OPT_COMMENT = 1;
const SHB_USERAPPL = 4;
const IF_NAME = 2;
const IF_TSRESOL = 9;
const NANOSECONDS = 9;

/**
 * A capture of every segment that left a host, at the sender: also of those that were dropped, which is in their
 * comment; and of every ICMP message, at the client. Each packet's comment says what sent it. RangeError when a host is no dotted IPv4 address.
 */
export function pcapng(events: readonly TraceEvent[]): Uint8Array {
  const blocks = [sectionHeader(), interfaceDescription()];
  for (const event of events) {
    if (event.type === "icmp") {
      const packet = icmpPacket(event.icmp, blocks.length - 1);
      blocks.push(enhancedPacket(event.at, packet, `${event.icmp.error}: ${event.effect}`));
    }
    if (event.type !== "packet") continue;
    const lost = event.dropped === undefined ? "" : ` (dropped: ${event.dropped})`;
    const id = blocks.length - 1;
    blocks.push(enhancedPacket(event.at, ipPacket(event.segment, id), `${event.cause}${lost}`));
  }
  return concat(blocks);
}

function sectionHeader(): Uint8Array {
  const body = new Uint8Array(16).fill(0xff); // section length unknown: -1
  const view = new DataView(body.buffer);
  view.setUint32(0, 0x1a2b3c4d, true);
  view.setUint16(4, 1, true);
  view.setUint16(6, 0, true);
  return block(SECTION_HEADER, [body, options([[SHB_USERAPPL, ascii("unstuck lab")]])]);
}

function interfaceDescription(): Uint8Array {
  const body = new Uint8Array(8);
  new DataView(body.buffer).setUint16(0, LINKTYPE_RAW, true);
  const described = options([
    [IF_NAME, ascii("lab")],
    [IF_TSRESOL, Uint8Array.of(NANOSECONDS)],
  ]);
  return block(INTERFACE, [body, described]);
}

function enhancedPacket(at: number, packet: Uint8Array, comment: string): Uint8Array {
  const time = BigInt(EPOCH_S) * 1_000_000_000n + BigInt(Math.round(at * 1000));
  const head = little(0, Number(time >> 32n), Number(time & 0xffff_ffffn), packet.length, packet.length);
  return block(ENHANCED_PACKET, [head, padded(packet), options([[OPT_COMMENT, ascii(comment)]])]);
}

/** Type and length, the body, the length again, so that a reader can also go backwards. */
function block(type: number, body: readonly Uint8Array[]): Uint8Array {
  const length = 12 + body.reduce((sum, part) => sum + part.length, 0);
  return concat([little(type, length), ...body, little(length)]);
}

function options(list: readonly (readonly [code: number, value: Uint8Array])[]): Uint8Array {
  const parts = list.flatMap(([code, value]) => [little((value.length << 16) | code), padded(value)]);
  return concat([...parts, little(0)]); // opt_endofopt
}

function padded(bytes: Uint8Array): Uint8Array {
  return concat([bytes, new Uint8Array(aligned(bytes.length) - bytes.length)]);
}

function little(...values: readonly number[]): Uint8Array {
  const bytes = new Uint8Array(values.length * 4);
  const view = new DataView(bytes.buffer);
  values.forEach((value, i) => {
    view.setUint32(i * 4, value >>> 0, true);
  });
  return bytes;
}
