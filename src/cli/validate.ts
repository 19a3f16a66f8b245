import { existsSync } from "node:fs";
import path from "node:path";
import { parseSettings, SETTINGS_PATH } from "../config/settings.js";
import { EXIT, type ExitCode } from "./exit.js";
import { catalogue, listProblems, readSettingsFile } from "./settings.js";
import type { Terminal } from "./terminal.js";

/** `faultline config validate`: the problems of a settings file, each with its place and advice. */
export async function validateCommand(given: string | undefined, terminal: Terminal): Promise<ExitCode> {
  const file = given ?? SETTINGS_PATH;
  if (given === undefined && !existsSync(path.resolve(terminal.directory, file))) {
    await terminal.out.write(`There is no ${file} here: the defaults apply.\n`);
    return EXIT.pass;
  }
  const reading = parseSettings(await readSettingsFile(terminal.directory, file), file, catalogue);
  if (!("problems" in reading)) {
    await terminal.out.write(`${file} is valid.\n`);
    return EXIT.pass;
  }
  const { problems } = reading;
  await terminal.out.write(
    `${file}: ${problems.length === 1 ? "one problem" : `${problems.length} problems`}\n${listProblems(problems)}\n`,
  );
  return EXIT.usage;
}
