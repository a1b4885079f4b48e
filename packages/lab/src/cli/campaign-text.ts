/** A campaign's report for people. */

import type { Report, Summary } from "../campaign/mod.js";
import type { CampaignModule } from "./campaign-options.js";

const number = (value: number): string => value.toLocaleString("en");

/** `ourCode`: what this build would search; first schedules are found again only if it is the campaign's. */
export function campaignText(campaigns: CampaignModule, report: Report, ourCode: string): string {
  const { campaign, complete } = report;
  const lines = [`campaign ${campaign.id}, code ${campaign.code}: ${complete ? "complete" : "INCOMPLETE"}`];
  for (const { target, found } of report.targets) {
    const word = campaigns.targetWord(target);
    if (found === undefined) {
      lines.push("", `${word}: nothing yet`);
      continue;
    }
    const summary = campaigns.summarizeFound(found);
    lines.push("", `${word}: ${number(summary.runs)} runs, ${number(summary.steps)} steps`);
    for (const { outcome, runs, firstSeed, shortest } of summary.outcomes) {
      const share = ((100 * runs) / summary.runs).toPrecision(3);
      const first = firstSeed === undefined ? "" : `, first with seed ${firstSeed}`;
      lines.push(`  ${outcome}: ${number(runs)} (${share} %)${first}`);
      lines.push(`    shortest, ${shortest.steps} steps: ${again(target.kind, shortest.schedule)}`);
      const line =
        firstSeed === undefined || ourCode !== campaign.code
          ? undefined
          : campaigns.scheduleOfSeed(target, found, firstSeed);
      if (line !== undefined && line !== shortest.schedule)
        lines.push(`    first: ${again(target.kind, line)}`);
    }
    lines.push(...curveLines(summary));
  }
  return `${lines.join("\n")}\n`;
}

const REPLAY: { readonly [kind in Report["targets"][number]["target"]["kind"]]: string } = {
  model: "unstuck lab replay",
  mill: "unstuck lab mill --replay",
};

function again(kind: keyof typeof REPLAY, schedule: string): string {
  return `${REPLAY[kind]} '${schedule}'`;
}

const CHART = 50;

/** How many different states were met after so many runs. */
export function curveLines({ curve, counted }: Summary): readonly string[] {
  const last = curve.at(-1);
  if (last === undefined) return [];
  const wide = number(last.runs).length;
  const tall = number(last.distinct).length;
  return [
    `  different ${counted} met, by runs:`,
    ...curve.map(({ runs, distinct }) => {
      const bar = "█".repeat(Math.round((CHART * distinct) / Math.max(1, last.distinct)));
      return `  ${number(runs).padStart(wide)}  ${number(distinct).padStart(tall)} ${bar}`;
    }),
  ];
}
