/** RPC programs by number: the name rpcinfo shows first, then others it is known by. A small part of rpc(5). */
const names: readonly (readonly [number, ...string[]])[] = [
  [100000, "portmapper", "portmap", "sunrpc", "rpcbind"],
  [100001, "rstatd", "rstat", "rup"],
  [100002, "rusersd", "rusers"],
  [100003, "nfs", "nfsprog"],
  [100004, "ypserv", "ypprog"],
  [100005, "mountd", "mount", "showmount"],
  [100007, "ypbind"],
  [100008, "walld", "rwall"],
  [100009, "yppasswdd", "yppasswd"],
  [100011, "rquotad", "rquotaprog", "quota", "rquota"],
  [100012, "sprayd", "spray"],
  [100017, "rexd", "rex"],
  [100021, "nlockmgr"],
  [100024, "status"],
  [100026, "bootparam"],
  [100028, "ypupdated", "ypupdate"],
  [100029, "keyserv", "keyserver"],
  [100068, "cmsd", "dtcalendar"],
  [100083, "ttdbserverd", "ttdbserver", "tooltalk"],
  [100227, "nfs_acl"],
  [100229, "metad", "metacld"],
  [100235, "cachefsd"],
  [100300, "nisd", "rpc.nisd"],
  [150001, "pcnfsd", "pcnfs"],
  [391002, "sgi_fam", "fam"],
  [545580417, "bwnfsd"],
  [600100069, "fypxfrd", "freebsd-ypxfrd"],
];

const byNumber = new Map<number, string>();
const byName = new Map<string, number>();
for (const [number, ...all] of names) {
  byNumber.set(number, all[0]!);
  for (const name of all) byName.set(name, number);
}

/** The program's usual name, if this table has it. */
export function programName(number: number): string | undefined {
  return byNumber.get(number);
}

/** A program from the command line: a name, or a number in decimal, 0x or 0 (octal) notation. */
export function programNumber(text: string): number | undefined {
  const named = byName.get(text);
  if (named !== undefined) return named;
  if (!/^(0x[0-9a-f]+|[0-9]+)$/i.test(text)) return undefined;
  const value = /^0[0-7]+$/.test(text) ? Number.parseInt(text, 8) : Number(text);
  return Number.isInteger(value) && value <= 0xffff_ffff ? value : undefined;
}

/** Every name, for suggestions. */
export function programNames(): readonly string[] {
  return [...byName.keys()];
}

/** `host (program 100003 version 3)`, as clients call a server whose port rpcbind knows → `host (nfs v3)`. */
export function withNames(text: string): string {
  return text.replace(/\(program (\d+) version (\d+)\)/g, (whole, prog: string, vers: string) => {
    const name = programName(Number(prog));
    return name === undefined ? whole : `(${name} v${vers})`;
  });
}
