import { client } from "./client.mjs";
import { decoders } from "./decoders.mjs";
import { driver } from "./driver.mjs";
import { server } from "./server.mjs";

/**
 * What is fuzzed. `run` plays one case, which the dice alone decide, and throws when something is wrong; `cases` are a few seconds.
 * @type {{ name: string, cases: number, run(dice: ReturnType<typeof import("./random.mjs").dice>): void | Promise<void> }[]}
 */
export const targets = [decoders, server, client, driver];
