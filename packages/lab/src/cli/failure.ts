/** An error that is a line for people, with the exit status it deserves: 1 the operation failed, 2 the command line is wrong. */
export class LabError extends Error {
  override readonly name = "LabError";
  readonly code = "ELAB";
  readonly status: 1 | 2;
  constructor(message: string, status: 1 | 2) {
    super(message);
    this.status = status;
  }
}

export function usage(message: string): LabError {
  return new LabError(message, 2);
}
