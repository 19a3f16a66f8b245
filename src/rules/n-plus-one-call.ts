import type { CodeFunction, Effect, Loop, ServiceCall } from "../model/code.js";
import { namelessOperation } from "../model/effects/verbs.js";
import { weakest, type Evidence, type Place } from "../model/evidence.js";
import type { SystemModel } from "../model/model.js";
import { asksForAccess } from "./queries/asking.js";
import { batchEndpoint } from "./queries/batch-endpoint.js";
import { isInternal, type InternalCall } from "./queries/call-graph.js";
import { calledOf, callSubject, functionName, Ordinals, requestOf } from "./queries/call-subject.js";
import type { Clearance, Finding, Judgement, StateRule } from "./rule.js";
import { code } from "./words.js";

export const nPlusOneCall: StateRule = {
  about: "state",
  id: "n-plus-one-call",
  title: "N+1 call",
  summary: "Finds calls to another service that are made once per item of a list.",
  severity: "error",
  checklist: ["batch-apis"],
  options: {},
  check,
};

/** A call inside the loops of one function. */
interface LoopedCall {
  readonly fn: CodeFunction;
  readonly effect: Effect;
  readonly call: InternalCall;
  /** The loop that multiplies it. */
  readonly loop: Loop;
}

function check(model: SystemModel): Judgement {
  const findings: Finding[] = [];
  const cleared: Clearance[] = [];
  const ordinals = new Ordinals();
  for (const fn of model.code.functions) {
    const said = new Set<string>();
    for (const { effect, call } of callsOf(fn, model)) {
      const own = effect.context.loops.filter((loop) => loop.own);
      const loop = own.find(({ exempt, dependent }) => exempt === null && dependent) ?? own.find(({ exempt }) => exempt === null);
      if (loop !== undefined && renewsAccess(effect, call, fn)) continue;
      // Several ways from one line to the same request are one thing to say.
      const place = effect.via[0] ?? effect.place;
      const once = [
        place.path,
        place.startLine,
        place.endLine,
        loop?.place.startLine,
        call.to.service,
        namelessOperation(call.operation),
      ].join("|");
      if (loop !== undefined && said.has(once)) continue;
      said.add(once);
      if (loop !== undefined) findings.push(describe({ fn, effect, call, loop }, model, ordinals));
      else if (own.length > 0 || effect.via.length === 0) cleared.push(clear(fn, effect, call, own));
    }
  }
  return { findings, cleared, undecided: unaddressed(model) };
}

/** Calls in loops of which it is not known whom they reach: one that was found there before has only become harder to follow. */
function unaddressed({ code: { functions, calls } }: SystemModel): readonly Clearance[] {
  return functions.flatMap((fn) =>
    fn.effects.flatMap((effect): Clearance[] => {
      const call = effect.kind === "call" && effect.call !== null ? calls[effect.call] : undefined;
      if (call?.to.kind !== "unresolved" || !effect.context.loops.some(({ own, exempt }) => own && exempt === null)) return [];
      const evidence = { ...(effect.via[0] ?? effect.place), kind: "code" as const, note: "calls whom could not be followed" };
      return [
        { rule: nPlusOneCall.id, subject: callSubject(fn.service, functionName(fn.id), call), discriminator: "", evidence: [evidence] },
      ];
    }),
  );
}

/** Calls to other services, in order of place; those that follow from an undo are made when all is lost anyway. */
function callsOf(fn: CodeFunction, model: SystemModel): readonly { readonly effect: Effect; readonly call: InternalCall }[] {
  return fn.effects
    .flatMap((effect) => {
      const call: ServiceCall | undefined = effect.kind === "call" && effect.call !== null ? model.code.calls[effect.call] : undefined;
      return call !== undefined && isInternal(call) && call.to.service !== fn.service ? [{ effect, call }] : [];
    })
    .sort((a, b) => firstLine(a.effect) - firstLine(b.effect));
}

/** A client that asks for a new token when its own has run out does so once, however many requests are made through it. */
function renewsAccess({ via: [way], call: id }: Effect, call: InternalCall, { effects }: CodeFunction): boolean {
  return (
    way !== undefined &&
    asksForAccess(call.operation) &&
    effects.some((other) => other.kind === "call" && other.call !== id && other.via[0] !== undefined && isSamePlace(other.via[0], way))
  );
}

function isSamePlace(one: Place, other: Place): boolean {
  return one.path === other.path && one.startLine === other.startLine && one.endLine === other.endLine;
}

/** Where the function itself leads to the call. */
function firstLine(effect: Effect): number {
  return (effect.via[0] ?? effect.place).startLine;
}

function describe({ fn, effect, call, loop }: LoopedCall, model: SystemModel, ordinals: Ordinals): Finding {
  const name = functionName(fn.id);
  const subject = callSubject(fn.service, name, call);
  const redundant = !loop.dependent;
  const target = call.to.service;
  return {
    rule: nPlusOneCall.id,
    subject,
    discriminator: ordinals.next(subject, redundant ? "redundant" : ""),
    severity: redundant ? "info" : "error",
    confidence: weakest(effect.confidence, loop.kind === "resolver" || loop.kind === "recursion" ? "medium" : "high"),
    members: [],
    measure: null,
    services: [fn.service, target].sort(),
    title: redundant
      ? `${fn.name} asks ${target} for the same thing in each round of a loop`
      : `${fn.name} calls ${target} once per ${itemOf(loop)}`,
    message: redundant ? redundantMessage(fn, call, loop) : message(fn, effect, call, loop),
    remedy: redundant ? `Make the call once, before the loop, and use its result inside.` : remedy(model, call, loop),
    evidence: distinct(evidenceOf(effect, call, loop)),
    suggestion: null,
    bodyHash: fn.bodyHash,
  };
}

