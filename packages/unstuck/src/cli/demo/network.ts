import { FaultProxy } from "./proxy.js";
import { Shell } from "./shell.js";

/** The addresses of the report of 2012. */
export const CLIENT_ADDRESS = "192.168.1.100";
export const SERVER_ADDRESS = "192.168.1.200";

/** Where the demo's client and server live, and how the path between them breaks. */
export interface Network {
  readonly method: "netns" | "proxy";
  /** What it is, for people. */
  readonly description: string;
  /** The two things done to it, as a person would type or say them. */
  readonly blackholeText: string;
  readonly healText: string;
  /** Command prefixes that put a process on its side of the network. */
  readonly clientPrefix: readonly string[];
  readonly serverPrefix: readonly string[];
  /** Options of `unstuck serve`; the second life gets the ports of the first. */
  readonly serveOptions: readonly string[];
  /** The server is up on these ports: how the client mounts it. */
  mountOf(ports: ServerPorts): Promise<{ readonly host: string; readonly options: readonly string[] }>;
  blackhole(): Promise<void>;
  heal(): Promise<void>;
  close(): Promise<void>;
}

export interface ServerPorts {
  readonly nfs: number;
  readonly mount: number;
}

export type NetworkChoice = "auto" | "netns" | "proxy";

/** Network namespaces if this machine lets us, else a relay in this process; `why` says why not the former. */
export async function openNetwork(
  choice: NetworkChoice,
): Promise<{ network: Network; why: string | undefined }> {
  if (choice === "proxy") return { network: proxyNetwork(), why: "--fault proxy was given" };
  const reasons: string[] = [];
  if (process.platform !== "linux")
    reasons.push(`network namespaces are Linux's, and this is ${process.platform}`);
  else {
    for (const user of process.getuid?.() === 0 ? [false, true] : [true]) {
      try {
        return { network: await netnsNetwork(user), why: undefined };
      } catch (error) {
        const how = user ? "unshare -Urn" : "unshare -n";
        reasons.push(`${how}: ${error instanceof Error ? error.message : String(error)}`);
      }
    }
  }
  const why = reasons.join("; ");
  if (choice === "netns") throw new Error(`no network namespaces here: ${why}`);
  return { network: proxyNetwork(), why };
}

/**
 * Two anonymous network namespaces joined by a veth pair, each held by a shell that ends with this process.
 * `user`: inside a user namespace, where being root is not needed.
 */
async function netnsNetwork(user: boolean): Promise<Network> {
  const client = await Shell.open(["unshare", ...(user ? ["-Ur"] : []), "-n"]);
  let server: Shell | undefined;
  try {
    const enter = (pid: number): string[] => [
      "nsenter",
      "-t",
      String(pid),
      ...(user ? ["-U", "--preserve-credentials"] : []),
    ];
    server = await Shell.open(user ? [...enter(client.pid), "unshare", "-n"] : ["unshare", "-n"]);
    await client.run(`ip link add eth0 type veth peer name eth0 netns ${server.pid}`);
    for (const [shell, address] of [
      [client, CLIENT_ADDRESS],
      [server, SERVER_ADDRESS],
    ] as const) {
      await shell.run(`ip link set lo up && ip addr add ${address}/24 dev eth0 && ip link set eth0 up`);
    }
    const blackholeText = `ip route add blackhole ${SERVER_ADDRESS}/32 && ip route flush cache`;
    const healText = `ip route del blackhole ${SERVER_ADDRESS}/32 && ip route flush cache`;
    const held = server;
    return {
      method: "netns",
      description: `two network namespaces${user ? " in a user namespace" : ""} joined by a veth pair: client ${CLIENT_ADDRESS}, server ${SERVER_ADDRESS}`,
      blackholeText: `client# ${blackholeText}`,
      healText: `client# ${healText}`,
      clientPrefix: [...enter(client.pid), "-n"],
      serverPrefix: [...enter(server.pid), "-n"],
      serveOptions: ["--host", SERVER_ADDRESS, "--rpcbind", "own"],
      mountOf: async () => ({ host: SERVER_ADDRESS, options: [] }),
      blackhole: () => client.run(blackholeText),
      heal: () => client.run(healText),
      close: async () => {
        await Promise.all([client.close(), held.close()]);
      },
    };
  } catch (error) {
    await Promise.all([client.close(), server?.close()]);
    throw error;
  }
}

/** Loopback, and a {@link FaultProxy} before the NFS port. */
function proxyNetwork(): Network {
  let proxy: FaultProxy | undefined;
  return {
    method: "proxy",
    description: "a TCP relay on 127.0.0.1 between client and server",
    blackholeText:
      "relay: client to server held back, server to client passed, new connections get no answer",
    healText: "relay: passes everything again",
    clientPrefix: [],
    serverPrefix: [],
    serveOptions: ["--host", "127.0.0.1", "--rpcbind", "none"],
    mountOf: async (ports) => {
      proxy ??= await FaultProxy.listen("127.0.0.1", () => ports.nfs);
      return { host: "127.0.0.1", options: [`port=${proxy.port}`, `mountport=${ports.mount}`] };
    },
    blackhole: async () => proxy?.blackhole(),
    heal: async () => proxy?.heal(),
    close: async () => proxy?.close(),
  };
}
