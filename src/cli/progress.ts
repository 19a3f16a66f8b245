import type { ExtractionProgress } from "../extraction/extraction.js";
import type { Output } from "./terminal.js";

/** A line that tells how far reading has come, on a terminal and nowhere else, and is gone when it is done. */
export interface Progress {
  readonly report: ((progress: ExtractionProgress) => void) | undefined;
  clear(): Promise<void>;
}

const EVERY_MS = 100;
const CLEAR_LINE = "\r\u001B[2K";

export function progressOn(output: Output, quiet: boolean): Progress {
  if (quiet || !output.interactive) return { report: undefined, clear: () => Promise.resolve() };
  let shownAt = 0;
  let shown = false;
  return {
    report({ done, total }) {
      const now = performance.now();
      if (now - shownAt < EVERY_MS) return;
      shownAt = now;
      shown = true;
      void output.write(`${CLEAR_LINE}Reading ${done} of ${total} files`);
    },
    async clear() {
      if (shown) await output.write(CLEAR_LINE);
      shown = false;
    },
  };
}
