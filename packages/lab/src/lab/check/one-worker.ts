import type { Property } from "./mod.js";

/** Never two connect workers at once on one transport: the report's fear of its own first fix. Said once for each time. */
export function oneWorker(): Property {
  let told = false;
  return {
    name: "one connect worker at a time",
    look(k) {
      const busy = new Set<number>();
      for (const { pc, xprt, name } of k.threads) {
        if (!pc.startsWith("xs:") && pc !== "xs_tcp_setup_socket") continue;
        if (busy.has(xprt)) {
          if (told) return undefined;
          told = true;
          return `${name} connects transport ${xprt} while another worker does`;
        }
        busy.add(xprt);
      }
      told = false;
      return undefined;
    },
  };
}
