import type { ComparedEvidence, Status } from "../compare/comparison.js";
import type { ChecklistLine, Report, ReportCoverage } from "./report.js";

/**
 * What the report comes to, in a few words, for a heading or the title of a check. With `unchanged`, what was there before
 * counts too.
 */
export function headline(report: Report, unchanged = false): string {
  const count = (...statuses: readonly Status[]): number =>
    report.findings.filter(({ status, waiver }) => statuses.includes(status) && waiver === null).length;
  const blocking = report.findings.filter(({ blocking: blocks }) => blocks).length;
  const fresh = count("introduced", "worsened");
  const fixed = count("fixed");
  const better = count("fixed", "improved");
  if (report.verdict === "fail" && blocking === 0) return "the settings are broken";
  if (blocking > 0) return `${counted(blocking, "finding")} to settle${fresh > blocking ? `, ${fresh - blocking} more to know of` : ""}`;
  if (fresh > 0) return `${counted(fresh, "finding")} to know of`;
  if (report.verdict === "neutral") return "part of this could not be judged";
  if (better > 0) return fixed > 0 ? `nothing new, ${counted(fixed, "finding")} fixed` : "nothing new, and some of it got better";
  const before = count("unchanged");
  if (!unchanged) return "nothing new";
  return before === 0 ? "nothing found" : counted(before, "finding");
}

/** The verdict with what it comes from, within a sentence. */
export function outcomeOf(report: Report): string {
  return `${report.verdict} (${headline(report)})`;
}

export function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? "" : "s"}`;
}

/** `services/orders/orders.ts:12-14`, with the repository in front where it is another one. */
export function placeText({
  repository,
  path,
  startLine,
  endLine,
}: Pick<ComparedEvidence, "repository" | "path" | "startLine" | "endLine">): string {
  return `${repository === undefined ? "" : `${repository}:`}${path}:${startLine}${endLine > startLine ? `-${endLine}` : ""}`;
}

/** Evidence with one entry for each place: what is said of the same lines stands in one note. */
export function onePerPlace(evidence: readonly ComparedEvidence[]): readonly ComparedEvidence[] {
  const merged = new Map<string, ComparedEvidence>();
  for (const one of evidence) {
    const key = `${one.side} ${placeText(one)}`;
    const known = merged.get(key);
    merged.set(key, known === undefined || known.note === one.note ? one : { ...known, note: `${known.note}; ${one.note}` });
  }
  return [...merged.values()];
}

export function changeOfState({ base, head }: ChecklistLine): string {
  return base === head ? head : `${base} → ${head}`;
}

/** How many files were read, and what the others are, but for those that could not be. */
export function readingOf({ files, analysed, excluded, unreadable }: ReportCoverage): string {
  const unread = unreadable.filter(({ path, reason }) => !path.endsWith("/") && reason.startsWith("is ")).length;
  const foreign = files - analysed - excluded - unread;
  const others = [
    ...(excluded > 0 ? [`${excluded} left out by the settings or by convention`] : []),
    ...(foreign > 0 ? [`${foreign} of no format that is known`] : []),
  ];
  return `${analysed} of ${counted(files, "file")} read${others.length === 0 ? "" : `; ${others.join(", ")}`}.`;
}

/** Files that are named with the reason why they were not wholly read. */
const MOST_NAMED = 3;

/** What was and was not looked at, and why. `escape` makes names safe for where the sentence goes. */
export function coverageSentence(coverage: ReportCoverage, escape: (text: string) => string): string {
  const { unreadable, unresolved } = coverage;
  // The first gap of each file.
  const dark = new Map(unreadable.toReversed().map((place) => [place.path, place]));
  const named = [...dark.values()]
    .toReversed()
    .slice(0, MOST_NAMED)
    .map((place) => escape(unreadSentence(place)));
  const more = dark.size > MOST_NAMED ? [`and ${dark.size - MOST_NAMED} more`] : [];
  const gaps = dark.size === 0 ? "" : ` Not wholly read: ${[...named, ...more].join("; ")}.`;
  const lost = unresolved === 0 ? "" : ` ${counted(unresolved, "target")} could not be resolved.`;
  return `${readingOf(coverage)}${gaps}${lost}`;
}

/** Some reasons complete a sentence about the whole file, the others name what is wrong at a line. */
export function unreadSentence({ path, line, reason }: ReportCoverage["unreadable"][number]): string {
  return /^(is|could) /.test(reason) ? `${path} ${reason}` : `${path}:${line} cannot be read: ${reason}`;
}

/** Lines before and after as a unified difference, with what they have in common at both ends as context. */
export function differenceOf(before: readonly string[], after: readonly string[]): readonly string[] {
  const shorter = Math.min(before.length, after.length);
  let top = 0;
  while (top < shorter && before[top] === after[top]) top++;
  let bottom = 0;
  while (bottom < shorter - top && before.at(-1 - bottom) === after.at(-1 - bottom)) bottom++;
  const middle = (lines: readonly string[]): readonly string[] => lines.slice(top, lines.length - bottom);
  return [
    ...before.slice(0, top).map((line) => ` ${line}`),
    ...middle(before).map((line) => `-${line}`),
    ...middle(after).map((line) => `+${line}`),
    ...before.slice(before.length - bottom).map((line) => ` ${line}`),
  ];
}

/** What a fenced block calls the language of a file. */
export function languageOf(path: string): string {
  const extension = /\.([a-z]{1,5})$/i.exec(path)?.[1]?.toLowerCase() ?? "";
  return LANGUAGES.get(extension) ?? "";
}

const LANGUAGES: ReadonlyMap<string, string> = new Map([
  ["ts", "ts"],
  ["tsx", "tsx"],
  ["mts", "ts"],
  ["cts", "ts"],
  ["js", "js"],
  ["jsx", "jsx"],
  ["mjs", "js"],
  ["cjs", "js"],
  ["json", "json"],
  ["yml", "yaml"],
  ["yaml", "yaml"],
  ["tf", "hcl"],
  ["prisma", "prisma"],
  ["proto", "proto"],
  ["sh", "sh"],
  ["sql", "sql"],
]);
