/** Errors by the kernel's numbers: the network's, and what only the RPC layer says. */
export {
  EAGAIN,
  ECONNREFUSED,
  ECONNRESET,
  EHOSTUNREACH,
  ENETUNREACH,
  ENOTCONN,
  EPIPE,
  ETIMEDOUT,
} from "../net/mod.js";
export const EIO = 5;
export const ENOTSOCK = 88;
export const ERESTARTSYS = 512;
