import { withoutCredentials } from "../report/credentials.js";
import { SnapshotError } from "../snapshot/snapshot.js";
import { EXIT, type ExitCode } from "./exit.js";

/** Something that the person at the keyboard can put right, and how. */
export class UsageError extends Error {
  readonly advice: string;
  constructor(message: string, advice: string) {
    super(message);
    this.name = "UsageError";
    this.advice = advice;
  }
}

/** How an error is told, and the exit code that goes with it. */
export function describeFailure(error: unknown): { readonly text: string; readonly code: ExitCode } {
  if (error instanceof UsageError || error instanceof SnapshotError) {
    return { text: `faultline: ${error.message}\n${error.advice}\n`, code: EXIT.usage };
  }
  const trace = error instanceof Error ? (error.stack ?? String(error)) : String(error);
  return {
    text: `faultline: this is a bug in Faultline, not in your repository.\nPlease report it with the command, the version (faultline --version) and these lines:\n\n${withoutCredentials(trace)}\n`,
    code: EXIT.internal,
  };
}
