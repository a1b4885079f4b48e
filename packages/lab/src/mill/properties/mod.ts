/** What must never happen to the client core, and to the server core that it talks to, one property a file. */
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
import { runsOnce } from "./runs-once.js";
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
  runsOnce,
  samePort,
  backOff,
  deadlineKept,
  healthyLeftAlone,
  allOver,
];

export const PROPERTIES: PropertySet = propertySet(PROPERTY_LIST);
