/** Node's drivers: sockets, clocks and files around the pure parts. */

export { RpcClient } from "./clnt-driver.js";
export type {
  CallWithOptions,
  ClntCore,
  Done,
  InFlight,
  RpcClientOptions,
  RpcClientSnapshot,
} from "./clnt-options.js";
export {
  type ConnectOptions,
  clientOver,
  connect,
  connector,
  credOf,
  HARD,
  HARD_UDP,
  nullOf,
  QUICK,
} from "./connect.js";
export type { CallMessage, CallSettle, CallStart } from "./diagnostics.js";
export { type DiskOptions, DiskVfs, openDisk } from "./disk.js";
export { type DuplexEnd, type DuplexEvent, type Faults, Inproc, type InprocOptions } from "./inproc.js";
export type { Dialer, DialRequest, Line, LineSink } from "./line.js";
export { SvcDriver, type SvcDriverOptions } from "./listen.js";
export { ListenError } from "./listen-error.js";
export { acceptInproc } from "./listen-inproc.js";
export { mount, mountPath, nfsPorts } from "./mount.js";
export { type Nfsd, type NfsdExport, type NfsdOptions, nfsd } from "./nfsd.js";
export {
  collect,
  PsError,
  type PsReport,
  type Publication,
  type PublishOptions,
  psDir,
  publish,
} from "./ps.js";
export type { PsCall, PsClient, PsDocument, PsHistory, PsReason, PsTransport } from "./ps-document.js";
export { resetSocket } from "./reset-socket.js";
export {
  type AskRpcbind,
  type Endpoint,
  ResolveError,
  type ResolveOptions,
  Resolver,
  type Target,
} from "./resolve.js";
export { type RpcServer, type RpcServerAddress, type ServeOptions, serve, serveInproc } from "./serve.js";
export { type TcpOptions, tcpDialer } from "./tcp.js";
export { MAX_DATAGRAM_BYTES, type UdpOptions, udpDialer } from "./udp.js";
