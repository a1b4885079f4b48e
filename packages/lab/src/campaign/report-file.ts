import type { Campaign, Report } from "./campaign.js";
import { canonicalJson } from "./canonical.js";
import { BadResultError, CodeMismatchError, OtherCampaignError } from "./errors.js";

/** Reads what `reportText` wrote; `file` is its name for people. Throws {@link BadResultError}. */
export function readReport(text: string, file: string): Report {
  let data: Partial<Report> | null = null;
  try {
    data = JSON.parse(text) as Partial<Report> | null;
  } catch {
    // Said below.
  }
  const { campaign, complete, targets } = data ?? {};
  if (campaign === undefined || complete === undefined || !Array.isArray(targets))
    throw new BadResultError(`${file} is not a campaign's report: give another -o, or take it away`);
  return { campaign, complete, targets };
}

/** Throws OtherCampaignError, CodeMismatchError unless `report`, from `file`, is of this campaign. */
export function checkSame(campaign: Campaign, report: Report, file: string): void {
  // The id is no part of it: it is made of the code too, unless it was given.
  const [ours, theirs] = [campaign, report.campaign].map(({ targets, search }) =>
    canonicalJson({ targets, search }),
  );
  if (ours !== theirs)
    throw new OtherCampaignError(`${file} holds a campaign that searches something else: give another -o`);
  if (campaign.code !== report.campaign.code)
    throw new CodeMismatchError(campaign.code, `${report.campaign.code} (${file})`);
}
