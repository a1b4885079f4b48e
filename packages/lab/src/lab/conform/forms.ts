/** What the lines of the kernel's RPC debug log look like: which fields there are, and which function prints what. */

/**
 * How two logs' values of a field are held against each other. `exact`: the same value. `name`: any value, as long as
 * the one always stands for the other. `count`: a byte count is a name, zero and errors are exact. `never`: not at all.
 */
export type Comparison = "exact" | "name" | "count" | "never";

/** A field of a line: how it is written and compared. */
export interface Field {
  readonly pattern: string;
  readonly compare: Comparison;
  /** Names are unique within this space only; the field's own name if there is none. */
  readonly space?: string;
  /** Of a number; a field without one is a word. */
  readonly radix?: 10 | 16;
}

const address: Field = { pattern: "(?:0x)?[0-9a-f]{8,16}", compare: "name" };
const number = (compare: Comparison): Field => ({ pattern: "-?\\d+", compare, radix: 10 });
const word = (pattern: string, compare: Comparison): Field => ({ pattern, compare });

/** The fields by name, as the forms below spell them. */
export const FIELDS: { readonly [name: string]: Field } = {
  fn: word("[a-z_]+", "exact"),
  xprt: address,
  queueaddr: address,
  cred: address,
  req: address,
  taskaddr: address,
  buffer: address,
  client: address,
  ops: address,
  status: number("count"),
  size: number("count"),
  sent: { ...number("count"), space: "size" },
  error: number("exact"),
  result: number("exact"),
  connected: number("exact"),
  // xs_tcp_state_change prints the state with %x, xs_tcp_setup_socket with %d
  state: { pattern: "[0-9a-f]+", compare: "exact", radix: 16 },
  sockstate: number("exact"),
  conn: number("exact"),
  dead: number("exact"),
  zapped: number("exact"),
  shutdown: number("exact"),
  ms: number("exact"),
  seconds: number("exact"),
  queue: word("[\\w ]+", "exact"),
  is: word("is not|is", "exact"),
  outcome: word(".+", "exact"),
  timeout: word("major|minor", "exact"),
  consequence: word("still trying|timed out", "exact"),
  how: word("a?sync", "exact"),
  jiffies: number("never"),
  pid: number("never"),
  xid: word("[0-9a-f]{1,8}", "never"),
  flags: word("0x[0-9a-f]+|[0-9a-f]{4}", "never"),
  flavour: word("\\w+", "never"),
  program: word("\\w+", "name"),
  procedure: word("\\w+", "name"),
  server: word("\\S+", "name"),
  protocol: word("\\w+", "exact"),
  port: number("name"),
  rest: word(".*", "never"),
  // of packets
  from: { ...word("\\S+", "name"), space: "endpoint" },
  to: { ...word("\\S+", "name"), space: "endpoint" },
};

/** One kind of line. `then`: the second line of a pair that the function prints as one. */
export interface Form {
  /** The function that prints it; `{fn}` when the line itself says so. */
  readonly fn: string;
  /** The line without time, `RPC:` and task; `{field}` stands for a field. */
  readonly form: string;
  readonly then?: string;
}

const form = (fn: string, text: string, then?: string): Form =>
  then === undefined ? { fn, form: text } : { fn, form: text, then };

