import type { ComparedFinding } from "../compare/comparison.js";
import type { Changes } from "../compare/changes.js";
import type { Config, ConfigProblem } from "../config/config.js";
import { SEVERITIES } from "../config/severity.js";
import type { FileFacts } from "../facts/facts.js";
import type { ModelCoverage } from "../model/model.js";
import type { AppliedWaiver, Report, ReportCoverage, ReportedFinding, Verdict } from "./report.js";
import { unreadSentence } from "./words.js";

export function isNew({ status }: Pick<ComparedFinding, "status">): boolean {
  return status === "introduced" || status === "worsened";
}

/** New, sure, not waived, and of a rule that blocks or of a severity that fails. */
export function blocks(compared: ComparedFinding, waiver: AppliedWaiver | null, config: Config): boolean {
  if (!isNew(compared) || waiver !== null || compared.finding.confidence !== "high") return false;
  const level = config.rules[compared.finding.rule]?.level ?? null;
  if (level !== null) return level === "block";
  return config.failOn !== "never" && SEVERITIES.indexOf(compared.finding.severity) <= SEVERITIES.indexOf(config.failOn);
}

export interface VerdictInput {
  readonly findings: readonly ReportedFinding[];
  readonly config: Config;
  /** Problems of the settings on the base: the check cannot know what to hold the pull request to. */
  readonly brokenSettings: readonly ConfigProblem[];
  /** What the pull request itself made unreadable. */
  readonly darkened: ReportCoverage["unreadable"];
  readonly defects: Report["defects"];
}

/** Enough to see what happened; the coverage lists all. */
const MOST_DARKENED = 10;

/** The verdict, with one sentence for everything that keeps it from `pass`. */
export function verdictOf(input: VerdictInput): { readonly verdict: Verdict; readonly reasons: readonly string[] } {
  const blocking = input.findings.filter((finding) => finding.blocking);
  const broken = input.brokenSettings.map(({ path, line, message }) => `The settings are broken: ${path}:${line}: ${message}.`);
  const caused = blocking.map((finding) => `${finding.rule}: ${finding.title}.`);
  const doubts = [
    ...input.darkened.slice(0, MOST_DARKENED).map((place) => `${unreadSentence(place)}.`),
    ...(input.darkened.length > MOST_DARKENED
      ? [`${input.darkened.length - MOST_DARKENED} more places of this pull request cannot be read.`]
      : []),
    ...input.defects.map(({ rule }) => `The rule ${rule} broke down, which is a defect of Faultline; its findings are missing.`),
  ];
  const reasons = [...broken, ...caused, ...doubts];
  if (broken.length > 0 || (blocking.length > 0 && input.config.mode === "enforce")) return { verdict: "fail", reasons };
  return { verdict: reasons.length > 0 ? "neutral" : "pass", reasons };
}

/**
 * Files that the pull request changed and of which less can be read than before, or which were never read at all: a
 * submodule, a pointer to what is kept elsewhere. A new file counts where nothing of it can be read: templates that are read
 * in part are common.
 */
export function darkenedBy(
  changes: Changes,
  coverage: { readonly base: ModelCoverage; readonly head: ModelCoverage },
  files: readonly Pick<FileFacts, "path" | "facts">[],
): ReportCoverage["unreadable"] {
  if (coverage.head.unreadable.length === 0) return [];
  const partlyRead = new Set(files.filter(({ facts }) => facts.length > 0).map(({ path }) => path));
  const opened = new Set(files.map(({ path }) => path));
  const before = gaps(coverage.base);
  const after = gaps(coverage.head);
  const darker = new Set<string>();
  for (const [path, count] of after) {
    if (changes.fileOn("head", path) === undefined) continue;
    const basePath = changes.toBase(path);
    const less = basePath === null ? !partlyRead.has(path) : count > (before.get(basePath) ?? 0);
    if (less || !opened.has(path)) darker.add(path);
  }
  return coverage.head.unreadable.filter(({ path }) => darker.has(path));
}

function gaps(coverage: ModelCoverage): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const { path } of coverage.unreadable) counts.set(path, (counts.get(path) ?? 0) + 1);
  return counts;
}
