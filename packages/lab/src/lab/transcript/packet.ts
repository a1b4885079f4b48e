/** A segment as the bytes of an IPv4 packet (RFC 791) with TCP (RFC 9293) in it, both checksums right. */
import { ICMP_UNREACHABLE } from "../net/icmp.js";
import type { Endpoint, IcmpError, Segment } from "../net/segment.js";
import { concat } from "./bytes.js";
import { rpcRecord } from "./rpcmsg.js";

/** What the model does not have and every segment must say: a window, and on a SYN the largest segment taken. */
export const WINDOW = 14_480;
export const MSS = 1460;

const IP_HEADER = 20;
const TCP_HEADER = 20;
const TCP = 6;
const ICMP = 1;
const DESTINATION_UNREACHABLE = 3;

/** `id`: IPv4's identification, 16 bits of it used. RangeError when a host is no dotted IPv4 address. */
export function ipPacket(segment: Segment, id: number): Uint8Array {
  const payload = segment.payload === undefined ? new Uint8Array(0) : rpcRecord(segment.payload);
  const src = address(segment.src);
  const dst = address(segment.dst);
  return ipv4(src, dst, TCP, tcpBytes(segment, payload, concat([src, dst])), id);
}

/** An ICMP message (RFC 792): of the packet it quotes, the header and the first eight bytes. */
export function icmpPacket({ error, from, quoted }: IcmpError, id: number): Uint8Array {
  const icmp = concat([new Uint8Array(8), ipPacket(quoted, id - 1).subarray(0, IP_HEADER + 8)]);
  const view = new DataView(icmp.buffer);
  view.setUint8(0, DESTINATION_UNREACHABLE);
  view.setUint8(1, ICMP_UNREACHABLE[error].code);
  view.setUint16(2, checksum(icmp));
  return ipv4(address({ host: from, port: 0 }), address(quoted.src), ICMP, icmp, id);
}

function ipv4(src: Uint8Array, dst: Uint8Array, protocol: number, body: Uint8Array, id: number): Uint8Array {
  const ip = new Uint8Array(IP_HEADER);
  const view = new DataView(ip.buffer);
  view.setUint8(0, 0x45);
  view.setUint16(2, IP_HEADER + body.length);
  view.setUint16(4, id & 0xffff);
  view.setUint16(6, 0x4000); // do not fragment
  view.setUint8(8, 64);
  view.setUint8(9, protocol);
  ip.set(src, 12);
  ip.set(dst, 16);
  view.setUint16(10, checksum(ip));
  return concat([ip, body]);
}

function tcpBytes(segment: Segment, payload: Uint8Array, addresses: Uint8Array): Uint8Array {
  const header = TCP_HEADER + (segment.syn ? 4 : 0);
  const tcp = new Uint8Array(header + payload.length);
  const view = new DataView(tcp.buffer);
  view.setUint16(0, segment.src.port);
  view.setUint16(2, segment.dst.port);
  view.setUint32(4, segment.seq >>> 0);
  view.setUint32(8, segment.ack ? segment.ackSeq >>> 0 : 0);
  view.setUint8(12, (header / 4) << 4);
  view.setUint8(13, flagBits(segment));
  view.setUint16(14, WINDOW);
  if (segment.syn) view.setUint32(TCP_HEADER, (2 << 24) | (4 << 16) | MSS);
  tcp.set(payload, header);
  const pseudo = Uint8Array.of(0, TCP, tcp.length >> 8, tcp.length & 0xff);
  view.setUint16(16, checksum(concat([addresses, pseudo, tcp])));
  return tcp;
}

function flagBits(segment: Segment): number {
  return (
    (segment.fin ? 0x01 : 0) |
    (segment.syn ? 0x02 : 0) |
    (segment.rst ? 0x04 : 0) |
    (segment.payload === undefined ? 0 : 0x08) |
    (segment.ack ? 0x10 : 0)
  );
}

/** RFC 1071: the complement of the one's complement sum of 16-bit words, a missing last byte taken as 0. */
function checksum(bytes: Uint8Array): number {
  let sum = 0;
  bytes.forEach((byte, i) => {
    sum += i % 2 === 0 ? byte << 8 : byte;
  });
  while (sum > 0xffff) sum = (sum & 0xffff) + Math.floor(sum / 0x10000);
  return ~sum & 0xffff;
}

function address({ host }: Endpoint): Uint8Array {
  const parts = host.split(".");
  if (parts.length !== 4 || parts.some((part) => !/^\d{1,3}$/.test(part) || Number(part) > 255)) {
    throw new RangeError(`not a dotted IPv4 address: ${host}`);
  }
  return Uint8Array.from(parts, Number);
}
