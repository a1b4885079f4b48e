import type { Procedure } from "../sunrpc/mod.js";
import { type Codec, uint32 } from "../xdr/mod.js";
import { connect, QUICK } from "./connect.js";
import type { AskRpcbind } from "./resolve.js";

const RPCBIND_PORT = 111;
const PROT = { tcp: 6, tcp6: 6, udp: 17, udp6: 17 } as const;

interface mapping {
  readonly prog: number;
  readonly vers: number;
  readonly prot: number;
}

const mapping: Codec<mapping> = {
  name: "mapping",
  shape: { kind: "void" },
  encode: (w, v) => {
    w.uint32(v.prog);
    w.uint32(v.vers);
    w.uint32(v.prot);
    w.uint32(0);
  },
  decode: () => ({ prog: 0, vers: 0, prot: 0 }),
};

const GETPORT: Procedure<mapping, number> = {
  name: "PMAPPROC_GETPORT",
  prog: 100000,
  vers: 2,
  proc: 3,
  arg: mapping,
  res: uint32,
};

/** Asks by PMAPPROC_GETPORT (RFC 1833 §3), over the protocol the answer is wanted for. */
export const askRpcbind: AskRpcbind = async ({ address, program, version, netid }) => {
  const proto = netid.startsWith("udp") ? "udp" : "tcp";
  const rpcbind = await connect({
    host: address,
    port: RPCBIND_PORT,
    program: 100000,
    version: 2,
    proto,
    policy: QUICK,
    auth: { flavor: "none" },
  });
  try {
    return await rpcbind.call(GETPORT, { prog: program, vers: version, prot: PROT[netid] });
  } finally {
    await rpcbind.close();
  }
};
