/**
 * Every mount option as data: nfs(5)'s, mount(8)'s generic ones, and three of our own. The parser,
 * the suggestions and the reference page are all made from this table.
 */

/** What stands after the `=`, or that nothing does. */
export type OptionValue =
  | { readonly kind: "flag" }
  | { readonly kind: "int"; readonly min: number; readonly max: number; readonly unit?: string }
  /** Seconds, decimals allowed. */
  | { readonly kind: "seconds"; readonly min: number; readonly max: number }
  | { readonly kind: "word"; readonly words: readonly string[] }
  /** A colon-separated list of words. */
  | { readonly kind: "words"; readonly words: readonly string[] }
  | { readonly kind: "text" };

export interface OptionRow {
  readonly name: string;
  readonly value: OptionValue;
  /** Options of one group say different things about one matter: only one of them may be given. */
  readonly group: string;
  /** What holds when it is not given, as people write it. */
  readonly fallback: string;
  readonly meaning: string;
  /** Why it changes nothing yet. */
  readonly noEffect?: string;
  /** Words that are known and not offered, each with the reason. */
  readonly refused?: { readonly [word: string]: string };
}

const FLAG = { kind: "flag" } as const;
const INT_MAX = 2147483647;
const PORT = { kind: "int", min: 0, max: 65535 } as const;
const SECONDS = { kind: "int", min: 0, max: INT_MAX, unit: "s" } as const;

const V3_ONLY = "only NFS version 3 is built; use vers=3";
const V2_GONE = "NFS version 2 is not supported; use vers=3";
const RDMA = "RDMA is not supported; use proto=tcp";
const KRB = "Kerberos is not built yet; use sec=sys";
const VERSIONS = { "2": V2_GONE, "4": V3_ONLY, "4.0": V3_ONLY, "4.1": V3_ONLY, "4.2": V3_ONLY };
const NETIDS = { rdma: RDMA, rdma6: RDMA };
const TLS = "RPC-with-TLS is not built yet, and falling back to clear text is not an option";

const ATIME = "access times are kept by the server; this client never sets them";
const KERNEL = "it concerns a kernel mount; there is none here";
const WRITES = "this version only reads";
const LOCKS = "file locking (NLM) is not built yet; no lock is taken either way";
const V4 = "it concerns NFS version 4 only";

type Extra = { noEffect?: string; group?: string; refused?: { readonly [word: string]: string } };

const row = (
  name: string,
  value: OptionValue,
  fallback: string,
  meaning: string,
  extra: Extra = {},
): OptionRow => ({
  name,
  value,
  group: extra.group ?? name,
  fallback,
  meaning,
  ...(extra.noEffect === undefined ? {} : { noEffect: extra.noEffect }),
  ...(extra.refused === undefined ? {} : { refused: extra.refused }),
});

/** Rows of one group: the first is what holds when none is given. */
const either = (
  first: string,
  others: readonly string[],
  meanings: readonly string[],
  noEffect?: string,
): OptionRow[] =>
  [first, ...others].map((name, i) =>
    row(name, FLAG, first, meanings[i] ?? meanings[0]!, {
      group: first,
      ...(noEffect === undefined ? {} : { noEffect }),
    }),
  );

