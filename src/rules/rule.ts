import type { Severity } from "../config/severity.js";
import type { Confidence, Evidence } from "../model/evidence.js";
import type { SystemModel } from "../model/model.js";

/**
 * One piece of debt in one model. A rule says what is wrong and lists every place that shows it; which of them gets
 * the comment is decided later, by what the pull request changed.
 */
export interface Finding {
  readonly rule: string;
  /** What it is about, as `kind:name`, by the table in docs/rules: no path, no line. */
  readonly subject: readonly string[];
  /** Tells findings on one subject apart; empty for the main aspect. */
  readonly discriminator: string;
  readonly severity: Severity;
  readonly confidence: Confidence;
  /** Members of the state (services that share the database), sorted. */
  readonly members: readonly string[];
  readonly measure: { readonly name: string; readonly value: number } | null;
  /** Services concerned, sorted; for filters and pages. */
  readonly services: readonly string[];
  /** A sentence without full stop that names what is wrong: `orders and inventory share the database orders_db`. */
  readonly title: string;
  /**
   * What is wrong here and why it hurts: one to three sentences. Names from the repository in backticks: code spans are
   * the only Markdown that is kept, in titles, remedies and notes too.
   */
  readonly message: string;
  /** How to fix it here: one to three sentences, Markdown. */
  readonly remedy: string;
  /** At least one. The most telling first. */
  readonly evidence: readonly Evidence[];
  readonly suggestion: Suggestion | null;
  /** Bodies that find it again after a rename of its function: hash of what it stands in. */
  readonly bodyHash: string | null;
}

/** A fix of neighbouring lines. */
export interface Suggestion {
  readonly path: string;
  readonly startLine: number;
  readonly endLine: number;
  /** Whole lines, without the last line end. */
  readonly replacement: string;
}

/**
 * A subject that was read and is clean, with what makes it so. It turns "not found any more" into `fixed`, and its
 * places show what a pull request took away when the finding appears.
 */
export interface Clearance {
  readonly rule: string;
  readonly subject: readonly string[];
  readonly discriminator: string;
  readonly evidence: readonly Evidence[];
  /**
   * How sure it is that the subject is clean; `high` where nothing is said. What stands apart from the subject, such as a
   * route of the mesh that a call may or may not take, clears it less surely, and what it clears is fixed no more surely than that.
   */
  readonly confidence?: Confidence;
  /** Of what nothing can be said: why, as the end of a sentence about the file of its first evidence (`could not be judged: …`). */
  readonly note?: string;
}

export interface Judgement {
  readonly findings: readonly Finding[];
  readonly cleared: readonly Clearance[];
  /** Subjects that were read and of which nothing can be said, with why: a plugin that is not known. They are never `fixed`. */
  readonly undecided?: readonly Clearance[];
}

export interface RuleMeta {
  readonly id: string;
  /** A noun phrase: `Shared database`. */
  readonly title: string;
  /** One sentence for tables: what it finds. */
  readonly summary: string;
  readonly severity: Severity;
  /** Ids of the checklist lines that its findings fail. */
  readonly checklist: readonly string[];
  /** Thresholds and switches with their defaults; the page explains each. */
  readonly options: Readonly<Record<string, RuleOption>>;
}

export interface RuleOption {
  readonly description: string;
  readonly default: number | string | boolean | readonly string[];
}

export type RuleOptions = Readonly<Record<string, number | string | boolean | readonly string[]>>;

/** A rule about one system: it runs on base and head, and the findings are compared. */
export interface StateRule extends RuleMeta {
  readonly about: "state";
  check(model: SystemModel, options: RuleOptions): Judgement;
}

/** A rule about the step from base to head: all that it finds is introduced. */
export interface ChangeRule extends RuleMeta {
  readonly about: "change";
  check(base: SystemModel, head: SystemModel, options: RuleOptions): readonly Finding[];
}

export type Rule = StateRule | ChangeRule;
