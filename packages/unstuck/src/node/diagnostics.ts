import { channel } from "node:diagnostics_channel";

/** What `diagnostics_channel.subscribe("unstuck:rpc:call", …)` hears: each call twice. */
export type CallMessage = CallStart | CallSettle;

export interface CallStart {
  readonly phase: "start";
  /** Names the call within its client. */
  readonly task: number;
  readonly peer: string;
  readonly procedure: string;
  readonly label: string | undefined;
}

export interface CallSettle extends Omit<CallStart, "phase"> {
  readonly phase: "settle";
  /** RpcError or XprtError; undefined: the call was answered. */
  readonly error: Error | undefined;
  readonly attempts: number;
  /** From the call to its end. */
  readonly ms: number;
}

/** Published to only when somebody listens. */
export const callChannel = channel("unstuck:rpc:call");
