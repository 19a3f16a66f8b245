import type { Confidence, Evidence } from "../model/evidence.js";
import type { MeshRoute } from "../model/mesh.js";
import type { SystemModel } from "../model/model.js";
import { insertLines } from "./queries/insertion.js";
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
  const routes = bySubject(model.mesh.routes.filter((route) => route.routes));
  const findings = routes.flatMap((same) => [...missing(same, options), ...same.slice(0, 1).flatMap(secondary)]);
  return { findings, cleared: routes.flatMap((same) => (same.every((route) => isBounded(route)) ? [clear(same)] : [])) };
}

/** Copies of one route in several files are one subject. */
function bySubject(routes: readonly MeshRoute[]): readonly (readonly MeshRoute[])[] {
  const groups = new Map<string, MeshRoute[]>();
  for (const route of routes) {
    const key = JSON.stringify(subjectOf(route));
    groups.set(key, [...(groups.get(key) ?? []), route]);
  }
  return [...groups.values()];
}

function subjectOf(route: MeshRoute): readonly string[] {
  return [`namespace:${route.namespace}`, `${route.resource === "VirtualService" ? "virtual-service" : "http-route"}:${route.name}`, `route:${route.key}`];
}

/** A duration that a template fills in is a timeout; zero switches it off. */
function isBounded({ timeout, templated }: MeshRoute): boolean {
  if (timeout === null) return templated;
  return timeout.templated || timeout.seconds !== 0;
}

function missing(same: readonly MeshRoute[], options: RuleOptions): readonly Finding[] {
  const bare = same.filter((route) => !isBounded(route));
  const route = bare[0];
  if (route === undefined) return [];
  const off = route.timeout !== null;
  const target = listOf(route.destinations.map(code)) || code(route.hosts[0] ?? route.name);
  return [
    {
      ...finding(route, ""),
      severity: route.streaming ? "info" : "warning",
      confidence: confidenceOf(route),
      title: off ? `${nameOf(route)} has its timeout switched off` : `${nameOf(route)} has no timeout`,
      message:
        `${describeRoute(route)} sends requests to ${target} ${off ? `with \`timeout: ${route.timeout!.text.replaceAll("`", "'")}\`, which means none` : "without a timeout, and without one the mesh waits for ever"}. ` +
        `When ${target} hangs, every caller holds its connection and thread until it runs out of them.` +
        (route.streaming ? " It looks like a stream or WebSocket, which a timeout would cut: that may be on purpose." : "") +
        (route.retries?.perTryTimeout && !off ? " `perTryTimeout` bounds each attempt, not the request." : "") +
        misspelt(route),
      remedy: `Give the route a \`timeout\` a little above its slowest good answer, with \`retries\` that fit into it (attempts × \`perTryTimeout\` ≤ \`timeout\`).`,
      evidence: bare.flatMap(evidenceOf),
      suggestion: suggest(route, String(options["suggested-timeout"])),
    },
  ];
}

function misspelt({ unknownFields }: MeshRoute): string {
  const similar = unknownFields.filter(({ name }) => /time_?out/i.test(name));
  return similar.length === 0 ? "" : ` ${listOf(similar.map(({ name }) => code(name)))} is no field of a route, and is ignored.`;
}

function confidenceOf(route: MeshRoute): Confidence {
  if (route.streaming) return "low";
  return route.resource === "VirtualService" ? "high" : "medium";
}

function suggest(route: MeshRoute, timeout: string): Suggestion | null {
  if (route.insertion === null || route.timeout !== null || route.streaming || route.resource !== "VirtualService") return null;
  const seconds = Number(/^(\d+)s$/.exec(timeout)?.[1] ?? 10);
  const retries = route.retries === null ? ["retries:", ">attempts: 2", `>perTryTimeout: ${Math.max(1, Math.floor(seconds / 3))}s`] : [];
  return insertLines(route.place.path, route.insertion, [`timeout: ${timeout}`, ...retries]);
}

/** What else is wrong with a route that has a timeout: retries that cannot fit, or that repeat what must not be repeated. */
function secondary(route: MeshRoute): readonly Finding[] {
  if (!isBounded(route) || route.streaming || route.resource !== "VirtualService") return [];
  const { retries } = route;
  if (retries === null) return route.templated ? [] : [withoutRetries(route)];
  return [...tooManyRetries(route, retries), ...repeatsWrites(route, retries)];
}

