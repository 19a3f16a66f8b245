import type { Evidence, EvidenceKind, Place } from "../model/evidence.js";
import type { Clearance, Finding } from "../rules/rule.js";
import type { FileDiff, Hunk } from "../snapshot/diff.js";
import { onSide, type Changes, type Side } from "./changes.js";
import type { ComparedEvidence } from "./comparison.js";
import type { ServicesOfBothSides } from "./services.js";

/** What is known of one finding when its evidence is put together. */
export interface Known {
  readonly base: Finding | null;
  readonly head: Finding | null;
  /** What made the subject clean in base. */
  readonly clearedInBase: readonly Clearance[];
  /** What makes it clean in head. */
  readonly clearedInHead: readonly Clearance[];
}

/**
 * The evidence of a finding with what the pull request did to each place: of the head, then what it removed from the
 * base. A finding that is only in base shows the base's evidence and what replaced it.
 */
export function comparedEvidence(known: Known, changes: Changes): readonly ComparedEvidence[] {
  const head = known.head?.evidence.map((evidence) => standing(evidence, changes)) ?? [];
  const removed = [...(known.base?.evidence ?? []), ...known.clearedInBase.flatMap((clearance) => clearance.evidence)]
    .map((evidence) => onSide(evidence, "base", changes))
    .filter((evidence) => known.head === null || (evidence.changed && !replaced(evidence, head, changes)));
  const cure = known.head === null ? known.clearedInHead.flatMap((clearance) => clearance.evidence) : [];
  const written = cure.map((evidence) => onSide(evidence, "head", changes)).filter((evidence) => evidence.changed);
  return inOrder([...head, ...written, ...removed]);
}

/** A rule about the step from base to head may list places of the base: it says so, or the diff tells. */
function standing(evidence: Evidence, changes: Changes): ComparedEvidence {
  if (evidence.side !== undefined) return onSide(evidence, evidence.side, changes);
  const head = onSide(evidence, "head", changes);
  if (head.changed || changes.fileOn("base", evidence.path)?.change !== "deleted") return head;
  return onSide(evidence, "base", changes);
}

/** The line of the base has a successor that the finding already lists. */
function replaced(evidence: ComparedEvidence, head: readonly ComparedEvidence[], changes: Changes): boolean {
  const file = changes.fileOn("base", evidence.path);
  if (file === undefined || file.change === "deleted") return false;
  const hunk = hunkAt(file, evidence, "base");
  return head.some(
    (other) => other.changed && other.path === file.path && other.kind === evidence.kind && hunkAt(file, other, "head") === hunk,
  );
}

function hunkAt(file: FileDiff, place: Place, side: Side): Hunk | null {
  const lines = (hunk: Hunk): readonly number[] => (side === "head" ? hunk.added : hunk.removed);
  return file.hunks?.find((hunk) => lines(hunk).some((line) => line >= place.startLine && line <= place.endLine)) ?? null;
}

function rank(evidence: ComparedEvidence): number {
  return (evidence.side === "head" ? 0 : 2) + (evidence.changed ? 0 : 1);
}

/** Of the head first; changed places first within each side; otherwise in the order that the rule gave. No place twice. */
export function inOrder(evidence: readonly ComparedEvidence[]): readonly ComparedEvidence[] {
  const seen = new Set<string>();
  return [...evidence]
    .sort((a, b) => rank(a) - rank(b))
    .filter((one) => {
      const key = JSON.stringify([one.repository, one.side, one.path, one.startLine, one.endLine, one.note]);
      return !seen.has(key) && seen.add(key);
    });
}

/** What was found as the cause of a finding none of whose own places the pull request touched. */
export interface Cause {
  readonly evidence: ComparedEvidence;
  /** Nothing but the fact that the finding is new ties it to this place. */
  readonly remote: boolean;
}

/**
 * Looks for what the pull request did to bring about a finding whose own evidence it left alone: the nearest change in a
 * file of its evidence, then in a file of one of its services, then in one that is called after it. `null` where no change is
 * near: it cannot be blamed.
 */
