export { CONN_MOVES, type ConnInput, type ConnState } from "./conn.states.js";
export { Dispatcher } from "./dispatch.js";
export * from "./port.js";
export {
  type Answer,
  type Handler,
  type Handlers,
  type Later,
  type Served,
  type Service,
  type ServiceOptions,
  service,
  type Tail,
  WrittenResults,
  writeResults,
} from "./service.js";
export { SvcState } from "./state.js";
export { Svc } from "./svc.js";
