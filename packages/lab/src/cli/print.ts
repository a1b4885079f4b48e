/** Where a command writes. */
export interface Print {
  out(text: string): void;
  err(text: string): void;
}

export const TO_PROCESS: Print = {
  out: (text) => void process.stdout.write(text),
  err: (text) => void process.stderr.write(text),
};
