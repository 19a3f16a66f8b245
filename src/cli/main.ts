import { CommanderError } from "commander";
import { commandLine } from "./commands.js";
import { EXIT } from "./exit.js";
import type { Terminal } from "./terminal.js";

/** Runs one command line and gives its exit code. Never rejects. */
export async function main(args: readonly string[], terminal: Terminal): Promise<number> {
  const said: Promise<void>[] = [];
  const say = {
    out: (text: string) => void said.push(terminal.out.write(text)),
    err: (text: string) => void said.push(terminal.err.write(text)),
  };
  try {
    return await commandLine(args, terminal, say);
  } catch (error) {
    // Help and the version end parsing as well, with code 0.
    if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.pass : EXIT.usage;
    const { describeFailure } = await import("./failure.js");
    const { text, code } = describeFailure(error);
    say.err(text);
    return code;
  } finally {
    await Promise.all(said);
  }
}
