import { rpcbind } from "../program/mod.js";
import { connect, QUICK } from "./connect.js";
import type { AskRpcbind } from "./resolve.js";

const RPCBIND_PORT = 111;
const RPCBIND_PROGRAM = 100000;

/** Asks the rpcbind at port 111, over the protocol the answer is wanted for, versions 4 to 2 (RFC 1833). */
export const askRpcbind: AskRpcbind = async ({ address, program, version, netid }) => {
  await using client = await connect({
    host: address,
    port: RPCBIND_PORT,
    program: RPCBIND_PROGRAM,
    version: 2,
    proto: netid.startsWith("udp") ? "udp" : "tcp",
    policy: QUICK,
    auth: { flavor: "none" },
    label: "rpcbind",
  });
  try {
    return await rpcbind.lookupPort(client, { prog: program, vers: version, netid });
  } catch (error) {
    if (error instanceof rpcbind.RpcbindError && error.code === "NOT_REGISTERED") return 0;
    throw error;
  }
};
