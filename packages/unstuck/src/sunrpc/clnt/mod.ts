export { Clnt } from "./clnt.js";
export {
  CALL_STATES,
  type CallInput,
  type CallState,
  type ProbeStage,
  XPRT_STATES,
  type XprtInput,
  type XprtState,
} from "./clnt.states.js";
export { CLNT_DEFAULTS, type ClntConfig } from "./config.js";
/** The core's whole state, for explorers: hand one to {@link Clnt} and look at it while the core runs. */
export { Machine } from "./machine.js";
