/** What can go wrong with a campaign; every message says what to do. */

/** Base of all of them. `status`: 1 the operation failed, 2 it was asked for wrongly. */
export class CampaignError extends Error {
  override readonly name: string = "CampaignError";
  readonly status: 1 | 2 = 1;
}

/** There is nothing of that name to search. */
export class TargetError extends CampaignError {
  override readonly name = "TargetError";
  override readonly status = 2;
}

/** Results of different code are different experiments. */
export class CodeMismatchError extends CampaignError {
  override readonly name = "CodeMismatchError";
  constructor(ours: string, theirs: string) {
    super(
      `code ${theirs} does not merge with code ${ours}: build the same commit on every machine, or start a new campaign`,
    );
  }
}

/** A result that cannot be what a work item led to. */
export class BadResultError extends CampaignError {
  override readonly name = "BadResultError";
}

/** That campaign searches something else. */
export class OtherCampaignError extends CampaignError {
  override readonly name = "OtherCampaignError";
  override readonly status = 2;
}

/** Nobody answers at the address. */
export class NoRedisError extends CampaignError {
  override readonly name = "NoRedisError";
}
