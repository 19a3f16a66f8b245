import type { Config } from "../config/config.js";
import { SEVERITIES } from "../config/severity.js";
import type { ComparedFinding } from "../compare/comparison.js";
import type { Finding } from "../rules/rule.js";
import type { SystemModel } from "../model/model.js";
import { rules } from "../rules/registry.js";
import { subjects, type SideFacts } from "./subjects.js";
import type { ChecklistLine, ChecklistState } from "./report.js";

/** One line of the checklist: what it asks, of which part of a system, and which rules fail it. */
export interface ChecklistQuestion extends Pick<ChecklistLine, "id" | "title" | "group"> {
  readonly rules: readonly string[];
  /** Narrows the findings of these rules; all of them otherwise. */
  readonly counts?: (finding: Finding) => boolean;
}

/** The seventeen lines, in the order in which they are shown. */
export const CHECKLIST: readonly ChecklistQuestion[] = [
  { id: "data-ownership", group: "Independence", title: "Each service owns its data", rules: ["shared-database"] },
  {
    id: "independent-deployment",
    group: "Independence",
    title: "Services deploy independently",
    rules: ["co-deployed-services", "lockstep-changes"],
  },
  {
    id: "failure-isolation",
    group: "Independence",
    title: "Service failure is isolated",
    rules: ["sync-call-chain", "cyclic-service-calls", "missing-circuit-breaker"],
  },
  {
    id: "no-shared-business-logic",
    group: "Independence",
    title: "No shared libraries with business logic",
    rules: ["shared-business-library"],
  },
  { id: "async-communication", group: "Communication", title: "Asynchronous where possible", rules: ["sync-call-chain"] },
  { id: "batch-apis", group: "Communication", title: "Batch APIs for bulk operations", rules: ["n-plus-one-call", "chatty-trace"] },
  {
    id: "timeouts",
    group: "Communication",
    title: "Timeouts on all external calls",
    rules: ["missing-call-timeout", "mesh-missing-timeout"],
  },
  {
    id: "circuit-breakers",
    group: "Communication",
    title: "Circuit breakers on failure-prone calls",
    rules: ["missing-circuit-breaker", "mesh-missing-circuit-breaker"],
  },
  { id: "idempotency", group: "Communication", title: "Idempotent operations", rules: ["non-idempotent-consumer"] },
  { id: "sagas", group: "Data consistency", title: "Sagas for distributed transactions", rules: ["missing-saga"] },
  { id: "outbox", group: "Data consistency", title: "Outbox for event publishing", rules: ["missing-outbox"] },
  // Some compensations are there and some are left out: such a finding is a warning, one without any is an error.
  {
    id: "compensations",
    group: "Data consistency",
    title: "Compensating transactions defined",
    rules: ["missing-saga"],
    counts: ({ severity }) => severity === "warning",
  },
  { id: "eventual-consistency", group: "Data consistency", title: "Eventual consistency acceptable where used", rules: [] },
  { id: "event-versions", group: "Events", title: "Events are versioned", rules: ["unversioned-event", "breaking-event-change"] },
  { id: "upcasters", group: "Events", title: "Upcasters for old versions", rules: ["missing-upcaster"] },
  { id: "dead-letters", group: "Events", title: "Dead-letter handling defined", rules: ["unhandled-dead-letter-queue"] },
  { id: "schema-registry", group: "Events", title: "Event schema registry", rules: [] },
];

export interface ChecklistInput {
  readonly findings: readonly ComparedFinding[];
  readonly models: { readonly base: SystemModel; readonly head: SystemModel };
  readonly facts: { readonly base: SideFacts; readonly head: SideFacts };
  readonly config: Config;
  /** Rules that broke down over one of the sides. */
  readonly broken: ReadonlySet<string>;
}

/** Says of each line what base and head deserve. What no evidence decides stays `unknown`. */
export function checklistOf(input: ChecklistInput): readonly ChecklistLine[] {
  return CHECKLIST.map((question) => {
    const told = input.findings.filter(({ finding }) => question.rules.includes(finding.rule) && isGrave(finding));
    const behind = told.filter(({ finding }) => question.counts?.(finding) ?? true);
    const beside = told.filter((one) => !behind.includes(one));
    return {
      id: question.id,
      title: question.title,
      group: question.group,
      base: stateOf("base", question, { behind, beside }, input),
      head: stateOf("head", question, { behind, beside }, input),
      findings: [...new Set(behind.map(({ fingerprint }) => fingerprint))].sort(),
    };
  });
}

/** A hint that a graver rule gives beside a clean subject fails nothing. */
function isGrave(finding: Finding): boolean {
  const declared = rules.find((rule) => rule.id === finding.rule)?.severity ?? "warning";
  const least = declared === "info" ? "info" : "warning";
  return SEVERITIES.indexOf(finding.severity) <= SEVERITIES.indexOf(least);
}

interface Found {
  /** They fail the line. */
  readonly behind: readonly ComparedFinding[];
  /** Of the same rules; they fail another line. */
  readonly beside: readonly ComparedFinding[];
}

function stateOf(side: "base" | "head", question: ChecklistQuestion, { behind, beside }: Found, input: ChecklistInput): ChecklistState {
  const subject = subjects[question.id]?.(input.models[side], input.facts[side]) ?? "unknown";
  if (behind.some((compared) => compared[side] !== null) || subject === "fail") return "fail";
  const answer = Object.hasOwn(input.config.checklist, question.id) ? input.config.checklist[question.id] : undefined;
  if (answer !== undefined) return answer;
  if (subject !== "present") return subject === "absent" ? "not-applicable" : subject;
  // Where nothing is undone at all, nothing shows how it would be.
  if (behind.some(({ status }) => status === "unknown") || beside.some((compared) => compared[side] !== null)) return "unknown";
  return question.rules.every((id) => ran(id, input)) ? "pass" : "unknown";
}

/** Silence of a rule that does not exist, is switched off or broke down says nothing. */
function ran(id: string, { config, broken }: ChecklistInput): boolean {
  return rules.some((rule) => rule.id === id) && config.rules[id]?.level !== "off" && !broken.has(id);
}
