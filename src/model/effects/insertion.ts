import type { OptionInsertion } from "../code.js";
import type { BoundKnowledge } from "../libraries/library.js";
import type { SiteAt } from "./sites.js";

/** How a time-out can be written into the call's line; `null` where that is not a matter of one line. */
export function optionInsertion(at: SiteAt, bound: BoundKnowledge): OptionInsertion | null {
  const { option, argument } = bound;
  const quote = at.file.fact.quotes.find((each) => each.function === at.summary.id && each.site === at.index);
  if (option === null || argument === null || quote === undefined) return null;
  const replacement = withOption(quote.text, quote.close, at, option, argument);
  return replacement === null ? null : { ...at.site.lines, replacement };
}

function withOption(text: string, close: number, at: SiteAt, option: string, argument: number): string | null {
  const { args } = at.site;
  if (args.some((arg) => arg.kind === "spread")) return null;
  const last = args.at(-1);
  const before = text.slice(0, close).replace(/,?\s*$/, "");
  const after = text.slice(close);
  // `axios({ … })` takes its options first; else the options are the argument of that index.
  const takesOptions = last?.kind === "object" && (args.length === argument + 1 || args.length === 1);
  if (takesOptions && before.endsWith("}")) {
    // A limit that is there and switched off (`timeout: 0`) cannot be written a second time.
    if (last.entries.some(({ key }) => option.startsWith(`${key}:`))) return null;
    const inside = before.slice(0, -1).replace(/,?\s*$/, "");
    return inside.endsWith("{") ? `${inside} ${option} }${after}` : `${inside}, ${option} }${after}`;
  }
  if (args.length === 0 || args.length > argument) return null;
  const missing = "undefined, ".repeat(argument - args.length);
  return `${before}, ${missing}{ ${option} }${after}`;
}
