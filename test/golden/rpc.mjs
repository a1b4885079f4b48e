// RPC messages by our codecs: header and body, decoded and encoded again.
import { mount3, nfs3, rpcbind } from "../../packages/unstuck/dist/program/mod.js";
import * as msg from "../../packages/unstuck/dist/sunrpc/msg/rpc_msg.gen.js";
import { decode, encode, XdrReader, xdrVoid } from "../../packages/unstuck/dist/xdr/mod.js";

const programs = [
  nfs3.NFS_V3,
  mount3.MOUNT_V1,
  mount3.MOUNT_V3,
  rpcbind.PMAP_VERS,
  rpcbind.RPCBVERS,
  rpcbind.RPCBVERS4,
];
/** Golden files by program and version. */
export const files = ["nfs3", "mount1", "mount3", "rpcbind2", "rpcbind3", "rpcbind4"];

export const procedures = programs.flatMap((program) => Object.values(program.procedures));

/** The procedure that a call names, and the file it belongs to; undefined when there is none. */
export function procedureOf({ prog, vers, proc }) {
  const at = programs.findIndex((each) => each.prog === prog && each.vers === vers);
  const procedure = procedures.find((each) => each.prog === prog && each.vers === vers && each.proc === proc);
  return procedure && { procedure, file: files[at] };
}

/** Header, codec of the body and where it begins. A body that nobody can have (an unknown procedure's) is void. */
export function readCall(bytes) {
  const { value: header, end } = front(bytes);
  const procedure = procedureOf(header.body.cbody)?.procedure;
  const codec = procedure?.arg ?? xdrVoid;
  return { header, procedure, codec, at: end, body: (how) => decode(codec, bytes, { start: end, ...how }) };
}

export function readReply(bytes, procedure) {
  const { value: header, end } = front(bytes);
  const codec = outcome(header) === "SUCCESS" ? (procedure?.res ?? xdrVoid) : xdrVoid;
  return { header, codec, at: end, body: (how) => decode(codec, bytes, { start: end, ...how }) };
}

function front(bytes) {
  const r = new XdrReader(bytes);
  const value = msg.rpc_msg.decode(r);
  return { value, end: r.pos };
}

/** `SUCCESS`, or why there are no results. */
export function outcome({ body: { rbody } }) {
  if (rbody.stat === msg.reply_stat.MSG_ACCEPTED)
    return nameIn(msg.accept_stat, rbody.areply.reply_data.stat);
  return nameIn(msg.reject_stat, rbody.rreply.stat);
}

export function nameIn(enumeration, value) {
  return Object.keys(enumeration).find((name) => enumeration[name] === value);
}

/** Header and body as one message again. */
export function join(header, codec, body) {
  return Buffer.concat([encode(msg.rpc_msg, header), encode(codec, body)]);
}

export const { rpc_msg, authsys_parms, auth_flavor } = msg;
