import type { ServiceCall } from "../model/code.js";
import { lowered, type Confidence, type Evidence, type Place } from "../model/evidence.js";
import type { SystemModel } from "../model/model.js";
import { callSubject, functionName, functionsById, Ordinals, targetName } from "./queries/call-subject.js";
import { evidenceOf as evidenceOfEffect, functionSubject } from "./queries/meeting.js";
import type { Clearance, Finding, Judgement, RuleOptions, StateRule, Suggestion } from "./rule.js";
import { code, listOf } from "./words.js";

export const missingCallTimeout: StateRule = {
  about: "state",
  id: "missing-call-timeout",
  title: "Call without a timeout",
  summary: "Finds calls over the network that may wait for ever, or for minutes, for an answer.",
  severity: "warning",
  checklist: ["timeouts"],
  options: {
    "longest-default-seconds": {
      description: "Longest time-out that a library applies by itself and that is still accepted, in seconds.",
      default: 60,
    },
  },
  check,
};

/** All calls that one call site makes: with a wrapper's, one for each of its callers' targets. */
interface CallsOfSite {
  readonly call: ServiceCall;
  readonly all: readonly ServiceCall[];
}

function check(model: SystemModel, options: RuleOptions): Judgement {
  const accepted = Number(options["longest-default-seconds"]);
  const functions = functionsById(model.code.functions);
  const findings: Finding[] = [];
  const cleared: Clearance[] = [];
  const ordinals = new Ordinals();
  for (const site of sites(model)) {
    const subject = subjectOf(site);
    const discriminator = ordinals.next(subject);
    const clearance = clear(site, subject, discriminator, accepted);
    if (clearance !== null) cleared.push(clearance);
    else if (isUnbounded(site, accepted))
      findings.push(describe(site, subject, discriminator, functions.get(site.call.function)?.bodyHash ?? null));
  }
  return { findings, cleared, undecided: behindWrappers(model, accepted) };
}

/**
 * Functions that call by way of another one alone, where that sets no limit. The debt is the other one's; but what such a
 * function was found for before has only moved.
 */
function behindWrappers({ code: { functions, calls } }: SystemModel, accepted: number): readonly Clearance[] {
  const direct = new Set(calls.map((call) => call.function));
  const open = new Set(calls.filter((call) => isOpen(call, accepted)).map(({ place }) => placeKey(place)));
  return functions.flatMap((fn): Clearance[] => {
    if (direct.has(fn.id)) return [];
    const behind = fn.effects.filter(({ kind, place }) => kind === "call" && open.has(placeKey(place)));
    if (behind.length === 0) return [];
    const evidence = behind.slice(0, 3).flatMap((effect) => evidenceOfEffect(effect, "calls by way of a function that sets no limit"));
    return [{ rule: missingCallTimeout.id, subject: functionSubject(fn), discriminator: "", evidence: distinct(evidence) }];
  });
}

function isOpen({ bound }: ServiceCall, accepted: number): boolean {
  return bound.kind === "unbounded" || (bound.kind === "default" && bound.seconds > accepted);
}

/** One entry per call site, in order of service and place; a site in library code is one, however many services run it. */
function sites(model: SystemModel): readonly CallsOfSite[] {
  const grouped = new Map<string, ServiceCall[]>();
  for (const call of model.code.calls) {
    const key = [placeKey(call.place), call.library, call.function].join("|");
    grouped.set(key, [...(grouped.get(key) ?? []), call]);
  }
  return [...grouped.values()].map((all) => ({ call: all[0]!, all }));
}

function placeKey({ path, startLine, endLine }: Place): string {
  return [path, startLine, endLine].join("|");
}

/** A site that several targets share is known by the site alone: another caller of a wrapper is no other debt. */
function subjectOf({ call, all }: CallsOfSite): readonly string[] {
  const same = new Set(all.map((each) => `${targetName(each)} ${each.operation}`)).size === 1;
  const name = functionName(call.function);
  const owner = ownerOf(call);
  return same ? callSubject(owner, name, call) : [`service:${owner}`, `function:${name}`, "target:*", "operation:*"];
}

/** The service, or the library that holds the call. */
function ownerOf(call: ServiceCall): string {
  return call.function.slice(0, call.function.indexOf("/"));
}

function isUnbounded({ all }: CallsOfSite, accepted: number): boolean {
  return all.some((call) => isOpen(call, accepted)) && !all.some(({ bound }) => bound.kind === "unknown");
}

function describe(site: CallsOfSite, subject: readonly string[], discriminator: string, bodyHash: string | null): Finding {
  const { call } = site;
  const targets = [...new Set(site.all.map(targetName))].filter((name) => name !== "*").sort();
  const worst = site.all.find(({ bound }) => bound.kind === "unbounded") ?? call;
  const unknown = addressOf(call);
  const whom = targets.length > 0 ? listOf(targets.map(code), 3) : unknown === null ? "an address that it is given" : code(unknown);
  const plainWhom = targets.length > 0 ? listOf(targets, 3) : (unknown ?? "an address that it is given");
  const name = shownName(functionName(call.function), call.place.path);
  return {
    rule: missingCallTimeout.id,
    subject,
    discriminator,
    severity: "warning",
    confidence: confidenceOf(worst),
    members: [],
    measure: null,
    services: [
      ...new Set([...site.all.map(({ from }) => from), ...site.all.flatMap(({ to }) => (to.kind === "service" ? [to.service] : []))]),
    ].sort(),
    title: `${name} calls ${plainWhom} without a timeout`,
    message: `${code(name)} in ${code(ownerOf(call))} calls ${whom} with ${code(libraryOf(call))} and sets no limit: while the other side hangs, the call waits ${waiting(worst)}, and ${worst.runByHand ? "whoever started it" : "every request that needs it"} too.`,
    remedy: remedy(worst),
    evidence: evidenceOf(site),
    suggestion: suggestionOf(worst),
    bodyHash,
  };
}

