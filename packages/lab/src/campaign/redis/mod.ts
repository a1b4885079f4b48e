/** Campaigns over Redis, with BullMQ. A door of its own, because both take half a second to load. */
export { connectRedis, type Tell } from "./connect.js";
export { overRedis } from "./engine.js";
export { type CampaignRecord, type Ledger, newLedger } from "./ledger.js";
export { tellOthers } from "./others.js";
export { joinWork, type Work } from "./worker.js";
