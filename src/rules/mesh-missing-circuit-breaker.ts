import type { Severity } from "../config/severity.js";
import type { Confidence, Evidence } from "../model/evidence.js";
import type { MeshDestination } from "../model/mesh.js";
import { insertLines } from "./queries/insertion.js";
import { together } from "./queries/judgements.js";
import { fieldEvidence, unknownFieldsText } from "./queries/mesh-routes.js";
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
  check: ({ mesh }) => together(ruleParts(mesh.destinations).map(judgeRule)),
};

/** One DestinationRule: what it says of its host, and of the ports and subsets that it treats apart. */
interface RuleParts {
  readonly host: MeshDestination;
  readonly apart: readonly MeshDestination[];
}

/** The model lists each rule's host first and its parts behind it. */
function ruleParts(destinations: readonly MeshDestination[]): readonly RuleParts[] {
  const rules: { host: MeshDestination; apart: MeshDestination[] }[] = [];
  for (const part of destinations) {
    if (part.aspect === "") rules.push({ host: part, apart: [] });
    else rules.at(-1)?.apart.push(part);
  }
  return rules;
}

function judgeRule({ host, apart }: RuleParts): Judgement {
  const used = apart.filter((part) => part.used);
  const covered = used.filter(isCovered).map((part) => clear(part, [part]));
  const bare = used.filter((part) => !isCovered(part));
  if (isCovered(host)) {
    const lost = bare.map((part) => describe(part, []));
    return { findings: [...lost, ...fieldsOf(host)], cleared: [clear(host, [host]), ...covered] };
  }
  const subsets = used.filter(({ aspect }) => isSubset(aspect));
  if (!host.used && subsets.some(isCovered)) {
    // All traffic goes to subsets, and some of them have what the rule leaves out.
    const lost = bare.map((part) => describe(part, []));
    return { findings: lost, cleared: lost.length === 0 ? [clear(host, subsets), ...covered] : covered };
  }
  const finding = alsoOnPorts(
    describe(host, used.filter(isCovered)),
    bare.filter(({ aspect }) => aspect.startsWith("port:")),
  );
  return { findings: [hasOnlyCoveredSubsets(apart) ? { ...finding, severity: "info" } : finding], cleared: covered };
}

/** Whoever wrote it protects each subset; what names none may be there for none. */
function hasOnlyCoveredSubsets(apart: readonly MeshDestination[]): boolean {
  const subsets = apart.filter(({ aspect }) => isSubset(aspect));
  return subsets.length > 0 && subsets.every(isCovered);
}

/** Ports with settings of their own would stay as they are: lines at one place are only a part of the fix. */
function alsoOnPorts(finding: Finding, ports: readonly MeshDestination[]): Finding {
  if (ports.length === 0) return finding;
  const names = listOf(ports.map(({ aspect }) => aspectText(aspect)));
  return {
    ...finding,
    remedy: `${finding.remedy} Add it to ${names} too: settings of a port stand in the place of the rule's.`,
    suggestion: null,
  };
}

function isCovered({ outlierDetection }: MeshDestination): boolean {
  return outlierDetection?.effective === true;
}

function isSubset(aspect: string): boolean {
  return /^subset:[^/]*$/.test(aspect);
}

function describe(part: MeshDestination, covered: readonly MeshDestination[]): Finding {
  const off = part.outlierDetection !== null;
  return {
    ...about(part),
    discriminator: part.aspect,
    severity: severityOf(part),
    confidence: confidenceOf(part),
    title: `${titleOf(part)} ${off ? "has an outlier detection that detects nothing" : "has no outlier detection"}`,
    message: [whatIsWrong(part, off), why(part), ...exceptions(covered), ...unknownFieldsText(part.unknownFields)].join(" "),
    remedy: remedy(part, off),
    evidence: evidenceOf(part),
    suggestion: off ? null : suggest(part),
  };
}

/** Rules with another purpose are no sign of forgetting; taking an existing protection away is. */
function severityOf({ tlsOnly, singleEndpoint, external, replaces, templated }: MeshDestination): Severity {
  if (templated) return "info";
  return replaces === null && (tlsOnly || singleEndpoint || external) ? "info" : "warning";
}

function confidenceOf({ templated }: MeshDestination): Confidence {
  return templated ? "low" : "high";
}

function whatIsWrong(part: MeshDestination, off: boolean): string {
  const rule = `DestinationRule ${code(part.rule)} for ${code(part.host)}`;
  const where = part.aspect === "" ? "" : ` for ${aspectText(part.aspect)}`;
  if (off) return `${rule} has an \`outlierDetection\`${where} with all its detectors at zero.`;
  if (part.aspect.includes("port:"))
    return `${rule} has settings of its own for ${aspectText(part.aspect)}, and these stand in the place of the rule's: its \`outlierDetection\` does not hold there.`;
  if (part.replaces !== null)
    return `${rule} has no \`outlierDetection\`, and it stands in the place of a wildcard rule that has: the mesh takes the most specific rule alone, so that ${code(part.host)} loses its protection.`;
  return `${rule} sets no \`outlierDetection\`${where}.`;
}

