/** The model's clock as people and files write it. */
import type { Us } from "../trace.js";

/** The moment of a capture at which the model's clock began: 2012-10-18T00:00:00Z, in seconds since 1970. */
export const EPOCH_S = 1_350_518_400;

/** `28.057440`: seconds with six decimals, as printk and tcpdump write them. */
export function seconds(at: Us): string {
  const us = Math.round(at);
  return `${Math.floor(us / 1e6)}.${String(us % 1e6).padStart(6, "0")}`;
}

/** `00:00:28.057440`: time of day, of a clock that began at midnight. */
export function timeOfDay(at: Us): string {
  const us = Math.round(at);
  const whole = Math.floor(us / 1e6);
  const two = (n: number): string => String(n).padStart(2, "0");
  const hours = Math.floor(whole / 3600) % 24;
  return `${two(hours)}:${two(Math.floor(whole / 60) % 60)}:${two(whole % 60)}.${String(us % 1e6).padStart(6, "0")}`;
}
