import {
  type Call,
  type Cred,
  type Peer,
  type Procedure,
  type Service,
  WrittenResults,
} from "../sunrpc/mod.js";
import { decode, encode, XdrWriter } from "../xdr/mod.js";

export const LOCAL: Peer = { address: "127.0.0.1", port: 700, transport: "tcp" };
export const ROOT: Cred = sys(0, 0);

export function sys(uid: number, gid: number, gids: number[] = []): Cred {
  return { flavor: "sys", stamp: 0, machinename: "test", uid, gid, gids };
}

/** Results, and how long they were on the wire. */
export interface Direct<R> {
  readonly res: R;
  readonly bytes: number;
}

/** Calls services without a network: arguments and results pass through their codecs as they would on a wire. */
export function direct(services: readonly Service[], peer = LOCAL, cred = ROOT) {
  async function measured<A, R>(proc: Procedure<A, R>, args: A): Promise<Direct<R>> {
    const found = services.find(({ program }) => program.prog === proc.prog && program.vers === proc.vers);
    const served = found?.procedures.get(proc.proc);
    if (served === undefined) throw new Error("PROC_UNAVAIL");
    const context = { peer, cred, xid: 1, proc } as Call;
    const results = await served.handler(decode(proc.arg, encode(proc.arg, args)), context);
    const w = new XdrWriter();
    w.begin();
    if (results instanceof WrittenResults) results.write(w);
    else proc.res.encode(w, results as R);
    const wire = w.finish();
    return { res: decode(proc.res, wire), bytes: wire.length };
  }
  const call = async <A, R>(proc: Procedure<A, R>, args: A): Promise<R> => (await measured(proc, args)).res;
  return { call, measured };
}
