import { type AnyProcedure, type Outcome, type Refusal, RpcError, XprtError } from "../sunrpc/mod.js";
import { locateDecode, type XdrError } from "../xdr/mod.js";

/** The error of a call that the server refused or nobody answered. */
export function errorOf(
  outcome: Exclude<Outcome, { type: "accepted" }>,
  proc: AnyProcedure,
  peer: string,
  cause?: unknown,
): RpcError | XprtError {
  if (outcome.type === "refused") return refusedError(outcome.stat, proc, peer);
  const { code, sent, why } = outcome;
  const executed = sent === "never" ? "it was never sent" : "the server may have executed it";
  return new XprtError(
    code,
    sent,
    `${proc.name} to ${peer}: ${unanswered(code)}${why === undefined ? "" : `: ${why}`} (${executed})`,
    cause === undefined ? undefined : { cause },
  );
}

function unanswered(code: string): string {
  switch (code) {
    case "ETIMEDOUT":
      return "no answer in time";
    case "EIO":
      return "no answer before the major timeout of a soft mount";
    case "ECANCELED":
      return "cancelled by the caller";
    case "ECLOSED":
      return "the client was closed";
    case "EPROTO":
      return "the peer's answers are no RPC replies: is another program listening there?";
    case "EMSGSIZE":
      return "the call is longer than a UDP datagram: use proto=tcp, or a smaller wsize";
    case "ECONNREFUSED":
      return "nobody listens there (ECONNREFUSED)";
    case "EPROGUNAVAIL":
      return "rpcbind there does not know the program: is it running?";
    default:
      return `the transport failed with ${code}`;
  }
}

function refusedError(stat: Refusal, proc: AnyProcedure, peer: string): RpcError {
  const range = stat.low === undefined ? "" : `, it has versions ${stat.low} to ${stat.high}`;
  const text = {
    PROG_UNAVAIL: `does not serve program ${proc.prog}`,
    PROG_MISMATCH: `does not serve version ${proc.vers} of program ${proc.prog}${range}`,
    PROC_UNAVAIL: `does not know procedure ${proc.proc}`,
    GARBAGE_ARGS: "could not decode the arguments",
    SYSTEM_ERR: "failed inside (SYSTEM_ERR): look at its log",
    RPC_MISMATCH: `does not speak RPC version 2${range}`,
    AUTH_ERROR: `rejected our credentials (${stat.authStat ?? "auth_stat unknown"}): try another sec= or, as root, resvport`,
  }[stat.code];
  return new RpcError(stat.code, `${proc.name}: ${peer} ${text}`, stat);
}

/** The error of results that do not decode. Its cause is the XdrError, with the path. */
export function badReplyError(
  error: unknown,
  proc: AnyProcedure,
  peer: string,
  results: Uint8Array,
): RpcError {
  const cause = locateDecode(error, proc.res, results) as XdrError;
  return new RpcError("BAD_REPLY", `${proc.name}: the results from ${peer} do not decode: ${cause.message}`, {
    cause,
  });
}
