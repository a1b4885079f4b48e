import type { CallContext, Served, Service } from "../sunrpc/mod.js";

/** The same service, which tells `onCall` of each call right before it is executed (NULL included). */
export function traced(service: Service, onCall: (call: CallContext) => void): Service {
  const procedures = new Map<number, Served>();
  const made: Service = { ...service, procedures };
  for (const [number, served] of service.procedures) {
    procedures.set(number, {
      ...served,
      service: made,
      handler: (args, context) => {
        onCall(context);
        return served.handler(args, context);
      },
    });
  }
  return made;
}
