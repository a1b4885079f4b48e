// Where mutations start: the golden exchanges.
import { exchanges } from "../golden/format.mjs";
import { procedures, readCall } from "../golden/rpc.mjs";

export const golden = exchanges();
export const calls = golden.map(({ call }) => call.bytes);
export const replies = golden.map(({ reply }) => reply.bytes);
export const messages = [...calls, ...replies];

/** Golden exchanges of one procedure each, with the procedure. */
export const known = golden
  .map(({ call, reply }) => ({
    procedure: readCall(call.bytes).procedure,
    call: call.bytes,
    reply: reply.bytes,
  }))
  .filter(({ procedure }) => procedure !== undefined);

export { procedures };
