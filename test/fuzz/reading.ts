import type { Parser } from "./parsers.js";

/** Processor time for one text, in milliseconds: for each thousand characters, and to begin with. Three times what a slow machine needs. */
const PER_THOUSAND = 200;
const FIRST = 3_000;

/** What is wrong with how a parser reads a text; `null` where nothing is. */
export function wrongWith(parser: Parser, text: string): string | null {
  // Here source maps make every stack that an error gets as dear as a thousand that a user pays for.
  Error.stackTraceLimit = 0;
  const before = process.cpuUsage();
  try {
    parser.read(text);
  } catch (error) {
    return error instanceof RangeError && /call stack/i.test(error.message)
      ? tooDeep(text)
      : String(error instanceof Error ? error.stack : error);
  }
  const { user } = process.cpuUsage(before);
  const allowed = FIRST + (PER_THOUSAND * text.length) / 1_000;
  return user / 1_000 > allowed ? `took ${Math.round(user / 1_000)} ms for ${text.length} characters` : null;
}

/** Whoever calls an extractor catches that, and names the file as nested too deeply: fine for what is. */
function tooDeep(text: string): string | null {
  return text.length > 1_000 ? null : `overflows the stack on ${text.length} characters`;
}
