import type { ServiceCall } from "../model/code.js";
import { weakest, type Confidence, type Evidence } from "../model/evidence.js";
import type { SystemModel } from "../model/model.js";
import { functionName, targetName } from "./queries/call-subject.js";
import type { Clearance, Finding, Judgement, StateRule } from "./rule.js";
import { code, listOf } from "./words.js";

export const missingCircuitBreaker: StateRule = {
  about: "state",
  id: "missing-circuit-breaker",
  title: "Missing circuit breaker",
  summary: "Finds services that go on calling a dependency however often it fails.",
  severity: "info",
  checklist: ["failure-isolation", "circuit-breakers"],
  options: {},
  check,
};

function check(model: SystemModel): Judgement {
  const dependencies = dependenciesOf(model.code.calls);
  const guarded = dependencies.filter(({ bare }) => bare.length === 0);
  return { findings: dependencies.filter(({ bare }) => bare.length > 0).map(describe), cleared: guarded.map(clear) };
}

/** All that one service asks of another, or of one host outside. */
interface Dependency {
  readonly from: string;
  readonly target: string;
  readonly guarded: readonly ServiceCall[];
  readonly bare: readonly ServiceCall[];
}

/** In order of service and target. */
function dependenciesOf(calls: readonly ServiceCall[]): readonly Dependency[] {
  const found = new Map<string, ServiceCall[]>();
  for (const call of calls) {
    if (call.to.kind === "unresolved" || targetName(call) === call.from || isProbe(call)) continue;
    const key = JSON.stringify([call.from, targetName(call)]);
    found.set(key, [...(found.get(key) ?? []), call]);
  }
  return [...found]
    .sort(([one], [other]) => (one < other ? -1 : 1))
    .map(([, all]) => ({
      from: all[0]!.from,
      target: targetName(all[0]!),
      guarded: all.filter(({ breaker }) => breaker !== null),
      bare: all.filter(({ breaker }) => breaker === null),
    }));
}

/** A health check has to ask what fails: it is how one learns that it works again. */
function isProbe({ operation }: ServiceCall): boolean {
  return /[ /](health\w*|readyz?|readiness|livez?|liveness|ping)\/?$/i.test(operation);
}

function subjectOf({ from, target }: Dependency): readonly string[] {
  return [`service:${from}`, `target:${target}`];
}

function describe(dependency: Dependency): Finding {
  const { from, target, bare, guarded } = dependency;
  const callers = [...new Set(bare.map((call) => functionName(call.function)))].map(code);
  const [breaker] = guarded.map((call) => call.breaker!);
  const rest =
    guarded.length === 0
      ? ""
      : ` Other calls of ${code(target)} are guarded by ${code(breaker!.by)}, and ${callers.length === 1 ? "this one goes" : "these go"} around it.`;
  return {
    rule: missingCircuitBreaker.id,
    subject: subjectOf(dependency),
    discriminator: "",
    severity: "info",
    confidence: confidenceOf(dependency),
    members: [],
    measure: null,
    services: [...new Set([from, ...bare.flatMap(({ to }) => (to.kind === "service" ? [to.service] : []))])].sort(),
    title: `${from} calls ${target} without a circuit breaker`,
    message:
      `Nothing stops ${code(from)} from calling ${code(target)} while it keeps failing: ${listOf(callers, 3)} ${callers.length === 1 ? "tries" : "try"} anew with every request.${rest} ` +
      `The failure spreads to ${code(from)}, which waits for each attempt, and the load keeps ${code(target)} from coming back.`,
    remedy: remedyFor(dependency, breaker?.by ?? null),
    evidence: distinct([
      ...bare.map((call) => evidence(call, `${call.library} without a circuit breaker`)),
      ...bare.flatMap((call) => call.evidence),
    ]),
    suggestion: null,
    bodyHash: null,
  };
}

/** As sure as the surest of the calls is; where others are guarded, so may these be, in a way that is not seen. */
function confidenceOf({ bare, guarded }: Dependency): Confidence {
  const best = bare.some(({ confidence }) => confidence === "high")
    ? "high"
    : bare.some(({ confidence }) => confidence === "medium")
      ? "medium"
      : "low";
  return guarded.length > 0 ? weakest(best, "medium") : best;
}

function remedyFor({ target, bare }: Dependency, existing: string | null): string {
  const what = "Decide what to answer while it is open: a stored value, a default, or an error at once.";
  if (existing !== null) return `Send these calls through ${code(existing)} as well. ${what}`;
  if (bare.some(({ kind }) => kind === "dapr"))
    return `Give ${code(target)} a \`circuitBreaker\` under \`targets.apps\` of a Dapr \`Resiliency\`. ${what}`;
  const mesh = bare.some(({ to }) => to.kind === "service") ? `, or give ${code(target)} \`outlierDetection\` in a mesh` : "";
  return `Wrap the calls of ${code(target)} in one circuit breaker (opossum: \`new CircuitBreaker(call, { timeout: 5_000 })\`; cockatiel: \`circuitBreaker(…)\`)${mesh}. ${what}`;
}

function clear(dependency: Dependency): Clearance {
  const { guarded } = dependency;
  const breakers = guarded.map(({ breaker }): Evidence => ({ ...breaker!.place, kind: breaker!.kind, note: `guarded by ${breaker!.by}` }));
  const calls = guarded.map((call) => evidence(call, `calls ${targetName(call)} with ${call.library}`));
  return {
    rule: missingCircuitBreaker.id,
    subject: subjectOf(dependency),
    discriminator: "",
    evidence: distinct([...breakers, ...calls]),
    confidence: breakers.some(({ kind }) => kind === "deployment") ? "medium" : "high",
  };
}

function evidence({ place }: ServiceCall, note: string): Evidence {
  return { ...place, kind: "code", note };
}

function distinct(all: readonly Evidence[]): readonly Evidence[] {
  return [...new Map(all.map((each) => [JSON.stringify(each), each])).values()];
}
