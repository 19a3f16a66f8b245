/** Everything that a command knows of the place where it was started. Tests hand over their own. */
export interface Terminal {
  readonly environment: Readonly<NodeJS.ProcessEnv>;
  readonly directory: string;
  readonly out: Output;
  readonly err: Output;
  /** Files are read in threads of their own; without, here, where a hostile one may take its time. */
  readonly threads: boolean;
  /** ISO date of today. */
  today(): string;
}

export interface Output {
  /** Somebody watches: colours and progress make sense. */
  readonly interactive: boolean;
  readonly columns: number | undefined;
  /** Resolves when the text is handed over, also where nobody listens any more. */
  write(text: string): Promise<void>;
}

export function processTerminal(): Terminal {
  return {
    environment: process.env,
    directory: process.cwd(),
    out: outputOf(process.stdout),
    err: outputOf(process.stderr),
    threads: true,
    today: () => new Date().toISOString().slice(0, 10),
  };
}

function outputOf(stream: NodeJS.WriteStream): Output {
  // `faultline scan | head` closes the pipe: the rest of the report has no reader, and the exit code still counts.
  stream.on("error", () => undefined);
  return {
    interactive: stream.isTTY,
    columns: stream.isTTY ? stream.columns : undefined,
    write: (text) =>
      new Promise((resolve) => {
        stream.write(text, () => resolve());
      }),
  };
}

/** By the conventions of no-color.org; a terminal that cannot show colours says `dumb`. */
export function wantsColor(terminal: Terminal): boolean {
  const { NO_COLOR: never, FORCE_COLOR: always, TERM: kind } = terminal.environment;
  if (never !== undefined && never !== "") return false;
  if (always !== undefined) return always !== "0" && always !== "false";
  return terminal.out.interactive && kind !== "dumb";
}
