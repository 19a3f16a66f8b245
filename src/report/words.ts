import type { ComparedEvidence, Status } from "../compare/comparison.js";
import type { ChecklistLine, Report, ReportCoverage } from "./report.js";

/** What the report comes to, in a few words, for a heading or the title of a check. */
export function headline(report: Report): string {
  const count = (...statuses: readonly Status[]): number => report.findings.filter(({ status, waiver }) => statuses.includes(status) && waiver === null).length;
  const blocking = report.findings.filter(({ blocking: blocks }) => blocks).length;
  const fresh = count("introduced", "worsened");
  const fixed = count("fixed");
  const better = count("fixed", "improved");
  if (report.verdict === "fail" && blocking === 0) return "the settings are broken";
  if (blocking > 0) return `${counted(blocking, "finding")} to settle${fresh > blocking ? `, ${fresh - blocking} more to know of` : ""}`;
  if (fresh > 0) return `${counted(fresh, "finding")} to know of`;
  if (report.verdict === "neutral") return "part of this could not be judged";
  if (better > 0) return fixed > 0 ? `nothing new, ${counted(fixed, "finding")} fixed` : "nothing new, and some of it got better";
  return "nothing new";
}

export function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? "" : "s"}`;
}

/** `services/orders/orders.ts:12-14`, with the repository in front where it is another one. */
export function placeText({ repository, path, startLine, endLine }: Pick<ComparedEvidence, "repository" | "path" | "startLine" | "endLine">): string {
  return `${repository === undefined ? "" : `${repository}:`}${path}:${startLine}${endLine > startLine ? `-${endLine}` : ""}`;
}

export function changeOfState({ base, head }: ChecklistLine): string {
  return base === head ? head : `${base} → ${head}`;
}

/** What was and was not looked at. `escape` makes paths safe for where the sentence goes. */
export function coverageSentence(coverage: ReportCoverage, escape: (text: string) => string): string {
  const { files, analysed, unreadable, unresolved } = coverage;
  const paths = [...new Set(unreadable.map(({ path }) => path))];
  const named = paths.slice(0, 3).map(escape).join(", ");
  const dark = paths.length === 0 ? "" : ` Not wholly read: ${named}${paths.length > 3 ? ` and ${paths.length - 3} more` : ""}.`;
  const lost = unresolved === 0 ? "" : ` ${counted(unresolved, "target")} could not be resolved.`;
  return `${analysed} of ${counted(files, "file")} read.${dark}${lost}`;
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