/** Every kind of line that is known, the more particular ones first. */
export const FORMS: readonly Form[] = [
  // net/sunrpc/clnt.c
  form("call_start", "call_start {program} proc {procedure} ({how})"),
  form("call_connect", "call_connect xprt {xprt} {is} connected"),
  form("call_timeout", "call_timeout ({timeout})"),
  form("call_timeout", "nfs: server {server} not responding, {consequence}"),
  form("call_decode", "call_decode result {result}"),
  form("{fn}", "{fn} (status {status})"),
  // net/sunrpc/sched.c
  form("rpc_new_task", "new task initialized, procpid {pid}"),
  form("rpc_new_task", "allocated task {taskaddr}"),
  form("rpc_malloc", "allocated buffer of size {size} at {buffer}"),
  form("rpc_free", "freeing buffer of size {size} at {buffer}"),
  form("rpc_free_task", "freeing task"),
  form("rpc_release_task", "release task"),
  form("__rpc_execute", "__rpc_execute flags={flags}"),
  form("__rpc_execute", "sync task going to sleep"),
  form("__rpc_execute", "sync task resuming"),
  form("__rpc_execute", "got signal"),
  form("__rpc_execute", "return {result}, status {status}"),
  form("__rpc_sleep_on_priority", 'sleep_on(queue "{queue}" time {jiffies})'),
  form("__rpc_add_wait_queue", 'added to queue {queueaddr} "{queue}"'),
  form("__rpc_remove_wait_queue", 'removed from queue {queueaddr} "{queue}"'),
  form("__rpc_add_timer", "setting alarm for {ms} ms"),
  form("__rpc_disable_timer", "disabling timer"),
  form("__rpc_queue_timer_fn", "timeout"),
  form("__rpc_do_wake_up_task", "__rpc_wake_up_task (now {jiffies})"),
  form("__rpc_do_wake_up_task", "__rpc_wake_up_task done"),
  form("rpc_wake_up_first", 'wake_up_first({queueaddr} "{queue}")'),
  form("rpc_wake_up_next", 'wake_up_next({queueaddr} "{queue}")'),
  // net/sunrpc/xprt.c
  form("xprt_request_init", "reserved req {req} xid {xid}"),
  form("xprt_release", "release request {req}"),
  form("xprt_reserve_xprt", "failed to lock transport {xprt}"),
  form("xprt_prepare_transmit", "xprt_prepare_transmit"),
  form("xprt_transmit", "xprt_transmit({size})"),
  form("xprt_transmit", "xmit complete"),
  form("xprt_connect", "xprt_connect xprt {xprt} {is} connected"),
  form("xprt_connect_status", "xprt_connect_status: {outcome}"),
  form("xprt_disconnect_done", "disconnected transport {xprt}"),
  form("xprt_complete_rqst", "xid {xid} complete ({size} bytes received)"),
  form("xprt_timer", "xprt_timer"),
  // net/sunrpc/xprtsock.c
  form("xs_tcp_send_request", "xs_tcp_send_request({size}) = {sent}"),
  form("xs_tcp_send_request", "xmit incomplete ({rest} left of {size})"),
  form(
    "xs_tcp_state_change",
    "xs_tcp_state_change client {xprt}...",
    "state {state} conn {conn} dead {dead} zapped {zapped} sk_shutdown {shutdown}",
  ),
  form("xs_error_report", "xs_error_report client {xprt}...", "error {error}"),
  form("xs_tcp_data_ready", "xs_tcp_data_ready..."),
  form("xs_tcp_data_recv", "xs_tcp_data_recv started"),
  form("xs_tcp_data_recv", "xs_tcp_data_recv done"),
  form("xs_tcp_read_fraghdr", "reading TCP record fragment of length {size}"),
  form("xs_tcp_read_xid", "reading XID ({rest} bytes)"),
  form("xs_tcp_read_xid", "reading reply for XID {xid}"),
  form("xs_tcp_read_calldir", "reading CALL/REPLY flag ({rest} bytes)"),
  form("xs_tcp_read_reply", "read reply XID {xid}"),
  form("xs_tcp_read_common", "xprt = {xprt}, {rest}"),
  form("xs_connect", "xs_connect delayed xprt {xprt} for {seconds} seconds"),
  form("xs_connect", "xs_connect scheduled xprt {xprt}"),
  form("xs_tcp_reuse_connection", "disconnecting xprt {xprt} to reuse port"),
  form("xs_tcp_setup_socket", "worker connecting xprt {xprt} via {protocol} to {server} (port {port})"),
  form("xs_tcp_setup_socket", "{xprt} connect status {result} connected {connected} sock state {sockstate}"),
  form("xs_tcp_setup_socket", "xs_tcp_setup_socket: connect returned unhandled error {result}"),
  form("xs_close", "xs_close xprt {xprt}"),
  // net/sunrpc/auth.c
  form("rpcauth_lookupcred", "looking up {flavour} cred"),
  form("rpcauth_refreshcred", "refreshing {flavour} cred {cred}"),
  form("rpcauth_marshcred", "marshaling {flavour} cred {cred}"),
  form("rpcauth_wrap_req", "using {flavour} cred {cred} to wrap rpc data"),
  form("rpcauth_checkverf", "validating {flavour} cred {cred}"),
  form("rpcauth_unwrap_resp", "using {flavour} cred {cred} to unwrap rpc data"),
  // net/sunrpc/clnt.c, rpc_show_tasks: an operator asked for the list of tasks
  form("rpc_show_tasks", "-pid- flgs status -client- --rqstp- -timeout ---ops--"),
  form("rpc_show_tasks", "{flags} {status} {client} {req} {jiffies} {ops} {rest}"),
];
