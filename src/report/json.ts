import type { ComparedEvidence } from "../compare/comparison.js";
import type { Report, ReportedFinding, SystemSummary } from "./report.js";

/** The version of the form below; raised when a field changes its meaning or goes. */
const SCHEMA_VERSION = 1;

export interface Tool {
  /** Of the package. */
  readonly version: string;
}

/** The report as data, described by schemas/report.schema.json. Stable, sorted, and the same on every machine. */
export function renderJson(report: Report, tool: Tool): string {
  const { base, head, verdict, checklist, coverage } = report;
  return text({
    schemaVersion: SCHEMA_VERSION,
    tool: { name: "faultline", version: tool.version },
    base,
    head,
    verdict,
    findings: report.findings.map(findingOf),
    checklist: checklist.map(({ id, title, group, base: before, head: after, findings }) => ({
      id,
      title,
      group,
      base: before,
      head: after,
      findings,
    })),
    coverage: {
      files: coverage.files,
      analysed: coverage.analysed,
      excluded: coverage.excluded,
      unreadable: coverage.unreadable.map(({ path, line, reason }) => ({ path, line, reason })),
      unresolved: coverage.unresolved,
    },
    system: systemOf(report.system),
    timing: null,
  });
}

/** The system alone, as in the report's `system`. */
export function renderSystemJson(system: SystemSummary): string {
  return text(systemOf(system));
}

function findingOf(finding: ReportedFinding): object {
  const {
    rule,
    status,
    severity,
    confidence,
    fingerprint,
    subject,
    title,
    message,
    remedy,
    measure,
    services,
    evidence,
    suggestion,
    waiver,
  } = finding;
  return {
    rule,
    status,
    severity,
    confidence,
    fingerprint,
    subject,
    title,
    message,
    remedy,
    measure: measure === null ? null : { name: measure.name, base: measure.base, head: measure.head },
    services,
    evidence: evidence.map(evidenceOf),
    suggestion:
      suggestion === null
        ? null
        : { path: suggestion.path, startLine: suggestion.startLine, endLine: suggestion.endLine, replacement: suggestion.replacement },
    waiver:
      waiver === null
        ? null
        : { source: waiver.source, reason: waiver.reason, owner: waiver.owner, until: waiver.until, path: waiver.path, line: waiver.line },
  };
}

function evidenceOf({ repository, path, startLine, endLine, side, changed, kind, note }: ComparedEvidence): object {
  return { ...(repository === undefined ? {} : { repository }), path, startLine, endLine, side, changed, kind, note };
}

function systemOf({ services, databases, calls, channels }: SystemSummary): object {
  return {
    services: services.map(({ name, paths }) => ({ name, paths })),
    databases: databases.map(({ id, engine, name, services: users }) => ({ id, engine, name, services: users })),
    calls: calls.map(({ from, to, kind, operation, evidence }) => ({ from, to, kind, operation, evidence: evidence.map(evidenceOf) })),
    channels: channels.map(({ name, publishers, consumers }) => ({ name, publishers, consumers })),
  };
}

function text(value: object): string {
  return `${JSON.stringify(value, null, 2)}\n`;
}
