import { styleText } from "node:util";

type Format = Parameters<typeof styleText>[0];

/** Adds colour, or does not. */
export interface Paint {
  readonly on: boolean;
  (format: Format, text: string): string;
}

/** A {@link Paint} that colours when `on`. */
export function paint(on: boolean): Paint {
  const apply = (format: Format, text: string): string =>
    on && text !== "" ? styleText(format, text) : text;
  return Object.assign(apply, { on });
}

/** Whether to colour what goes to `stream`: https://no-color.org, FORCE_COLOR, `--no-color`, and only terminals otherwise. */
export function wantsColor(
  stream: { readonly isTTY?: boolean },
  env: NodeJS.ProcessEnv = process.env,
  argv: readonly string[] = process.argv,
): boolean {
  if (argv.includes("--no-color") || (env["NO_COLOR"] ?? "") !== "" || env["TERM"] === "dumb") return false;
  if ((env["FORCE_COLOR"] ?? "") !== "") return env["FORCE_COLOR"] !== "0";
  return stream.isTTY === true;
}