export const OPTION_TABLE: readonly OptionRow[] = [
  // How a call waits.
  row("hard", FLAG, "hard", "A call waits until it is answered, however long (or until `deadline`).", {
    group: "hard",
  }),
  row("soft", FLAG, "hard", "A call fails with EIO after the major timeout.", { group: "hard" }),
  row("softerr", FLAG, "hard", "A call fails with ETIMEDOUT after the major timeout.", { group: "hard" }),
  row(
    "timeo",
    { kind: "int", min: 1, max: INT_MAX, unit: "tenths of a second" },
    "600 (tcp), 11 (udp)",
    "First (minor) timeout. Over TCP each further one is longer by timeo, up to 600 s; over UDP twice as long, up to 60 s.",
  ),
  row(
    "retrans",
    { kind: "int", min: 0, max: INT_MAX },
    "2 (tcp), 3 (udp)",
    "Minor timeouts before the major one.",
  ),
  row(
    "deadline",
    { kind: "seconds", min: 0.001, max: 86400 * 365 },
    "none",
    "Our own. Every operation gives up with ETIMEDOUT after so long, also on a hard mount.",
  ),
  row(
    "connect_timeout",
    { kind: "seconds", min: 0.001, max: 3600 },
    "30",
    "Our own. Bound on one connect attempt, and on each step of mounting.",
  ),
  row(
    "retry",
    { kind: "int", min: 0, max: 10000, unit: "min" },
    "0",
    "How long mount() tries again when the server cannot be reached. (nfs(5): 2 minutes; here the first failure is reported.)",
  ),

  // Where, and over what.
  row("vers", { kind: "word", words: ["3"] }, "3", "NFS version.", { group: "vers", refused: VERSIONS }),
  row("nfsvers", { kind: "word", words: ["3"] }, "3", "The same as vers.", {
    group: "vers",
    refused: VERSIONS,
  }),
  row("v3", FLAG, "3", "The same as vers=3.", { group: "vers" }),
  row(
    "proto",
    { kind: "word", words: ["tcp", "udp", "tcp6", "udp6"] },
    "tcp",
    "Transport of NFS, and of rpcbind and mountd unless mountproto says otherwise. The address family follows the server's address, whatever the 6.",
    { group: "proto", refused: NETIDS },
  ),
  row("tcp", FLAG, "tcp", "The same as proto=tcp.", { group: "proto" }),
  row("udp", FLAG, "tcp", "The same as proto=udp.", { group: "proto" }),
  row("port", PORT, "0", "Port of the NFS server; 0 asks rpcbind."),
  row("addr", { kind: "text" }, "the host's", "Address of the server, instead of resolving the host's name."),
  row("mountport", PORT, "0", "Port of mountd; 0 asks rpcbind."),
  row(
    "mountproto",
    { kind: "word", words: ["tcp", "udp", "tcp6", "udp6"] },
    "as proto",
    "Transport for mountd.",
    { refused: NETIDS },
  ),
  row("mountvers", { kind: "word", words: ["3"] }, "3", "Version of the MOUNT protocol.", {
    refused: { "1": V2_GONE, "2": V2_GONE },
  }),
  row("mounthost", { kind: "text" }, "the host", "Host of mountd.", { group: "mounthost" }),
  row("mountaddr", { kind: "text" }, "the host's", "Address of mountd's host.", { group: "mounthost" }),
  row("nconnect", { kind: "int", min: 1, max: 16 }, "1", "TCP connections to spread calls over."),
  row(
    "resvport",
    FLAG,
    "noresvport",
    "Use a privileged source port (below 1024; needs root or CAP_NET_BIND_SERVICE). nfs(5)'s default; ours is noresvport.",
    { group: "resvport" },
  ),
  row("noresvport", FLAG, "noresvport", "Use any source port.", { group: "resvport" }),

  // Who we are.
  row(
    "sec",
    { kind: "words", words: ["sys", "none"] },
    "what the export allows, sys first",
    "Security flavor, or a list of them in order of preference.",
    { refused: { krb5: KRB, krb5i: KRB, krb5p: KRB } },
  ),
  row("xprtsec", { kind: "word", words: ["none"] }, "none", "Transport security (RFC 9289).", {
    refused: { tls: TLS, mtls: TLS },
  }),
  row(
    "uid",
    { kind: "int", min: 0, max: 4294967295 },
    "the process's",
    "Our own (libnfs has it too). User id of AUTH_SYS.",
  ),
  row(
    "gid",
    { kind: "int", min: 0, max: 4294967295 },
    "the process's",
    "Our own (libnfs has it too). Group id of AUTH_SYS.",
  ),

  // Sizes.
  row(
    "rsize",
    { kind: "int", min: 0, max: 4294967295, unit: "B" },
    "what the server prefers",
    "Most bytes of one READ. A multiple of 1024 (rounded down); below 1024 it becomes 4096, above 1048576 it becomes 1048576.",
  ),
  row(
    "wsize",
    { kind: "int", min: 0, max: 4294967295, unit: "B" },
    "what the server prefers",
    "Most bytes of one WRITE; rounded as rsize.",
    { noEffect: WRITES },
  ),
  row("bsize", { kind: "int", min: 0, max: 4294967295, unit: "B" }, "none", "Block size shown by statfs.", {
    noEffect: "nfs(5) dropped it",
  }),
  row(
    "namlen",
    { kind: "int", min: 1, max: 255 },
    "what the server says",
    "Longest name of a path's component, in bytes.",
  ),

  // Caches.
  row("acregmin", SECONDS, "3", "Shortest time the attributes of a file are trusted."),
  row("acregmax", SECONDS, "60", "Longest time the attributes of a file are trusted."),
  row("acdirmin", SECONDS, "30", "Shortest time the attributes of a directory are trusted."),
  row("acdirmax", SECONDS, "60", "Longest time the attributes of a directory are trusted."),
  row("actimeo", SECONDS, "none", "Sets the four above; a later one of them still wins."),
  ...either("ac", ["noac"], ["Attributes are cached.", "Attributes are not cached: as actimeo=0."]),
  row(
    "lookupcache",
    { kind: "word", words: ["all", "none", "pos", "positive"] },
    "all",
    "Which names are remembered: all, only existing ones, or none.",
  ),
  ...either(
    "cto",
    ["nocto"],
    ["open() fetches fresh attributes (close-to-open).", "open() is content with cached attributes."],
  ),
  row("rdirplus", FLAG, "rdirplus", "Listings that want types or attributes use READDIRPLUS.", {
    group: "rdirplus",
  }),
  row("nordirplus", FLAG, "rdirplus", "Listings always use READDIR.", { group: "rdirplus" }),
  ...either(
    "norelookup",
    ["relookup"],
    [
      "An open file whose handle went stale fails with ESTALE.",
      "Our own. An open file whose handle went stale is looked up again by its path, once a call.",
    ],
  ),

  // Access.
  row("rw", FLAG, "rw", "Read and write.", { group: "ro", noEffect: WRITES }),
  row("ro", FLAG, "rw", "Read only.", { group: "ro" }),

  // Known, and without effect.
  ...either(
    "relatime",
    ["atime", "noatime", "norelatime", "strictatime", "nostrictatime"],
    ["When access times are updated."],
    ATIME,
  ),
  ...either("diratime", ["nodiratime"], ["When access times of directories are updated."], ATIME),
  ...either("nolazytime", ["lazytime"], ["When times are written back."], ATIME),
  ...either("async", ["sync"], ["When writes reach the server."], WRITES),
  row("write", { kind: "word", words: ["lazy", "eager", "wait"] }, "lazy", "When writes reach the server.", {
    noEffect: WRITES,
  }),
  ...either("lock", ["nolock"], ["Whether NLM locks are used."], LOCKS),
  row(
    "local_lock",
    { kind: "word", words: ["all", "flock", "posix", "none"] },
    "none",
    "Which locks stay local.",
    { noEffect: LOCKS },
  ),
  ...either(
    "noacl",
    ["acl"],
    ["Whether the NFSACL side protocol is used."],
    "the NFSACL side protocol is not built",
  ),
  ...either(
    "nosoftreval",
    ["softreval"],
    ["Whether expired cache entries may answer when the server does not."],
    "a path that cannot be revalidated waits, as hard or soft says",
  ),
  ...either(
    "nosharecache",
    ["sharecache"],
    ["Whether mounts of one export share their caches."],
    "every mount has its own caches",
  ),
  ...either("nofsc", ["fsc"], ["Whether data is cached on a local disk."], "there is no disk cache"),
  ...either(
    "fg",
    ["bg"],
    ["Whether mounting goes on in the background."],
    "mount() is a promise: not awaiting it is the background",
  ),
  ...either(
    "nointr",
    ["intr"],
    ["Whether signals interrupt."],
    "an AbortSignal interrupts every call; the kernel ignores it too since 2.6.25",
  ),
  row(
    "max_connect",
    { kind: "int", min: 1, max: 16 },
    "1",
    "Connections to different addresses of one server.",
    { noEffect: V4 },
  ),
  row("clientaddr", { kind: "text" }, "none", "Callback address.", { noEffect: V4 }),
  ...either("nomigration", ["migration"], ["Transparent state migration."], V4),
  ...either("notrunkdiscovery", ["trunkdiscovery"], ["Discovery of a server's other addresses."], V4),
  ...[
    "defaults",
    "auto",
    "noauto",
    "dev",
    "nodev",
    "exec",
    "noexec",
    "suid",
    "nosuid",
    "user",
    "nouser",
    "users",
    "owner",
    "group",
    "_netdev",
    "nofail",
  ].map((name) => row(name, FLAG, "none", "Generic option of mount(8).", { noEffect: KERNEL })),
  row("sloppy", FLAG, "off", "Unknown options are reported as without effect instead of refused."),
];

/** Options of the kernel that are refused, each with the reason. */
export const REFUSED_OPTIONS: { readonly [name: string]: string } = {
  v2: V2_GONE,
  v4: V3_ONLY,
  "v4.0": V3_ONLY,
  "v4.1": V3_ONLY,
  "v4.2": V3_ONLY,
  minorversion: V3_ONLY,
  rdma: RDMA,
  remount: "a mount's options are fixed; unmount and mount again",
  bind: "there is no kernel mount to bind",
};
