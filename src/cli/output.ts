import { writeFile } from "node:fs/promises";
import path from "node:path";
import { UsageError } from "./failure.js";
import type { Terminal } from "./terminal.js";

/** Where a report goes: standard output, or whatever path was named, devices too. */
export async function deliver(terminal: Terminal, text: string, file: string | undefined): Promise<void> {
  // A device of this name cannot be opened anew where it is a socket.
  if (file === undefined || file === "-" || file === "/dev/stdout") return terminal.out.write(text);
  try {
    await writeFile(path.resolve(terminal.directory, file), text);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    // The reader at the other end of a pipe had enough.
    if (code === "EPIPE") return;
    throw new UsageError(
      `The report cannot be written to ${file} (${code ?? "unknown error"}).`,
      "Give a path in a directory that exists and that you may write to.",
    );
  }
}
