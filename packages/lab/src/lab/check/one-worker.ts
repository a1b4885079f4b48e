import type { Property } from "./mod.js";

/** Never two connect workers at once on one transport: the report's fear of its own first fix. */
export function oneWorker(): Property {
  return {
    name: "one connect worker at a time",
    look(k) {
      const busy = new Set<number>();
      for (const { pc, xprt, name } of k.threads) {
        if (!pc.startsWith("xs:") && pc !== "xs_tcp_setup_socket") continue;
        if (busy.has(xprt)) return `${name} connects transport ${xprt} while another worker does`;
        busy.add(xprt);
      }
      return undefined;
    },
  };
}
