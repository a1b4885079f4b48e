import { type CallContext, type Peer, type Service, service } from "../../sunrpc/mod.js";
import { isLoopback } from "../clients.js";
import { familyOf, isWildcard, type Registered, type Registry } from "./registry.js";
import {
  IPPROTO_TCP,
  IPPROTO_UDP,
  type mapping,
  NC_TPI_CLTS,
  NC_TPI_COTS_ORD,
  type netbuf,
  PMAP_VERS,
  RPCBVERS,
  RPCBVERS4,
  type rpcb,
  type rpcb_entry_list_ptr,
  type rpcblist_ptr,
} from "./rpcbind.gen.js";
import { sockaddrOf, uaddrOf } from "./sockaddr.js";
import { Statistics } from "./statistics.js";
import { formatUaddr, parseUaddr } from "./uaddr.js";

/** A second SET of what is set is refused, so a resend must be told what the first was. */
const ONCE = { once: ["RPCBPROC_SET", "RPCBPROC_UNSET"] };

export interface RpcbindOptions {
  readonly registry: Registry;
  /** The clock: seconds since 1970, for GETTIME. */
  readonly now: () => number;
  /** This host's address as `peer` reaches it: stands in for a registered wildcard address. undefined: not known. */
  readonly addressFor?: (peer: Peer) => string | undefined;
}

/**
 * Serves the port mapper (version 2) and rpcbind (versions 3 and 4), RFC 1833. SET and UNSET are for callers on
 * this host only. CALLIT, BCAST and INDIRECT answer PROC_UNAVAIL by design: calling on in another's name makes a
 * server an amplifier and hides who calls.
 */
export function servers(options: RpcbindOptions): Service[] {
  const { registry } = options;
  const statistics = new Statistics();

  const isLocal = ({ peer }: CallContext) => peer.transport === "inproc" || isLoopback(peer.address);
  const set = (version: number, entry: Registered, context: CallContext): boolean => {
    const done = isLocal(context) && registry.set(entry);
    statistics.set(version, done);
    return done;
  };
  const unset = (
    version: number,
    prog: number,
    vers: number,
    netid: string,
    context: CallContext,
  ): boolean => {
    const done = isLocal(context) && registry.unset(prog, vers, netid);
    statistics.unset(version, done);
    return done;
  };
  const reachable = (entry: Registered, { peer }: CallContext): string => {
    const host = isWildcard(entry.uaddr) ? options.addressFor?.(peer) : undefined;
    if (host === undefined || familyOf(host) !== familyOf(parseUaddr(entry.uaddr)?.host ?? ""))
      return entry.uaddr;
    return formatUaddr({ host, port: portOf(entry) });
  };
  const getaddr = (version: number, exact: boolean, wanted: rpcb, context: CallContext): string => {
    const { r_prog, r_vers } = wanted;
    const netid = wanted.r_netid || netidOfPeer(context.peer);
    const entry = exact ? registry.get(r_prog, r_vers, netid) : registry.find(r_prog, r_vers, netid);
    statistics.asked(version, r_prog, r_vers, netid, entry !== undefined);
    return entry === undefined ? "" : reachable(entry, context);
  };

  const common = (version: 3 | 4) => ({
    set: (wanted: rpcb, context: CallContext) => set(version, registeredOf(wanted), context),
    unset: ({ r_prog, r_vers, r_netid }: rpcb, context: CallContext) =>
      unset(version, r_prog, r_vers, r_netid, context),
    getaddr: (wanted: rpcb, context: CallContext) => getaddr(version, false, wanted, context),
    dump: (): rpcblist_ptr => registry.list().map((entry) => ({ rpcb_map: rpcbOf(entry) })),
    gettime: () => Math.floor(options.now()) >>> 0,
    uaddr2taddr: (uaddr: string): netbuf => {
      const buf = sockaddrOf(uaddr);
      return { maxlen: buf.length, buf };
    },
    taddr2uaddr: ({ buf }: netbuf) => uaddrOf(buf),
  });
  const v3 = common(3);
  const v4 = common(4);

  const made = [
    service(
      PMAP_VERS,
      {
        PMAPPROC_SET: (map, context) => {
          const entry = registeredOfMapping(map);
          return entry !== undefined && set(2, entry, context);
        },
        // As in RFC 1833 §3.2, the protocol and the port are not looked at.
        PMAPPROC_UNSET: ({ prog, vers }, context) => {
          const tcp = unset(2, prog, vers, "tcp", context);
          return unset(2, prog, vers, "udp", context) || tcp;
        },
        PMAPPROC_GETPORT: ({ prog, vers, prot }) => {
          const netid = NETID_OF[prot];
          const entry = netid === undefined ? undefined : registry.find(prog, vers, netid);
          statistics.asked(2, prog, vers, netid ?? "", entry !== undefined);
          return entry === undefined ? 0 : portOf(entry);
        },
        PMAPPROC_DUMP: () => registry.list().flatMap(mappingsOf),
      },
      { once: ["PMAPPROC_SET", "PMAPPROC_UNSET"] },
    ),
    service(
      RPCBVERS,
      {
        RPCBPROC_SET: v3.set,
        RPCBPROC_UNSET: v3.unset,
        RPCBPROC_GETADDR: v3.getaddr,
        RPCBPROC_DUMP: v3.dump,
        RPCBPROC_GETTIME: v3.gettime,
        RPCBPROC_UADDR2TADDR: v3.uaddr2taddr,
        RPCBPROC_TADDR2UADDR: v3.taddr2uaddr,
      },
      ONCE,
    ),
    service(
      RPCBVERS4,
      {
        RPCBPROC_SET: v4.set,
        RPCBPROC_UNSET: v4.unset,
        RPCBPROC_GETADDR: v4.getaddr,
        RPCBPROC_DUMP: v4.dump,
        RPCBPROC_GETTIME: v4.gettime,
        RPCBPROC_UADDR2TADDR: v4.uaddr2taddr,
        RPCBPROC_TADDR2UADDR: v4.taddr2uaddr,
        RPCBPROC_GETVERSADDR: (wanted, context) => getaddr(4, true, wanted, context),
        RPCBPROC_GETADDRLIST: ({ r_prog, r_vers }, context) => {
          const family = familyOf(context.peer.address);
          return registry
            .list()
            .filter(({ prog, vers }) => prog === r_prog && vers === r_vers)
            .filter(({ uaddr }) => familyOf(parseUaddr(uaddr)?.host ?? "") === family)
            .flatMap((entry) => entryOf(entry, reachable(entry, context)));
        },
        RPCBPROC_GETSTAT: () => statistics.all(),
      },
      ONCE,
    ),
  ];
  return made.map((each) => counted(each, statistics));
}