function message(fn: CodeFunction, effect: Effect, call: InternalCall, loop: Loop): string {
  const target = code(call.to.service);
  const steps = effect.via.length;
  const through = steps === 0 ? "" : `, ${steps === 1 ? "one call" : `${steps} calls`} further down,`;
  const together = effect.context.concurrent === null && loop.kind !== "callback" ? "one after the other" : "side by side";
  return (
    `${code(fn.name)} in ${code(fn.service)} ${roundsOf(loop)} and${through} sends ${requestOf(call)} to ${target} each time: ` +
    `a list of 100 costs 100 requests, ${together}, and one that fails fails the whole.`
  );
}

function redundantMessage(fn: CodeFunction, call: InternalCall, loop: Loop): string {
  return (
    `${code(fn.name)} in ${code(fn.service)} ${roundsOf(loop)} and sends ${requestOf(call)} to ${code(call.to.service)} each time, ` +
    `although nothing in the request depends on the round: all but the first are wasted.`
  );
}

function roundsOf(loop: Loop): string {
  const over = loop.over === null ? "" : ` over ${code(loop.over)}`;
  switch (loop.kind) {
    case "loop":
      return `loops${over}`;
    case "callback":
      return loop.over === null ? "runs a callback for each item" : `runs a callback for each item of ${code(loop.over)}`;
    case "recursion":
      return "calls itself for each child";
    case "resolver":
      return "resolves a field of each item of a list";
  }
}

/** `order` of `orders`; `item` where nothing better can be said. */
function itemOf(loop: Loop): string {
  if (loop.kind === "recursion") return "child";
  if (loop.kind === "resolver") return loop.over ?? "object";
  // Of `orders.filter(…)` the orders are told.
  const whole = loop.over?.replace(/(?:\.(?:filter|map|flatMap|flat|slice|sort|toSorted|reverse|concat)\([^()]*\))+$/, "");
  const last = /(\w+)$/.exec(whole?.replace(/\(.*\)$/, "") ?? "")?.[1];
  return last === undefined || /^(length|data|items?|list|results?|rows?)$/.test(last) ? "item" : `item of ${last}`;
}

function remedy(model: SystemModel, call: InternalCall, loop: Loop): string {
  const target = code(call.to.service);
  const collect = loop.kind === "resolver" ? "Load the keys of all items together with a DataLoader" : "Collect the keys before the loop";
  const batch = batchEndpoint(model, call.to.service, call.operation);
  if (batch?.named === true)
    return `${target} already has a batch endpoint, ${code(batch.operation)}: ${lower(collect)}, ask it once, and look the results up in a map inside the loop.`;
  if (batch !== null)
    return `${collect} and ask once: let ${code(batch.operation)} of ${target} take a list of ids, and look the results up in a map inside the loop.`;
  if (call.mutating === true)
    return `Give ${target} an endpoint that takes the whole list, send it once, and let it answer per item; where nobody waits for the result, publish one event instead.`;
  return (
    `Give ${target} a batch endpoint that takes a list of keys. ${collect}, ask once, and look the results up in a map inside the loop. ` +
    `Where a page needs it often, let a backend for the frontend or a read model hold it ready.`
  );
}

function lower(text: string): string {
  return text.charAt(0).toLowerCase() + text.slice(1);
}

function evidenceOf(effect: Effect, call: InternalCall, loop: Loop): readonly Evidence[] {
  const note = calledOf(call);
  const [first, ...rest] = effect.via;
  const head: Evidence = {
    ...loop.place,
    endLine: loop.place.startLine,
    kind: "code",
    note: loop.over === null ? "for each item" : `for each item of ${loop.over}`,
  };
  if (first === undefined) return [{ ...effect.place, kind: "code", note: `calls ${note}` }, head, ...call.evidence];
  return [
    { ...first, kind: "code", note: `leads to ${note}` },
    head,
    ...rest.map((place): Evidence => ({ ...place, kind: "code", note: "on the way to the call" })),
    { ...effect.place, kind: "code", note: `calls ${note}` },
    ...call.evidence,
  ];
}

/** Each place once, as it was first named. */
function distinct(evidence: readonly Evidence[]): readonly Evidence[] {
  const places = new Map<string, Evidence>();
  for (const each of evidence) {
    const key = `${each.path}:${each.startLine}`;
    if (!places.has(key)) places.set(key, each);
  }
  return [...places.values()];
}

const WHY: Readonly<Record<NonNullable<Loop["exempt"]>, string>> = {
  pagination: "one request per page",
  retry: "repeats only after a failure",
  polling: "waits between requests",
  batch: "one request per batch",
  "literal-list": "goes through a short list that is written here",
  stream: "one request per message",
  exits: "leaves the loop after the request",
  "fan-out": "asks each service once",
  relay: "passes on what comes in",
};

function clear(fn: CodeFunction, effect: Effect, call: InternalCall, loops: readonly Loop[]): Clearance {
  const place = effect.via[0] ?? effect.place;
  const evidence: readonly Evidence[] = [
    { ...place, kind: "code", note: `calls ${calledOf(call)}${loops.length === 0 ? " once" : ""}` },
    ...loops.map(({ place: at, exempt }): Evidence => ({
      ...at,
      endLine: at.startLine,
      kind: "code",
      note: exempt === null ? "loop" : WHY[exempt],
    })),
  ];
  return { rule: nPlusOneCall.id, subject: callSubject(fn.service, functionName(fn.id), call), discriminator: "", evidence };
}
