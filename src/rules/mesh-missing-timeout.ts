import type { Severity } from "../config/severity.js";
import type { Confidence, Evidence, Place } from "../model/evidence.js";
import type { MeshRoute } from "../model/mesh.js";
import type { SystemModel } from "../model/model.js";
import { insertLines } from "./queries/insertion.js";
import { misfits, RETRIES } from "./queries/mesh-retries.js";
import {
  fieldEvidence,
  routeBody,
  routeSubject,
  routeText,
  routeTitle,
  timeoutState,
  unknownFieldsText,
  type TimeoutState,
} from "./queries/mesh-routes.js";
import type { Clearance, Finding, Judgement, RuleOptions, StateRule, Suggestion } from "./rule.js";
import { code, listOf } from "./words.js";

export const meshMissingTimeout: StateRule = {
  about: "state",
  id: "mesh-missing-timeout",
  title: "Mesh route without timeout",
  summary: "Finds routes of the service mesh that wait for an answer for as long as it takes.",
  severity: "warning",
  checklist: ["timeouts"],
  options: { "suggested-timeout": { description: "Timeout that a suggestion writes.", default: "10s" } },
  check,
};

function check(model: SystemModel, options: RuleOptions): Judgement {
  const findings: Finding[] = [];
  const cleared: Clearance[] = [];
  // Copies of one object in several files (stages, samples) are judged one by one: a new copy is new debt.
  for (const route of model.mesh.routes.filter(({ routes }) => routes)) {
    const state = timeoutState(route);
    // A stream's timeout that is switched off was switched off on purpose: it would cut the connection.
    if (state === "set" || (state === "off" && route.streaming)) cleared.push(clear(route));
    else findings.push(describe(route, state, String(options["suggested-timeout"])));
    if (route.retries !== null) cleared.push(withRetries(route, route.retries.place));
    findings.push(...misfits(route, state).map((misfit) => ({ ...about(route), ...misfit })));
  }
  return { findings, cleared };
}

function withRetries(route: MeshRoute, place: Place): Clearance {
  return { ...clear(route), discriminator: RETRIES, evidence: [{ ...place, kind: "deployment", note: "retries of its own" }] };
}

function describe(route: MeshRoute, state: Exclude<TimeoutState, "set">, suggested: string): Finding {
  const target = listOf(route.destinations.map(code), 3) || code(route.hosts[0] ?? route.name);
  return {
    ...about(route),
    discriminator: "",
    severity: severityOf(route),
    confidence: confidenceOf(route),
    title: `${routeTitle(route)} ${TITLE[state]}`,
    message: [
      `${routeText(route)} sends requests to ${target} ${whatIsWrong(route, state)}.`,
      `When ${route.destinations.length > 1 ? "one of them" : target} hangs, every caller holds its connection until it runs out of them.`,
      ...hints(route, state),
    ].join(" "),
    remedy: remedy(route, state),
    evidence: evidenceOf(route, target.replaceAll("`", "")),
    suggestion: state === "missing" ? suggest(route, suggested) : null,
  };
}

const TITLE: Readonly<Record<Exclude<TimeoutState, "set">, string>> = {
  missing: "has no timeout",
  off: "has its timeout switched off",
  invalid: "has a timeout that the mesh refuses",
};

function whatIsWrong(route: MeshRoute, state: Exclude<TimeoutState, "set">): string {
  const written = code(`timeout: ${route.timeout?.text ?? ""}`);
  if (state === "off") return `with ${written}, which switches the timeout off`;
  if (state === "invalid") return `with ${written}, which has no unit, so that the mesh refuses it`;
  return route.resource === "VirtualService"
    ? "without a timeout, and without one the mesh waits for ever"
    : "without `timeouts`, so that how long it waits is up to the gateway's implementation";
}

function hints(route: MeshRoute, state: TimeoutState): readonly string[] {
  return [
    ...(route.streaming ? ["It looks like a stream, which a timeout would cut: this may be on purpose."] : []),
    ...(route.retries?.perTryTimeout && state === "missing" ? ["`perTryTimeout` bounds each attempt, not the request."] : []),
    ...(route.orphan ? ["It has no hosts, and no VirtualService here delegates to it: a timeout may come from one elsewhere."] : []),
    ...(route.templated ? ["A template inserts lines into this route that are not read here: a timeout may stand among them."] : []),
    ...unknownFieldsText(route.unknownFields.filter(({ name }) => /time|retr|circuit|breaker/i.test(name))),
  ];
}

function severityOf(route: MeshRoute): Severity {
  return route.streaming || route.templated ? "info" : "warning";
}

function confidenceOf(route: MeshRoute): Confidence {
  if (route.streaming || route.templated || route.orphan) return "low";
  return route.resource === "VirtualService" ? "high" : "medium";
}

function remedy(route: MeshRoute, state: TimeoutState): string {
  if (state === "invalid") return `Write the duration with its unit: ${code(`timeout: ${route.timeout?.text ?? ""}s`)}.`;
  if (route.resource === "HTTPRoute") return "Give the rule `timeouts.request` a little above its slowest good answer.";
  return "Give the route a `timeout` a little above its slowest good answer, with `retries` that fit into it (`attempts` × `perTryTimeout` ≤ `timeout`).";
}

function suggest(route: MeshRoute, timeout: string): Suggestion | null {
  if (route.insertion === null || route.streaming) return null;
  if (route.resource === "HTTPRoute") return insertLines(route.place.path, route.insertion, ["timeouts:", `>request: ${timeout}`]);
  const seconds = Number(/^(\d+)s$/.exec(timeout)?.[1] ?? 10);
  const retries = route.retries === null ? ["retries:", ">attempts: 3", `>perTryTimeout: ${Math.max(1, Math.floor(seconds / 3))}s`] : [];
  return insertLines(route.place.path, route.insertion, [`timeout: ${timeout}`, ...retries]);
}

function about(route: MeshRoute): Pick<Finding, "rule" | "subject" | "members" | "measure" | "services" | "bodyHash"> {
  return {
    rule: meshMissingTimeout.id,
    subject: routeSubject(route),
    members: [],
    measure: null,
    services: [],
    bodyHash: routeBody(route),
  };
}

function evidenceOf(route: MeshRoute, target: string): readonly Evidence[] {
  const timeout: Evidence[] =
    route.timeout === null ? [] : [{ ...route.timeout.place, kind: "deployment", note: `timeout: ${route.timeout.text}` }];
  return [...timeout, { ...route.place, kind: "deployment", note: `route to ${target}` }, ...fieldEvidence(route.unknownFields)];
}

function clear(route: MeshRoute): Clearance {
  const place = route.timeout?.place ?? route.place;
  return {
    rule: meshMissingTimeout.id,
    subject: routeSubject(route),
    discriminator: "",
    evidence: [{ ...place, kind: "deployment", note: `timeout: ${route.timeout?.text ?? "none"}` }],
  };
}
