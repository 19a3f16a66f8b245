import type { EntryPoint } from "../code.js";
import type { Callee, Program } from "../code/denotation.js";
import { consumedHere } from "./consumers.js";
import { holderOf } from "./calls.js";
import type { CallSites, DirectSite } from "./direct.js";
import type { Flow, FlowEffect } from "./flow.js";
import { functionsOf, type Handler } from "./handler.js";
import { functionKey, placeOf, siteKey, type FunctionAt } from "./sites.js";
import { valuesAt } from "./values.js";

/** Calls that take messages for whoever reaches them: in library code, or from a queue that a caller names. */
export function wrappedSites(sites: CallSites, direct: readonly DirectSite[]): readonly DirectSite[] {
  return direct.filter(
    (site) => site.known.knowledge.kind === "consume" && (site.at.file.service === null || !consumedHere(site, sites).complete),
  );
}

/** Handlers of messages that are registered through functions of one's own: `startWorker("mails")`, `new OrdersConsumer(kafka).consume()`. */
export function wrappedConsumers(listed: readonly FunctionAt[], flow: Flow, sites: CallSites): readonly Handler[] {
  const found = new Map<string, Handler>();
  for (const at of listed) {
    for (const effect of flow.effectsOf(at)) {
      const { kind, channel } = effect.evaluated;
      if (kind !== "consume" || channel === null || !effect.evaluated.complete) continue;
      const holder = holderOf(effect);
      if (holder.file.service !== at.file.service) continue;
      const functions = handlersAt(effect, sites, at.file.service!);
      for (const fn of functions.length === 0 ? [null] : functions) {
        const key = JSON.stringify([
          at.file.service,
          channel,
          siteKey(effect.origin.at, effect.origin.at.index),
          fn === null ? "" : functionKey(fn),
        ]);
        if (!found.has(key)) found.set(key, handler(effect, at.file.service!, channel, fn));
      }
    }
  }
  return [...found.values()];
}

function handler(effect: FlowEffect, service: string, channel: string, fn: FunctionAt | null): Handler {
  const { operation, transport } = effect.evaluated;
  const entry: EntryPoint = { kind: "consumer", operation: channel, place: placeOf(registrationOf(effect)) };
  return { service, function: fn, entry, method: "", path: "", channel, event: operation, transport: transport ?? "" };
}

/** The service's own call that leads to it. */
function registrationOf({ origin, via }: FlowEffect): DirectSite["at"] {
  return [origin.at, ...via.toReversed()].find((site) => site.file.service !== null) ?? origin.at;
}

/** The service's functions that get the messages: named by its call, or called by a function of shared code that was named. */
function handlersAt({ origin, scope }: FlowEffect, sites: CallSites, service: string): readonly FunctionAt[] {
  const { knowledge } = origin.known;
  if (knowledge.kind !== "consume") return [];
  const call = sites.libraryCall(origin.at, origin.path, origin.known, scope);
  const callees = valuesAt(knowledge.handler, call).flatMap((value) => call.program.calleesOf(value));
  const own = functionsOf(callees).filter((fn) => fn.file.service === service);
  return own.length > 0 ? own : callees.flatMap((callee) => handedOnBy(callee, call.program, service));
}

/** `(message) => handler(parse(message))` in shared code: what its parameter is for this service. */
function handedOnBy({ function: fn, scope }: Callee, program: Program, service: string): readonly FunctionAt[] {
  if (fn.file.service !== null) return [];
  const functions = fn.summary.calls.flatMap((site) =>
    functionsOf(program.callees(site, scope).functions).filter((at) => at.file.service === service),
  );
  return [...new Map(functions.map((at) => [functionKey(at), at])).values()];
}
