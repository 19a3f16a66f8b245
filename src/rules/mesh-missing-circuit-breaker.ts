import type { Severity } from "../config/severity.js";
import type { Evidence } from "../model/evidence.js";
import type { MeshDestination } from "../model/mesh.js";
import type { SystemModel } from "../model/model.js";
import { insertLines } from "./queries/insertion.js";
import type { Clearance, Finding, Judgement, StateRule, Suggestion } from "./rule.js";
import { code, listOf } from "./words.js";

export const meshMissingCircuitBreaker: StateRule = {
  about: "state",
  id: "mesh-missing-circuit-breaker",
  title: "Mesh host without circuit breaker",
  summary: "Finds destination rules that keep sending requests to an endpoint that only fails.",
  severity: "warning",
  checklist: ["circuit-breakers"],
  options: {},
  check,
};

function check(model: SystemModel): Judgement {
  const findings: Finding[] = [];
  const cleared: Clearance[] = [];
  for (const parts of byHost(model.mesh.destinations)) {
    const hosts = parts.filter(({ aspect }) => aspect === "");
    const covered = hosts.some(isCovered) || (hosts.every(({ templated }) => templated) && hosts.length > 0) || subsetsCover(parts);
    if (covered) cleared.push(clear(parts));
    else findings.push(describe(hosts[0]!, parts));
    findings.push(...parts.filter((part) => part.aspect !== "" && losesCover(part, covered)).map((part) => describe(part, [part])));
  }
  return { findings, cleared };
}

/** Several rules for one host are one subject: the mesh merges them. */
function byHost(destinations: readonly MeshDestination[]): readonly (readonly MeshDestination[])[] {
  const groups = new Map<string, MeshDestination[]>();
  for (const part of destinations) {
    const key = JSON.stringify([part.namespace, part.host]);
    groups.set(key, [...(groups.get(key) ?? []), part]);
  }
  return [...groups.values()].filter((parts) => parts.some(({ aspect }) => aspect === ""));
}

function isCovered({ outlierDetection }: MeshDestination): boolean {
  return outlierDetection?.effective === true;
}

/** All traffic goes through subsets that have what the rule itself leaves out. */
function subsetsCover(parts: readonly MeshDestination[]): boolean {
  const used = parts.filter(({ aspect, used: isUsed }) => /^subset:[^/]*$/.test(aspect) && isUsed);
  return used.length > 0 && used.every(isCovered);
}

/** A port or subset of a protected host that is left out: a port's settings replace the rule's, a subset's detection too. */
function losesCover(part: MeshDestination, covered: boolean): boolean {
  return covered && part.used && !part.templated && !isCovered(part);
}

function describe(part: MeshDestination, parts: readonly MeshDestination[]): Finding {
  const severity = severityOf(part);
  const off = part.outlierDetection !== null;
  return {
    rule: meshMissingCircuitBreaker.id,
    subject: subjectOf(part),
    discriminator: part.aspect,
    severity,
    confidence: "high",
    members: [],
    measure: null,
    services: [],
    title: off ? `${nameOf(part)} has its outlier detection switched off` : `${nameOf(part)} has no outlier detection`,
    message: `${what(part, off)} ${why(part)}${misspelt(part)}`,
    remedy: `Add \`outlierDetection\` to ${part.aspect === "" ? "the rule's `trafficPolicy`" : code(part.aspect)}: after a few errors in a row an endpoint is taken out for a while, and callers are spared its failures.`,
    evidence: [...(part.outlierDetection === null ? [] : [{ ...part.outlierDetection.place, kind: "deployment" as const, note: "detects nothing" }]), ...parts.filter(({ aspect }) => aspect === part.aspect).map(evidenceOf), ...replaced(part), ...fields(part)],
    suggestion: off ? null : suggest(part),
    bodyHash: null,
  };
}

function severityOf({ tlsOnly, singleEndpoint, external }: MeshDestination): Severity {
  return tlsOnly || singleEndpoint || external ? "info" : "warning";
}

function what(part: MeshDestination, off: boolean): string {
  const rule = `DestinationRule ${code(part.rule)} for ${code(part.host)}`;
  if (off) return `${rule} has an \`outlierDetection\` that detects nothing${part.aspect === "" ? "" : ` for ${code(part.aspect)}`}.`;
  if (part.aspect.includes("port:")) return `${rule} has settings of its own for ${code(part.aspect)}, and these replace the rule's: its \`outlierDetection\` does not hold there.`;
  if (part.replaces !== null) return `${rule} replaces the rule for all hosts, which had \`outlierDetection\`, and has none: adding it takes the protection of ${code(part.host)} away.`;
  return `${rule} sets no \`outlierDetection\`.`;
}

function why(part: MeshDestination): string {
  if (part.external) return "Its host lies outside the mesh, where there may be nothing to switch to.";
  if (part.singleEndpoint) return "It has one endpoint alone: taking that out helps callers to fail fast, and nobody else.";
  if (part.tlsOnly) return "The rule is there for certificates or subsets, so this may be left to another place.";
  return `An endpoint of ${code(part.host)} that fails every request keeps getting its share of them.`;
}

function misspelt({ unknownFields }: MeshDestination): string {
  return unknownFields.length === 0 ? "" : ` ${listOf(unknownFields.map(({ name }) => code(name)))} ${unknownFields.length === 1 ? "is no field" : "are no fields"} of a DestinationRule, and ${unknownFields.length === 1 ? "does" : "do"} nothing.`;
}

function suggest(part: MeshDestination): Suggestion | null {
  if (part.insertion === null || severityOf(part) === "info") return null;
  const detection = ["outlierDetection:", ">consecutive5xxErrors: 5", ">interval: 30s", ">baseEjectionTime: 30s", ">maxEjectionPercent: 50"];
  return insertLines(part.place.path, part.insertion, part.insertAs === "outlierDetection" ? detection : ["trafficPolicy:", ...detection.map((line) => `>${line}`)]);
}

function subjectOf({ namespace, host }: MeshDestination): readonly string[] {
  return [`namespace:${namespace}`, `host:${host}`];
}

function nameOf({ host, aspect, rule }: MeshDestination): string {
  return aspect === "" ? `DestinationRule ${rule} for ${host}` : `${aspect.replace(":", " ")} of DestinationRule ${rule}`;
}

function evidenceOf(part: MeshDestination): Evidence {
  return { ...part.place, kind: "deployment", note: `traffic policy of ${part.host}` };
}

function replaced({ replaces }: MeshDestination): readonly Evidence[] {
  return replaces === null ? [] : [{ ...replaces, kind: "deployment", note: "the rule that it replaces" }];
}

function fields({ unknownFields }: MeshDestination): readonly Evidence[] {
  return unknownFields.map(({ name, place }) => ({ ...place, kind: "deployment" as const, note: `${name} is not a field` }));
}

function clear(parts: readonly MeshDestination[]): Clearance {
  const evidence = parts.flatMap(({ outlierDetection, host }): Evidence[] => (outlierDetection === null ? [] : [{ ...outlierDetection.place, kind: "deployment", note: `outlier detection of ${host}` }]));
  return { rule: meshMissingCircuitBreaker.id, subject: subjectOf(parts[0]!), discriminator: "", evidence };
}
