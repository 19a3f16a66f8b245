import type { ComparedEvidence, Status } from "../compare/comparison.js";
import type { Severity } from "../config/severity.js";
import { rules } from "../rules/registry.js";
import type { RuleMeta } from "../rules/rule.js";
import { plainMessage } from "./escape.js";
import type { Tool } from "./json.js";
import type { AppliedWaiver, Report, ReportedFinding } from "./report.js";

/** Code scanning keeps no more results of one run. */
const MOST_RESULTS = 5_000;

/**
 * SARIF 2.1.0. What is fixed is left out, which is how code scanning learns that an alert can be closed; everything else
 * that is there in head, and what could not be compared, is a result. Of more than code scanning keeps, the worst are
 * chosen here, in the report's order, and a notification says how many are not.
 */
export function renderSarif(report: Report, tool: Tool, catalogue: readonly RuleMeta[] = rules): string {
  const present = report.findings.filter(({ status }) => status !== "fixed");
  const findings = present.slice(0, MOST_RESULTS);
  const index = ruleIndex(findings, catalogue);
  const log = {
    $schema: "https://json.schemastore.org/sarif-2.1.0.json",
    version: "2.1.0",
    runs: [
      {
        tool: { driver: { name: "Faultline", semanticVersion: tool.version, rules: [...index.keys()].map((id) => ruleOf(id, catalogue)) } },
        automationDetails: { id: "faultline/" },
        columnKind: "utf16CodeUnits",
        invocations: [
          {
            executionSuccessful: report.defects.length === 0,
            toolExecutionNotifications: [...leftOut(present.length - findings.length), ...report.coverage.unreadable.map(notification)],
          },
        ],
        results: findings.map((finding) => resultOf(finding, index.get(finding.rule) ?? -1)),
        properties: { verdict: report.verdict, base: report.base, head: report.head },
      },
    ],
  };
  return `${JSON.stringify(log, null, 2)}\n`;
}

/** Ids in order; a rule without a finding in this report is listed too, so that consumers know it ran. */
function ruleIndex(findings: readonly ReportedFinding[], catalogue: readonly RuleMeta[]): ReadonlyMap<string, number> {
  const ids = [...new Set([...catalogue.map(({ id }) => id), ...findings.map(({ rule }) => rule)])].sort();
  return new Map(ids.map((id, position) => [id, position]));
}

function ruleOf(id: string, catalogue: readonly RuleMeta[]): object {
  const rule = catalogue.find((candidate) => candidate.id === id);
  if (rule === undefined) return { id };
  return {
    id,
    name: rule.title,
    shortDescription: { text: rule.title },
    fullDescription: { text: rule.summary },
    defaultConfiguration: { level: LEVELS[rule.severity] },
    properties: { tags: ["distributed-systems", ...rule.checklist] },
  };
}

const LEVELS: Readonly<Record<Severity, string>> = { error: "error", warning: "warning", info: "note" };

const BASELINE: Readonly<Record<Exclude<Status, "fixed">, string>> = {
  introduced: "new",
  worsened: "updated",
  improved: "updated",
  unchanged: "unchanged",
  unknown: "unchanged",
};

function resultOf(finding: ReportedFinding, ruleIndexOf: number): object {
  const { main, others } = placesOf(finding);
  return {
    ruleId: finding.rule,
    ruleIndex: ruleIndexOf,
    level: LEVELS[finding.severity],
    message: { text: plainMessage(`${finding.title}. ${finding.message} ${finding.remedy}`) },
    locations: main === undefined ? [] : [locationOf(main)],
    relatedLocations: others.map((other, id) => ({ id, ...locationOf(other) })),
    partialFingerprints: { "faultline/v1": finding.fingerprint },
    baselineState: finding.status === "fixed" ? "absent" : BASELINE[finding.status],
    suppressions: finding.waiver === null ? [] : [suppressionOf(finding.waiver)],
    ...(finding.suggestion === null ? {} : { fixes: [fixOf(finding, finding.suggestion)] }),
    properties: {
      status: finding.status,
      confidence: finding.confidence,
      subject: finding.subject,
      services: finding.services,
      blocking: finding.blocking,
    },
  };
}

/** Code scanning looks at head alone: lines that only the base has are left out, unless there are no others. */
function placesOf({ evidence, placement }: ReportedFinding): {
  readonly main: ComparedEvidence | undefined;
  readonly others: readonly ComparedEvidence[];
} {
  const inHead = evidence.filter(({ side }) => side === "head");
  const placed = placement === null ? undefined : evidence[placement];
  const main = placed?.side === "head" ? placed : (inHead[0] ?? evidence[0]);
  return { main, others: inHead.filter((one) => one !== main) };
}

function locationOf({ path, startLine, endLine, note }: ComparedEvidence): object {
  return {
    physicalLocation: { artifactLocation: artifactOf(path), region: { startLine, endLine: Math.max(startLine, endLine) } },
    ...(note === "" ? {} : { message: { text: plainMessage(note) } }),
  };
}

/** A path as a relative URI reference: each part of it escaped, no scheme to be seen in a colon. */
function artifactOf(path: string): object {
  return { uri: path.split("/").map(encodePart).join("/"), uriBaseId: "%SRCROOT%" };
}

function encodePart(part: string): string {
  return encodeURIComponent(part.replace(/\p{Surrogate}/gu, "\ufffd"));
}

function suppressionOf({ source, reason }: AppliedWaiver): object {
  return { kind: source === "inline" ? "inSource" : "external", status: "accepted", justification: reason };
}

function fixOf(finding: ReportedFinding, { path, startLine, endLine, replacement }: NonNullable<ReportedFinding["suggestion"]>): object {
  return {
    description: { text: plainMessage(finding.remedy) },
    artifactChanges: [
      {
        artifactLocation: artifactOf(path),
        replacements: [{ deletedRegion: { startLine, endLine }, insertedContent: { text: replacement } }],
      },
    ],
  };
}

function leftOut(count: number): readonly object[] {
  return count === 0
    ? []
    : [{ level: "warning", message: { text: `${count} more findings are left out: these are the worst ${MOST_RESULTS}.` } }];
}

function notification({ path, line, reason }: Report["coverage"]["unreadable"][number]): object {
  // A directory that could not be listed is not an artifact.
  const location = path.endsWith("/")
    ? {}
    : { locations: [{ physicalLocation: { artifactLocation: artifactOf(path), region: { startLine: line } } }] };
  return { level: "note", message: { text: `${path}: ${reason}` }, ...location };
}
