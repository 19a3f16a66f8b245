import type { ConfigProblem } from "../config/config.js";
import type { Status, ComparedEvidence } from "../compare/comparison.js";
import type { Severity } from "../config/severity.js";
import type { Confidence } from "../model/evidence.js";
import type { Suggestion } from "../rules/rule.js";

export type Verdict = "pass" | "fail" | "neutral";

/** The result of a review, with everything decided; renderers only write it down. */
export interface Report {
  readonly base: string | null;
  readonly head: string | null;
  readonly verdict: Verdict;
  /** Why the verdict is not `pass`, one sentence each. */
  readonly reasons: readonly string[];
  /** Sorted by status, severity, confidence, rule, subject. */
  readonly findings: readonly ReportedFinding[];
  readonly checklist: readonly ChecklistLine[];
  readonly coverage: ReportCoverage;
  readonly system: SystemSummary;
  readonly baseSystem: SystemSummary | null;
  /** Problems of the settings file, of waivers and of inline ignores. */
  readonly problems: readonly ConfigProblem[];
  /** Rules that broke down, by id: a defect of the product, to be told as one. */
  readonly defects: readonly { readonly rule: string; readonly message: string }[];
  /** Lines of source beside the new findings, for readers who do not have them before their eyes. */
  readonly excerpts: readonly Excerpt[];
}

/** Consecutive lines of one file. */
export interface Excerpt {
  readonly side: "base" | "head";
  readonly path: string;
  readonly startLine: number;
  readonly lines: readonly string[];
}

export interface ReportedFinding {
  readonly rule: string;
  readonly status: Status;
  readonly severity: Severity;
  readonly confidence: Confidence;
  readonly fingerprint: string;
  readonly subject: readonly string[];
  readonly title: string;
  readonly message: string;
  readonly remedy: string;
  readonly measure: { readonly name: string; readonly base: number | null; readonly head: number | null } | null;
  readonly services: readonly string[];
  readonly evidence: readonly ComparedEvidence[];
  readonly suggestion: Suggestion | null;
  readonly waiver: AppliedWaiver | null;
  /** It is what makes the verdict fail (or would, in `advise` mode). */
  readonly blocking: boolean;
  /** Where and whether it is shown: in a comment, in the summary only, or nowhere but JSON. */
  readonly shown: "comment" | "summary" | "hidden";
  /** The evidence that gets the comment: an index into `evidence`, `null` where nothing in the diff fits. */
  readonly placement: number | null;
  /** The lines of the diff where the comment stands; `null` exactly where `placement` is. */
  readonly anchor: Anchor | null;
}

/** Lines of one hunk of the diff, as a review comment needs them. */
export interface Anchor {
  /** Path in head; for a deleted file its path in base. */
  readonly path: string;
  readonly side: "base" | "head";
  readonly startLine: number;
  readonly endLine: number;
  /** The lines are exactly those that the suggestion replaces, so that it can be applied with a click. */
  readonly suggestion: boolean;
}

export interface AppliedWaiver {
  readonly source: "settings" | "inline" | "command";
  readonly reason: string;
  readonly owner: string | null;
  readonly until: string | null;
  readonly path: string | null;
  readonly line: number | null;
}

export type ChecklistState = "pass" | "fail" | "not-applicable" | "unknown";

export interface ChecklistLine {
  readonly id: string;
  readonly title: string;
  readonly group: "Independence" | "Communication" | "Data consistency" | "Events";
  readonly base: ChecklistState;
  readonly head: ChecklistState;
  /** Fingerprints behind it. */
  readonly findings: readonly string[];
}

export interface ReportCoverage {
  readonly files: number;
  readonly analysed: number;
  readonly excluded: number;
  readonly unreadable: readonly { readonly path: string; readonly line: number; readonly reason: string }[];
  readonly unresolved: number;
}

/** A service at a database or channel, and the places that show it. */
export interface ShownUse {
  readonly service: string;
  readonly evidence: readonly ComparedEvidence[];
}

/** The system as JSON and pictures show it. Also the whole output of `graph --format json`, but for the places of uses. */
export interface SystemSummary {
  readonly services: readonly { readonly name: string; readonly paths: readonly string[] }[];
  readonly databases: readonly {
    readonly id: string;
    readonly engine: string;
    readonly name: string;
    readonly services: readonly string[];
    readonly uses: readonly ShownUse[];
  }[];
  readonly calls: readonly {
    readonly from: string;
    readonly to: string;
    readonly kind: string;
    readonly operation: string;
    readonly evidence: readonly ComparedEvidence[];
  }[];
  readonly channels: readonly {
    readonly name: string;
    readonly publishers: readonly string[];
    readonly consumers: readonly string[];
    readonly publications: readonly ShownUse[];
    readonly consumptions: readonly ShownUse[];
  }[];
}