function withoutRetries(route: MeshRoute): Finding {
  return {
    ...finding(route, "retries"),
    severity: "info",
    confidence: "high",
    title: `${nameOf(route)} leaves retries to the default`,
    message: `${describeRoute(route)} has no \`retries\`. The default is two attempts without a timeout for each, so that one hanging attempt uses up the whole timeout.`,
    remedy: "Name `attempts` and `perTryTimeout`, or switch retries off with `attempts: 0`.",
    evidence: evidenceOf(route),
    suggestion: null,
  };
}

function tooManyRetries(route: MeshRoute, retries: NonNullable<MeshRoute["retries"]>): readonly Finding[] {
  const [timeout, each] = [route.timeout?.seconds ?? null, retries.perTryTimeout?.seconds ?? null];
  if (timeout === null || each === null || retries.attempts === null || retries.attempts * each <= timeout) return [];
  return [
    {
      ...finding(route, "retry-budget"),
      severity: "warning",
      confidence: "high",
      title: `${nameOf(route)} has retries that do not fit into its timeout`,
      message: `${retries.attempts} attempts of ${seconds(each)} each need ${seconds(retries.attempts * each)}, but ${describeRoute(route)} gives up after ${seconds(timeout)}: the last attempts are cut off or never made.`,
      remedy: `Lower \`perTryTimeout\` to ${seconds(Math.floor((timeout / retries.attempts) * 100) / 100)} or less, make fewer attempts, or raise the timeout.`,
      evidence: [{ ...retries.place, kind: "deployment", note: `${retries.attempts} attempts` }, ...evidenceOf(route)],
      suggestion: null,
    },
  ];
}

/** Methods that may be repeated by their definition. */
const IDEMPOTENT = new Set(["GET", "HEAD", "OPTIONS", "PUT", "DELETE", "TRACE"]);

function repeatsWrites(route: MeshRoute, retries: NonNullable<MeshRoute["retries"]>): readonly Finding[] {
  const unsafe = route.methods.filter((method) => !IDEMPOTENT.has(method));
  const on = retries.retryOn.filter((condition) => /^(5xx|gateway-error|retriable-status-codes|50\d)$/.test(condition));
  if (unsafe.length === 0 || on.length === 0 || retries.attempts === 0) return [];
  return [
    {
      ...finding(route, "unsafe-retries"),
      severity: "warning",
      confidence: "high",
      title: `${nameOf(route)} repeats ${unsafe.join(" and ")} requests after an error`,
      message: `${describeRoute(route)} matches ${listOf(unsafe.map(code))} and retries on ${listOf(on.map(code))}. A request that failed after it had done its work is then done twice.`,
      remedy: "Retry such requests only where they never arrived (`connect-failure,refused-stream`), or make the operation idempotent with a key that the client sends.",
      evidence: [{ ...retries.place, kind: "deployment", note: `retries on ${on.join(", ")}` }, ...evidenceOf(route)],
      suggestion: null,
    },
  ];
}

function seconds(value: number): string {
  return `${value} s`;
}

function finding(route: MeshRoute, discriminator: string): Pick<Finding, "rule" | "subject" | "discriminator" | "members" | "measure" | "services" | "bodyHash"> {
  return { rule: meshMissingTimeout.id, subject: subjectOf(route), discriminator, members: [], measure: null, services: [], bodyHash: null };
}

function nameOf(route: MeshRoute): string {
  const many = route.key === "default" ? "" : `Route ${route.key} of `;
  return `${many}${route.resource} ${route.name}`;
}

function describeRoute(route: MeshRoute): string {
  return `${route.resource} ${code(route.name)}${route.key === "default" ? "" : `, route ${code(route.key)},`}`;
}

function evidenceOf(route: MeshRoute): readonly Evidence[] {
  const fields = route.unknownFields.map(({ name, place }): Evidence => ({ ...place, kind: "deployment", note: `${name} is not a field` }));
  const timeout: Evidence[] = route.timeout === null ? [] : [{ ...route.timeout.place, kind: "deployment", note: `timeout ${route.timeout.text}` }];
  return [...timeout, { ...route.place, kind: "deployment", note: `route to ${route.destinations.join(", ") || route.name}` }, ...fields];
}

function clear(same: readonly MeshRoute[]): Clearance {
  return { rule: meshMissingTimeout.id, subject: subjectOf(same[0]!), discriminator: "", evidence: same.flatMap(evidenceOf) };
}