function why(part: MeshDestination): string {
  if (part.templated) return "A template inserts lines into its policy that are not read here: it may stand among them.";
  if (part.replaces === null && part.external) return "Its host lies outside the mesh, where there may be no other endpoint to go to.";
  if (part.replaces === null && part.singleEndpoint)
    return "One endpoint alone stands behind it: taking that out lets callers fail fast, and no more.";
  if (part.replaces === null && part.tlsOnly) return "The rule is there for TLS or for subsets, so that this may be left to another place.";
  return `An endpoint of ${code(part.host)} that fails every request keeps getting its share of the requests.`;
}

function exceptions(covered: readonly MeshDestination[]): readonly string[] {
  if (covered.length === 0) return [];
  return [`Only ${listOf(covered.map(({ aspect }) => aspectText(aspect)))} ${covered.length === 1 ? "has" : "have"} it.`];
}

function remedy(part: MeshDestination, off: boolean): string {
  if (off)
    return "Give `consecutive5xxErrors` or `consecutiveGatewayErrors` a number above zero, or leave them out: the default is five errors in a row.";
  const where = part.aspect === "" ? "the rule's `trafficPolicy`" : aspectText(part.aspect);
  return `Add \`outlierDetection\` to ${where}: after a few errors in a row an endpoint is taken out for a while, and callers are spared its failures.`;
}

function suggest(part: MeshDestination): Suggestion | null {
  if (part.insertion === null || (severityOf(part) === "info" && !part.tlsOnly)) return null;
  const detection = [
    "outlierDetection:",
    ">consecutive5xxErrors: 5",
    ">interval: 30s",
    ">baseEjectionTime: 30s",
    ">maxEjectionPercent: 50",
  ];
  return insertLines(
    part.place.path,
    part.insertion,
    part.insertAs === "outlierDetection" ? detection : ["trafficPolicy:", ...detection.map((line) => `>${line}`)],
  );
}

/** A field that has no effect in a rule that is protected otherwise. */
function fieldsOf(host: MeshDestination): readonly Finding[] {
  return host.unknownFields.map((field) => ({
    ...about(host),
    discriminator: `field:${field.name}`,
    severity: "info",
    confidence: "high",
    title: `DestinationRule ${host.rule} has a field that the mesh does not know: ${field.name}`,
    message: `${unknownFieldsText([field]).join("")} Istio's validation refuses it, or drops it without a word.`,
    remedy: "Correct its spelling or its place, or remove it.",
    evidence: fieldEvidence([field]),
    suggestion: null,
  }));
}

function about({ namespace, host }: MeshDestination): Pick<Finding, "rule" | "subject" | "members" | "measure" | "services" | "bodyHash"> {
  return {
    rule: meshMissingCircuitBreaker.id,
    subject: [`namespace:${namespace}`, `host:${host}`],
    members: [],
    measure: null,
    services: [],
    bodyHash: null,
  };
}

function titleOf({ host, aspect, rule }: MeshDestination): string {
  return aspect === ""
    ? `DestinationRule ${rule} for ${host}`
    : `${aspect
        .replaceAll(":", " ")
        .replace("/", ", ")
        .replace(/^./, (letter) => letter.toUpperCase())} of DestinationRule ${rule}`;
}

/** `subset v1, port 8080`, with the names marked. */
function aspectText(aspect: string): string {
  return aspect
    .split("/")
    .map((part) => part.replace(/^(\w+):(.*)$/, (_, kind: string, name: string) => `${kind} ${code(name)}`))
    .join(", ");
}

function evidenceOf(part: MeshDestination): readonly Evidence[] {
  const { outlierDetection, place, host, replaces } = part;
  return [
    ...(outlierDetection === null ? [] : [{ ...outlierDetection.place, kind: "deployment" as const, note: "detects nothing" }]),
    {
      ...place,
      kind: "deployment",
      note: `${part.insertAs === "trafficPolicy" ? "rule for" : "traffic policy of"} ${host}${part.aspect === "" ? "" : ` for ${part.aspect.replaceAll(":", " ")}`}`,
    },
    ...(replaces === null ? [] : [{ ...replaces, kind: "deployment" as const, note: "the protection that is lost" }]),
    ...fieldEvidence(part.unknownFields),
  ];
}

function clear(part: MeshDestination, by: readonly MeshDestination[]): Clearance {
  const evidence = by.flatMap(({ outlierDetection, host }): Evidence[] =>
    outlierDetection === null ? [] : [{ ...outlierDetection.place, kind: "deployment", note: `outlier detection of ${host}` }],
  );
  const { rule, subject } = about(part);
  return { rule, subject, discriminator: part.aspect, evidence };
}
