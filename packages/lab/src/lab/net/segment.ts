/** One TCP segment on the model's wire. Sequence numbers are uint32 and wrap. Plain data. */
export interface Segment {
  readonly src: Endpoint;
  readonly dst: Endpoint;
  readonly syn: boolean;
  readonly ack: boolean;
  readonly fin: boolean;
  readonly rst: boolean;
  readonly seq: number;
  /** Meaningful when `ack` is set. */
  readonly ackSeq: number;
  /** What it carries: whole records, marks included. Undefined: nothing. */
  readonly payload: Payload | undefined;
}

export interface Endpoint {
  /** Dotted IPv4. */
  readonly host: string;
  readonly port: number;
}

/** A call or a reply, as far as the model looks; enough to write the real bytes. */
export interface Payload {
  readonly kind: "call" | "reply";
  readonly xid: number;
  /** NFSv3 procedure number. */
  readonly proc: number;
  /** Bytes on the wire, mark included. */
  readonly bytes: number;
}

/** An ICMP error (RFC 792, type 3): `from` says that `quoted` did not get to where it was sent. Plain data. */
export interface IcmpError {
  readonly error: "net-unreachable" | "host-unreachable" | "port-unreachable";
  /** A router, or the host that was meant; dotted IPv4. */
  readonly from: string;
  readonly quoted: Segment;
}