const NETID_OF: { readonly [prot: number]: string } = { [IPPROTO_TCP]: "tcp", [IPPROTO_UDP]: "udp" };

function netidOfPeer({ transport, address }: Peer): string {
  const proto = transport === "udp" ? "udp" : "tcp";
  return familyOf(address) === "inet6" && transport !== "inproc" ? `${proto}6` : proto;
}

function portOf({ uaddr }: Registered): number {
  return parseUaddr(uaddr)?.port ?? 0;
}

function registeredOf({ r_prog, r_vers, r_netid, r_addr, r_owner }: rpcb): Registered {
  return { prog: r_prog, vers: r_vers, netid: r_netid, uaddr: r_addr, owner: r_owner };
}

function rpcbOf({ prog, vers, netid, uaddr, owner }: Registered): rpcb {
  return { r_prog: prog, r_vers: vers, r_netid: netid, r_addr: uaddr, r_owner: owner };
}

function registeredOfMapping({ prog, vers, prot, port }: mapping): Registered | undefined {
  const netid = NETID_OF[prot];
  if (netid === undefined || port < 1 || port > 65535) return undefined;
  return { prog, vers, netid, uaddr: formatUaddr({ host: "0.0.0.0", port }), owner: "unknown" };
}

/** Version 2 knows tcp and udp over IPv4 only. */
function mappingsOf(entry: Registered): { map: mapping }[] {
  const prot = entry.netid === "tcp" ? IPPROTO_TCP : entry.netid === "udp" ? IPPROTO_UDP : undefined;
  if (prot === undefined) return [];
  return [{ map: { prog: entry.prog, vers: entry.vers, prot, port: portOf(entry) } }];
}

function entryOf({ netid }: Registered, r_maddr: string): rpcb_entry_list_ptr {
  const [, proto, six] = /^(tcp|udp)(6?)$/.exec(netid) ?? [];
  if (proto === undefined) return [];
  const rpcb_entry_map = {
    r_maddr,
    r_nc_netid: netid,
    r_nc_semantics: proto === "tcp" ? NC_TPI_COTS_ORD : NC_TPI_CLTS,
    r_nc_protofmly: six === "6" ? "inet6" : "inet",
    r_nc_proto: proto,
  };
  return [{ rpcb_entry_map }];
}

/** The same service, each of its calls counted. */
function counted(of: Service, statistics: Statistics): Service {
  const procedures = new Map(
    [...of.procedures].map(([number, served]) => {
      const handler: typeof served.handler = (args, context) => {
        statistics.called(of.program.vers, number);
        return served.handler(args, context);
      };
      return [number, { ...served, handler }];
    }),
  );
  return { ...of, procedures };
}