export function causeOf(finding: Finding, services: ServicesOfBothSides, changes: Changes): Cause | null {
  for (const evidence of finding.evidence) {
    const file = changes.fileOn(evidence.side ?? "head", evidence.path) ?? changes.fileOn("base", evidence.path);
    if (file !== undefined)
      return { evidence: changeIn(file, evidence.startLine, evidence.kind, "changed in the same file"), remote: false };
  }
  const directories = [...services.head, ...services.base]
    .filter((service) => finding.services.includes(service.name))
    .flatMap((service) => service.paths);
  const inService = nearestByPath(
    finding,
    changes.files.filter((file) => directories.some((directory) => directory !== "" && file.path.startsWith(`${directory}/`))),
  );
  const kind = finding.evidence[0]?.kind ?? "code";
  if (inService !== null) return { evidence: changeIn(inService, 1, kind, "changed in the same service"), remote: false };
  const called = nearestByPath(
    finding,
    changes.files.filter((file) => isCalledAfter(file.path, finding.services)),
  );
  if (called !== null)
    return { evidence: changeIn(called, 1, "deployment", "changed in a file that is called after the service"), remote: true };
  // Traces and the past are not in the diff. Code and deployment that nothing near them changed read otherwise for another reason.
  const anywhere = kind === "trace" || kind === "history" ? nearestByPath(finding, changes.files) : null;
  return anywhere === null
    ? null
    : { evidence: changeIn(anywhere, 1, kind, "the nearest change; no closer cause was found"), remote: true };
}

/** `deploy/orders.yaml`, `k8s/orders/deployment.yaml`: how the service is deployed may be what shows its debt. */
function isCalledAfter(path: string, services: readonly string[]): boolean {
  if (/\.(?:mdx?|txt|rst)$/i.test(path)) return false;
  const names = new Set(path.split("/").map((segment) => segment.replace(/\.[^.]*$/, "").toLowerCase()));
  return services.some((service) => names.has(service.toLowerCase()));
}

/** A file of the same form is likelier the cause than a setting beside it. */
function nearestByPath(finding: Finding, files: readonly FileDiff[]): FileDiff | null {
  let best: FileDiff | null = null;
  let score = -1;
  for (const file of files) {
    const alike = finding.evidence.some(({ path }) => extensionOf(path) === extensionOf(file.path)) ? 0.5 : 0;
    const common = alike + Math.max(0, ...finding.evidence.map((evidence) => commonDirectories(evidence.path, file.path)));
    if (common <= score) continue;
    best = file;
    score = common;
  }
  return best;
}

function extensionOf(path: string): string {
  return path.slice(path.lastIndexOf("/") + 1).replace(/^.*(?=\.)/, "");
}

function commonDirectories(path: string, other: string): number {
  const one = path.split("/");
  const two = other.split("/");
  let depth = 0;
  while (depth < one.length - 1 && one[depth] === two[depth]) depth++;
  return depth;
}

/** The changed lines nearest to a line of the head: what was added there, or what was removed. */
function changeIn(file: FileDiff, line: number, kind: EvidenceKind, note: string): ComparedEvidence {
  const hunks = [...(file.hunks ?? [])].sort((a, b) => Math.abs(a.headStart - line) - Math.abs(b.headStart - line));
  const hunk = hunks[0];
  const base = { kind, note, changed: true };
  if (hunk === undefined) return { ...base, path: file.path, startLine: 1, endLine: 1, side: file.change === "deleted" ? "base" : "head" };
  const run = firstRun(hunk.added);
  if (run !== null) return { ...base, path: file.path, ...run, side: "head" };
  return { ...base, path: file.basePath ?? file.path, ...(firstRun(hunk.removed) ?? { startLine: 1, endLine: 1 }), side: "base" };
}

function firstRun(lines: readonly number[]): { startLine: number; endLine: number } | null {
  const [startLine] = lines;
  if (startLine === undefined) return null;
  let endLine = startLine;
  while (lines.includes(endLine + 1)) endLine++;
  return { startLine, endLine };
}
