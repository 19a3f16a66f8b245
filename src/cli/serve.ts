import { envFile } from "./env-file.js";
import { EXIT, type ExitCode } from "./exit.js";
import { UsageError } from "./failure.js";
import type { Terminal } from "./terminal.js";

/** `faultline serve`: the App, until it is asked to stop. */
export async function serveCommand(terminal: Terminal): Promise<ExitCode> {
  const { serveUntilSignal } = await import("../github/serve.js");
  const { EnvironmentError } = await import("../github/environment.js");
  const { StoreError } = await import("../store/store.js");
  try {
    await serveUntilSignal({ ...(await envFile(terminal.directory)), ...terminal.environment }, terminal.directory, terminal.err);
    return EXIT.pass;
  } catch (error) {
    if (error instanceof EnvironmentError) throw new UsageError(error.message, error.advice);
    if (error instanceof StoreError) throw new UsageError(error.message, "Nothing was started.");
    throw error;
  }
}
