/** Sockets, TCP, the wire and the server at its other end. */
export * from "./errno.js";
export * from "./fabric.js";
export * from "./icmp.js";
export * from "./inet.js";
export * from "./peer.js";
export * from "./segment.js";
export { seqAdd } from "./seq.js";
export * from "./sock.js";
export * from "./tcp.js";
export * from "./tcp-input.js";
export * from "./timer.js";
export { sameEndpoint, timewait_rcv } from "./timewait.js";
