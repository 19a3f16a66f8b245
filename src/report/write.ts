import { changesOf, type Changes } from "../compare/changes.js";
import type { ComparedFinding, Comparison, Status } from "../compare/comparison.js";
import type { Config, ConfigProblem } from "../config/config.js";
import { SETTINGS_PATH } from "../config/settings.js";
import { SEVERITIES } from "../config/severity.js";
import type { ModelCoverage, SystemModel } from "../model/model.js";
import type { Clearance, Suggestion } from "../rules/rule.js";
import type { Diff } from "../snapshot/diff.js";
import { placementOf, type Placement } from "./anchor.js";
import { checklistOf } from "./checklist.js";
import { mayHoldCredential, withoutCredentials } from "./credentials.js";
import type { AppliedWaiver, Excerpt, Report, ReportCoverage, ReportedFinding } from "./report.js";
import type { SideFacts } from "./subjects.js";
import { summarize } from "./system.js";
import { blocks, darkenedBy, isNew, verdictOf } from "./verdict.js";
import { applyWaivers, type Acceptance } from "./waivers.js";

export interface ReportInput {
  readonly comparison: Comparison;
  readonly diff: Diff;
  readonly config: Config;
  readonly models: { readonly base: SystemModel; readonly head: SystemModel };
  readonly facts: { readonly base: SideFacts; readonly head: SideFacts };
  readonly commits?: { readonly base: string | null; readonly head: string | null };
  /** Rules that broke down over either side or over the step. */
  readonly failures?: Report["defects"];
  /** Subjects of head of which rules can say nothing. */
  readonly undecided?: readonly Clearance[];
  readonly excerpts?: readonly Excerpt[];
}

/** What a report may know from outside the two commits. */
export interface ReportContext {
  /** ISO date of the review, for waivers that end; without it none has ended. */
  readonly today?: string;
  /** Waivers given by commands on the pull request. */
  readonly accepted?: readonly Acceptance[];
  /** What was wrong with the settings that apply: the verdict is `fail`, and the defaults were used. */
  readonly settingsProblems?: readonly ConfigProblem[];
  /** What is wrong with the settings as the pull request would have them; empty where they are fine or untouched. */
  readonly proposedProblems?: readonly ConfigProblem[];
  /** What the verdict would be under the settings as the pull request would have them, in words. */
  readonly proposedVerdict?: string;
  /** What kept recorded traces from being read. */
  readonly traceProblems?: readonly ConfigProblem[];
}

/** Decides everything that is shown: waivers, verdict, where each finding goes, the checklist. Renderers only write it down. */
export function writeReport(input: ReportInput, context: ReportContext = {}): Report {
  const { comparison, config, models } = input;
  const changes = changesOf(input.diff);
  const waivers = applyWaivers({
    findings: comparison.findings,
    config,
    files: input.facts.head.files,
    accepted: context.accepted ?? [],
    today: context.today ?? null,
  });
  const findings = reportFindings(comparison.findings, waivers.applied, config, changes);
  const defects = distinctDefects(input.failures ?? []);
  const brokenSettings = context.settingsProblems ?? [];

  return {
    base: input.commits?.base ?? null,
    head: input.commits?.head ?? null,
    ...verdictOf({
      findings,
      config,
      brokenSettings,
      darkened: darkenedBy(changes, { base: models.base.coverage, head: models.head.coverage }, input.facts.head.files),
      defects,
    }),
    findings,
    checklist: checklistOf({
      findings: comparison.findings,
      models,
      facts: input.facts,
      config,
      broken: new Set(defects.map(({ rule }) => rule)),
    }),
    coverage: coverageOf(models.head.coverage, input.undecided ?? []),
    system: summarize(models.head, "head", changes),
    baseSystem: summarize(models.base, "base", changes),
    problems: [
      ...brokenSettings,
      ...waivers.problems,
      ...(context.proposedProblems ?? []),
      ...(context.traceProblems ?? []),
      ...settingsEdit(config, changes, context.proposedVerdict),
    ].sort(byPlace),
    defects,
    excerpts: input.excerpts ?? [],
  };
}

function reportFindings(
  findings: readonly ComparedFinding[],
  waivers: ReadonlyMap<string, AppliedWaiver>,
  config: Config,
  changes: Changes,
): readonly ReportedFinding[] {
  const sorted = [...findings].sort(byWeight);
  let room = config.comments.max;
  return sorted.map((compared) => {
    const waiver = waivers.get(compared.fingerprint) ?? null;
    const suggestion = suggestionOf(compared);
    const placement = isNew(compared) ? placementOf(compared.evidence, suggestion, changes) : null;
    const shown = shownIn(compared, waiver, placement, config, room);
    if (shown === "comment") room--;
    return reportOne(compared, { waiver, suggestion, placement, shown, blocking: blocks(compared, waiver, config) });
  });
}

