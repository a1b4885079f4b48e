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
