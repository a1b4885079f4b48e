import type { Fix, Preset } from "../scenario/mod.js";
import type { Us } from "../trace.js";

/** In which of its ways the kernel behaves: what a preset or a fix changes, as data. True is the older behaviour unless said. */
export interface Rules {
  /** `rpciod/N` threads of create_workqueue (2.6.32), or the bound `kworker/N:1` of 3.x. */
  readonly workers: "rpciod" | "kworker";
  /** TCP_TIMEOUT_INIT: until the first retransmission of a SYN. 3 s in 2.6.32; 1 s since 9ad7c049f0f7 (v3.1, RFC 6298). */
  readonly synTimeoutUs: Us;
  /** xs_error_report is installed. Gone with f878b657ce8e. */
  readonly errorCallback: boolean;
  /** xs_abort_connection ends in xprt_disconnect_done. With 4bc1e68ed6a8 it only resets flags. */
  readonly abortWakes: boolean;
  /** xs_tcp_send_request shuts the socket down on EPIPE too. Reverted by b9d2bb2ee537. */
  readonly epipeShutsDown: boolean;
  /** The server's FIN leaves CONNECTED set. Cleared with d0bea455dd48. */
  readonly connectedInCloseWait: boolean;
  /** False: the server's FIN leads to a graceful shutdown. True with a519fc7a70d1: to a real close. */
  readonly closeOnCloseWait: boolean;
  /** What xs_nospace says when the buffer is not what was missing: 0 (el6: as if sent) or -EAGAIN (24ca9a84). */
  readonly nospaceStatus: 0 | -11;
  /** Newer: call_connect_status goes back to call_connect on -EAGAIN (the report's first fix). */
  readonly eagainToConnect: boolean;
  /** Steps between the worker's clearing of CONNECTING and its last wake (W12): 0, or held open for somebody to come in. */
  readonly lastWakeSteps: number;
  /** Newer: nobody on `pending` is woken while a connect worker has not finished (the report's "right" fix). */
  readonly noEarlyWake: boolean;
}

const EL6_279: Rules = {
  workers: "rpciod",
  synTimeoutUs: 3_000_000,
  errorCallback: true,
  abortWakes: true,
  epipeShutsDown: true,
  connectedInCloseWait: true,
  closeOnCloseWait: false,
  nospaceStatus: 0,
  eagainToConnect: false,
  noEarlyWake: false,
  lastWakeSteps: 0,
};
const V3_6: Rules = { ...EL6_279, workers: "kworker", synTimeoutUs: 1_000_000, nospaceStatus: -11 };
const V3_7_RC2: Rules = { ...V3_6, closeOnCloseWait: true };
const V3_7: Rules = {
  ...V3_7_RC2,
  errorCallback: false,
  abortWakes: false,
  epipeShutsDown: false,
  connectedInCloseWait: false,
};

const PRESET_RULES: { readonly [P in Preset]: Rules } = {
  "el6-279": EL6_279,
  "v3.6": V3_6,
  "v3.7-rc2": V3_7_RC2,
  "v3.7": V3_7,
};

const FIX_RULES: { readonly [F in Fix]: Partial<Rules> } = {
  "eagain-to-connect": { eagainToConnect: true },
  "no-early-wake": { noEarlyWake: true },
  "close-on-close-wait": { closeOnCloseWait: true },
  "disconnected-on-close-wait": { connectedInCloseWait: false },
  "no-shutdown-on-epipe": { epipeShutsDown: false },
  "quiet-abort": { abortWakes: false },
  "no-error-callback": { errorCallback: false },
  "slow-last-wake": { lastWakeSteps: 40 },
};

/** The rules of a preset with fixes on top. */
export function rulesOf(preset: Preset, fixes: readonly Fix[]): Rules {
  return Object.assign({}, PRESET_RULES[preset], ...fixes.map((fix) => FIX_RULES[fix]));
}
