/**
 * What must never happen to the client core, one property a file. Not here yet: no call that must not run twice
 * does so (`CallFacts.executions` counts): it needs a server with a reply cache, and svc has none.
 */
import type { Property } from "../property.js";
import { type PropertySet, propertySet } from "../property-set.js";
import { allOver } from "./all-over.js";
import { answerAfterHeal } from "./answer-after-heal.js";
import { backOff } from "./back-off.js";
import { currentCookie } from "./current-cookie.js";
import { deadlineKept } from "./deadline-kept.js";
import { healthyLeftAlone } from "./healthy-left-alone.js";
import { oneConnect } from "./one-connect.js";
import { resendSleeps } from "./resend-sleeps.js";
import { samePort } from "./same-port.js";
import { sameXid } from "./same-xid.js";
import { settlesOnce } from "./settles-once.js";
import { sleepInEveryCycle } from "./sleep-in-every-cycle.js";

export const PROPERTY_LIST: readonly Property[] = [
  settlesOnce,
  sleepInEveryCycle,
  answerAfterHeal,
  oneConnect,
  currentCookie,
  sameXid,
  resendSleeps,
  samePort,
  backOff,
  deadlineKept,
  healthyLeftAlone,
  allOver,
];

export const PROPERTIES: PropertySet = propertySet(PROPERTY_LIST);
