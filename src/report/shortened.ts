import type { ReportedFinding, Report } from "./report.js";

/** A name in the source may be as long as its file, and what is told of one finding must leave room for the others. In characters. */
const LONGEST = { title: 300, text: 2_000, note: 300, name: 100, suggestion: 10_000 } as const;

/** The report as GitHub and our pages show it: no text of it is longer than somebody reads. */
export function shortened(report: Report): Report {
  const findings = report.findings.map(shortFinding);
  // A reason that names a finding names it by the title that stands below.
  const sentences = new Map(report.findings.map(({ rule, title }, index) => [`${rule}: ${title}.`, `${rule}: ${findings[index]!.title}.`]));
  return {
    ...report,
    findings,
    reasons: report.reasons.map((reason) => sentences.get(reason) ?? cut(reason, LONGEST.text)),
    problems: report.problems.map((one) => ({
      ...one,
      message: cut(one.message, LONGEST.text),
      advice: cut(one.advice, LONGEST.text),
    })),
    coverage: {
      ...report.coverage,
      unreadable: report.coverage.unreadable.map((one) => ({ ...one, reason: cut(one.reason, LONGEST.note) })),
    },
  };
}

export function shortFinding(finding: ReportedFinding): ReportedFinding {
  const { title, message, remedy, evidence, suggestion } = finding;
  return {
    ...finding,
    title: cut(title, LONGEST.title),
    message: cut(message, LONGEST.text),
    remedy: cut(remedy, LONGEST.text),
    evidence: evidence.map((one) => (one.note.length <= LONGEST.note ? one : { ...one, note: cut(one.note, LONGEST.note) })),
    suggestion: suggestion !== null && suggestion.replacement.length > LONGEST.suggestion ? null : suggestion,
  };
}

export function shortName(name: string): string {
  return cut(name, LONGEST.name);
}

function cut(text: string, characters: number): string {
  return text.length <= characters ? text : `${text.slice(0, characters)}…`;
}
