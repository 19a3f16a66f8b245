import type { ComparedFinding } from "../compare/comparison.js";
import type { Config, ConfigProblem, WaiverSettings } from "../config/config.js";
import { nearest } from "../config/nearest.js";
import type { FileFacts, InlineIgnore } from "../facts/facts.js";
import { rules } from "../rules/registry.js";
import type { AppliedWaiver } from "./report.js";

/** A waiver given by a command on the pull request. */
export interface Acceptance {
  /** A fingerprint, or the beginning of one that the product showed. */
  readonly fingerprint: string;
  readonly reason: string;
  readonly author: string;
}

export interface WaiverInput {
  readonly findings: readonly ComparedFinding[];
  readonly config: Config;
  readonly files: readonly Pick<FileFacts, "path" | "ignores">[];
  readonly accepted: readonly Acceptance[];
  /** ISO date; `null`: nothing expires. */
  readonly today: string | null;
}

export interface WaiverResult {
  /** By fingerprint. */
  readonly applied: ReadonlyMap<string, AppliedWaiver>;
  /** Waivers that have no effect, each with the reason. */
  readonly problems: readonly ConfigProblem[];
}

/** One waiver from wherever it came, in the order in which they are asked. */
interface Candidate {
  readonly waiver: AppliedWaiver;
  readonly matches: (compared: ComparedFinding) => boolean;
  /** Rule that it names, where it names one. */
  readonly rule: string | null;
  readonly flaw: Flaw | null;
}

type Flaw = Pick<ConfigProblem, "message" | "advice">;

/** Finds the waiver of each finding: of the settings, else in the source, else by command. Flawed ones waive nothing. */
export function applyWaivers(input: WaiverInput): WaiverResult {
  const live = input.findings.filter(({ status }) => status !== "fixed");
  const applied = new Map<string, AppliedWaiver>();
  const problems: ConfigProblem[] = [];
  for (const candidate of candidates(input)) {
    if (candidate.flaw !== null) {
      tell(problems, candidate.waiver, candidate.flaw);
      continue;
    }
    const matched = live.filter(candidate.matches);
    for (const { fingerprint } of matched) if (!applied.has(fingerprint)) applied.set(fingerprint, candidate.waiver);
    const settled = input.findings.some(candidate.matches) || !runs(candidate.rule, input.config);
    if (matched.length === 0 && !settled) tell(problems, candidate.waiver, MATCHES_NOTHING);
  }
  return { applied, problems };
}

const MATCHES_NOTHING: Flaw = {
  message: "the waiver matches no finding",
  advice: "Take it out if the debt is gone; otherwise compare its fingerprint or subject with the report.",
};

function candidates(input: WaiverInput): readonly Candidate[] {
  const inline = input.files.flatMap((file) => file.ignores.map((ignore) => ofSource(file.path, ignore, input)));
  return [...input.config.waivers.map((waiver) => ofSettings(waiver, input.today)), ...inline, ...input.accepted.map(ofCommand)];
}

function ofSettings(waiver: WaiverSettings, today: string | null): Candidate {
  const { fingerprint, rule, subject, reason, owner, until, path, line } = waiver;
  return {
    waiver: { source: "settings", reason, owner, until, path, line },
    matches: (compared) =>
      (fingerprint === null || compared.fingerprint.startsWith(fingerprint)) &&
      (rule === null || compared.finding.rule === rule) &&
      (subject === null || isAbout(compared, subject)),
    rule,
    flaw: flawOf(reason, until, today),
  };
}

/** The subject as the report shows it, or each of its parts that the waiver names. */
function isAbout({ finding }: ComparedFinding, subject: string): boolean {
  return finding.subject.join(", ") === subject || subject.split(/\s*,\s*/).every((part) => finding.subject.includes(part));
}

function ofSource(path: string, ignore: InlineIgnore, { config, today, findings }: WaiverInput): Candidate {
  const { rule, line, until } = ignore;
  const known = rules.some(({ id }) => id === rule) || findings.some(({ finding }) => finding.rule === rule);
  const flaw = config.inlineIgnores === "deny" ? DENIED : known ? flawOf(ignore.reason ?? "", until, today) : noSuchRule(rule);
  return {
    waiver: { source: "inline", reason: ignore.reason ?? "", owner: null, until, path, line },
    matches: ({ finding, head }) =>
      finding.rule === rule &&
      head !== null &&
      head.evidence.some((place, index) => place.path === path && (index === 0 ? touches(place, line) : begins(place, line))),
    rule,
    flaw,
  };
}

function noSuchRule(rule: string): Flaw {
  const meant = nearest(
    rule,
    rules.map(({ id }) => id),
  );
  return {
    message: `no rule is called ${JSON.stringify(rule.slice(0, 40))}`,
    advice: meant === null ? "Write the rule's id as the report shows it." : `Did you mean ${meant}?`,
  };
}

const DENIED: Flaw = {
  message: "faultline-ignore has no effect here: the settings say inline-ignores: deny",
  advice: "Put a waiver into the settings file instead.",
};

/** The comment covers its own line and the next: the finding's main place lies there, any other begins there. */
function touches(place: { readonly startLine: number; readonly endLine: number }, line: number): boolean {
  return place.startLine <= line + 1 && place.endLine >= line;
}

function begins(place: { readonly startLine: number }, line: number): boolean {
  return place.startLine === line || place.startLine === line + 1;
}

function ofCommand({ fingerprint, reason, author }: Acceptance): Candidate {
  return {
    waiver: { source: "command", reason, owner: author, until: null, path: null, line: null },
    matches: (compared) => fingerprint !== "" && compared.fingerprint.startsWith(fingerprint),
    rule: null,
    flaw: null,
  };
}

function flawOf(reason: string, until: string | null, today: string | null): Flaw | null {
  if (reason.trim() === "")
    return { message: "the waiver gives no reason and has no effect", advice: "Say in a few words why the debt is accepted." };
  if (until !== null && !/^\d{4}-\d{2}-\d{2}$/.test(until))
    return {
      message: "the waiver's until= is not a date, so it has no effect",
      advice: "Write the last day on which it holds as until=2026-12-31.",
    };
  if (until !== null && today !== null && until < today)
    return { message: `the waiver expired on ${until}`, advice: "Settle the debt, or extend the date and say why." };
  return null;
}

/** A waiver for a rule that did not run may still be needed. */
function runs(rule: string | null, config: Config): boolean {
  return rule === null || (rules.some(({ id }) => id === rule) && config.rules[rule]?.level !== "off");
}

/** A command has no place in a file; what came of it is answered on the pull request. */
function tell(problems: ConfigProblem[], { path, line }: AppliedWaiver, flaw: Flaw): void {
  if (path !== null && line !== null) problems.push({ path, line, column: 1, ...flaw });
}