interface Decisions {
  readonly waiver: AppliedWaiver | null;
  readonly suggestion: Suggestion | null;
  readonly placement: Placement | null;
  readonly shown: ReportedFinding["shown"];
  readonly blocking: boolean;
}

function reportOne(compared: ComparedFinding, { waiver, suggestion, placement, shown, blocking }: Decisions): ReportedFinding {
  const { finding, base, head } = compared;
  const measure = head?.measure ?? base?.measure ?? null;
  return {
    rule: finding.rule,
    status: compared.status,
    severity: finding.severity,
    confidence: finding.confidence,
    fingerprint: compared.fingerprint,
    subject: finding.subject,
    title: withoutCredentials(finding.title),
    message: withoutCredentials(finding.message),
    remedy: withoutCredentials(finding.remedy),
    measure: measure === null ? null : { name: measure.name, base: base?.measure?.value ?? null, head: head?.measure?.value ?? null },
    services: finding.services,
    evidence: compared.evidence.map((evidence) => ({ ...evidence, note: withoutCredentials(evidence.note) })),
    suggestion,
    waiver,
    blocking,
    shown,
    placement: placement?.index ?? null,
    anchor: placement?.anchor ?? null,
  };
}

/** A fix that would write a credential into a comment is not offered. */
function suggestionOf({ head }: ComparedFinding): Suggestion | null {
  const suggestion = head?.suggestion ?? null;
  return suggestion === null || suggestion.replacement.split("\n").some(mayHoldCredential) ? null : suggestion;
}

function shownIn(
  compared: ComparedFinding,
  waiver: AppliedWaiver | null,
  placement: Placement | null,
  config: Config,
  room: number,
): ReportedFinding["shown"] {
  if (compared.status === "unchanged") return "hidden";
  if (!isNew(compared) || waiver !== null || placement === null || room <= 0) return "summary";
  const level = config.rules[compared.finding.rule]?.level ?? null;
  if (level === "observe") return "summary";
  return compared.finding.severity === "info" && level === null ? "summary" : "comment";
}

const STATUS_ORDER: readonly Status[] = ["introduced", "worsened", "unknown", "improved", "fixed", "unchanged"];
const CONFIDENCE_ORDER = ["high", "medium", "low"] as const;

/** What needs attention first. */
function byWeight(a: ComparedFinding, b: ComparedFinding): number {
  return (
    STATUS_ORDER.indexOf(a.status) - STATUS_ORDER.indexOf(b.status) ||
    SEVERITIES.indexOf(a.finding.severity) - SEVERITIES.indexOf(b.finding.severity) ||
    CONFIDENCE_ORDER.indexOf(a.finding.confidence) - CONFIDENCE_ORDER.indexOf(b.finding.confidence) ||
    byText(a.finding.rule, b.finding.rule) ||
    byText(a.finding.subject.join("\n"), b.finding.subject.join("\n")) ||
    byText(a.finding.discriminator, b.finding.discriminator) ||
    byText(a.fingerprint, b.fingerprint)
  );
}

/** What no rule can judge stands beside what could not be read: either way silence says nothing. */
function coverageOf(coverage: ModelCoverage, undecided: readonly Clearance[]): ReportCoverage {
  const notes = undecided.flatMap(({ note, evidence: [first] }) =>
    note === undefined || first === undefined ? [] : [{ path: first.path, line: first.startLine, reason: note }],
  );
  return {
    files: coverage.files,
    analysed: coverage.analysed,
    excluded: coverage.excluded.length,
    unreadable: [...coverage.unreadable.map(({ path, line, reason }) => ({ path, line, reason })), ...notes].sort(byPlace),
    unresolved: coverage.unresolved,
  };
}

/** A pull request cannot change the settings that it is held to, and is told so. */
function settingsEdit(config: Config, changes: Changes, verdict?: string): readonly ConfigProblem[] {
  const paths = new Set([config.path ?? SETTINGS_PATH, SETTINGS_PATH]);
  const edited = changes.files.filter((file) => paths.has(file.path) || paths.has(file.basePath ?? file.path));
  return edited.map(({ path }) => ({
    path,
    line: 1,
    column: 1,
    message: "this pull request changes the settings; they and their waivers apply once it is merged",
    advice: `Nothing to do: the settings of the base branch were used.${verdict === undefined ? "" : ` With the new ones the verdict would be ${verdict}.`}`,
  }));
}

function distinctDefects(failures: Report["defects"]): Report["defects"] {
  const byRule = new Map(failures.map((failure) => [failure.rule, failure]));
  return [...byRule.values()].sort((a, b) => byText(a.rule, b.rule));
}

function byPlace(a: { readonly path: string; readonly line: number }, b: { readonly path: string; readonly line: number }): number {
  return byText(a.path, b.path) || a.line - b.line;
}

function byText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