/** What could be read of an address that leads nowhere known, where it is enough to recognise it. */
function addressOf({ to }: ServiceCall): string | null {
  if (to.kind !== "unresolved") return null;
  const host = /^(?:https?:)?\/\/([^/?#$]{3,80})/.exec(to.text)?.[1];
  return host?.replace(/:$/, "") ?? null;
}

/** Code that stands outside of all functions is called after its file. */
function shownName(name: string, path: string): string {
  return name.replace(/^\(module\)(#\d+)?$/, path.split("/").at(-1) ?? name);
}

function waiting({ bound }: ServiceCall): string {
  return bound.kind === "default" ? `${bound.seconds} seconds, until the library gives up` : "for ever";
}

/** Nest makes one kind of client for messages and another for gRPC, of one package. */
function libraryOf({ library, kind }: ServiceCall): string {
  return library === "ClientProxy" && kind === "grpc" ? "ClientGrpc" : library;
}

/** Who is called does not matter for the wait; whether it can be bounded elsewhere does, and whether somebody stands by. */
function confidenceOf(call: ServiceCall): Confidence {
  return lowered("high", (call.bound.kind === "default" ? 1 : 0) + (call.runByHand || isTrial(call) ? 1 : 0));
}

/** A service that calls itself from outside of all functions: somebody tries it out. */
function isTrial(call: ServiceCall): boolean {
  return targetName(call) === call.from && functionName(call.function).startsWith("(module)");
}

const ADVICE: Readonly<Record<string, string>> = {
  axios: "Pass `timeout` (in milliseconds), or set it once where the instance is made: `axios.create({ timeout: 5_000 })`.",
  HttpService: "Set it once for the module, `HttpModule.register({ timeout: 5_000 })`, or pass `timeout` with the call.",
  ClientProxy: "Pipe the answer through RxJS `timeout(5_000)`: `client.send(…).pipe(timeout(5_000))`.",
  ClientGrpc: "Pipe the answer through RxJS `timeout(5_000)`: `service.method(…).pipe(timeout(5_000))`.",
  got: "Pass `timeout: { request: 5_000 }`, or set it once with `got.extend`.",
  superagent: "Add `.timeout({ response: 3_000, deadline: 5_000 })` to the request.",
  "AWS Lambda":
    "Pass `abortSignal: AbortSignal.timeout(5_000)` to `send`, or give the client `requestHandler: { requestTimeout: 5_000, throwOnRequestTimeout: true }`: `requestTimeout` alone only warns.",
  "AWS SDK v2 Lambda": "Set it where the client is made: `new Lambda({ httpOptions: { timeout: 5_000 } })`.",
  "grpc-js": "Pass a deadline with every call: `{ deadline: Date.now() + 5_000 }`.",
};

function remedy(call: ServiceCall): string {
  const how =
    ADVICE[libraryOf(call)] ?? (call.kind === "grpc" ? ADVICE["grpc-js"]! : "Pass `signal: AbortSignal.timeout(5_000)` with the call.");
  return `${how} Choose a limit shorter than the caller's own, decide what to answer when it is reached, and retry only what may be repeated.`;
}

function evidenceOf({ call, all }: CallsOfSite): readonly Evidence[] {
  return [
    { ...call.place, kind: "code", note: `${libraryOf(call)} without a timeout` },
    ...distinct(all.flatMap(({ evidence }) => evidence)),
  ];
}

function distinct(evidence: readonly Evidence[]): readonly Evidence[] {
  return [...new Map(evidence.map((each) => [JSON.stringify(each), each])).values()];
}

function suggestionOf({ bound, place }: ServiceCall): Suggestion | null {
  if ((bound.kind !== "unbounded" && bound.kind !== "default") || bound.insertion === null) return null;
  const { startLine, endLine, replacement } = bound.insertion;
  return { path: place.path, startLine, endLine, replacement };
}

function clear({ call, all }: CallsOfSite, subject: readonly string[], discriminator: string, accepted: number): Clearance | null {
  const evidence: Evidence[] = [];
  for (const { bound } of all) {
    if (bound.kind === "bounded") {
      const place = bound.place ?? call.place;
      evidence.push({ ...place, kind: "code", note: `limited by ${bound.by}` });
    } else if (bound.kind === "routed") {
      evidence.push({ ...bound.place, kind: "deployment", note: `limited by ${bound.by}` });
    } else if (bound.kind === "default" && bound.seconds <= accepted) {
      evidence.push({ ...call.place, kind: "code", note: `gives up after ${bound.seconds} seconds` });
    } else return null;
  }
  return {
    rule: missingCallTimeout.id,
    subject,
    discriminator,
    evidence: distinct([{ ...call.place, kind: "code", note: `calls with ${libraryOf(call)}` }, ...evidence]),
    confidence: all.some(({ bound }) => bound.kind === "routed") ? "medium" : "high",
  };
}
