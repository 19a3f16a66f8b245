import type { CodeFunction, Delivery, Effect, EntryPoint, Loop, Repetition, ServiceCall, SystemCode } from "../code.js";
import type { Program } from "../code/denotation.js";
import type { CodeLinks, Substrate } from "../substrate.js";
import { browserFiles } from "./browser.js";
import { Bounds } from "./bounds.js";
import { Breakers } from "./breakers.js";
import { Calls, compare, comparePlaces, confidenceOf, holderOf, type DraftCall } from "./calls.js";
import { channelsOf, type Publication } from "./channels.js";
import { CodePorts } from "./code-ports.js";
import { codeDeadLetters } from "./dead-letters.js";
import { instanceDefaults } from "./defaults.js";
import { CallSites } from "./direct.js";
import { Evaluation } from "./evaluate.js";
import { eventsOf } from "./events.js";
import { Flow, type FlowEffect } from "./flow.js";
import { filesRunByHand } from "./hand-run.js";
import { Handlers } from "./handlers.js";
import { libraryDirectory } from "./library-modules.js";
import type { Linking } from "./linking.js";
import { isHealthCheck } from "./loops.js";
import { databaseReferences, tableUses } from "./references.js";
import { deliveriesOf } from "./deliveries.js";
import { relayedPublications, type Relayed } from "./outbox-relays.js";
import { Relevance } from "./relevance.js";
import { Repetitions } from "./repetitions.js";
import { requeuesOf } from "./requeues.js";
import { Runs } from "./runs.js";
import { calleeName, functionKey, placeOf, siteKey, SiteIndex, type FunctionAt } from "./sites.js";
import { sharedLibraries } from "./shared-libraries.js";
import { storedEvents } from "./stored-events.js";
import { Use } from "./use.js";
import { isInverseName, takesBack } from "./verbs.js";
import { wrappedConsumers, wrappedSites } from "./wrapped-consumers.js";

/** Reads what the code does: whom it calls, what it publishes and stores, in which loops and transactions. */
export function linkCode(program: Program, substrate: Substrate): CodeLinks {
  const isRunByHand = filesRunByHand(substrate.facts, substrate.services);
  const linking: Linking = { program, isBrowser: browserFiles(substrate.facts), isRunByHand, ...substrate, ports: new CodePorts(program) };
  const index = new SiteIndex(program);
  const sites = new CallSites(linking, index);
  const direct = sites.all();
  const runs = new Runs(linking, sites, index);
  const handlers = new Handlers(linking, sites, direct, index);
  const evaluation = new Evaluation(linking, sites, handlers, index);
  const relevance = new Relevance(
    [...direct.filter(({ known }) => isEffect(known.knowledge.kind)), ...wrappedSites(sites, direct)],
    index,
    sites,
    runs,
  );
  const flow = new Flow({ linking, sites, runs, evaluation, relevance, direct, index });
  handlers.add(wrappedConsumers(serviceFunctions(relevance), flow, sites));
  const bounds = new Bounds(linking, sites, index, instanceDefaults(linking, sites, direct));
  const listed = listedFunctions(relevance, handlers, index, runs);
  const owner = (at: FunctionAt): FunctionAt => ownerOf(at, index, runs);
  const ids = functionIds(listed);
  const calls = new Calls(linking, sites, bounds, new Breakers(linking, sites, index));
  const code = new CodeWriter({
    listed,
    ids,
    flow,
    handlers,
    calls,
    ownerOf: owner,
    deliveries: deliveriesOf(linking, handlers.all),
    repetitions: new Repetitions(linking, sites, index),
  }).write();
  const publications = publicationsOf(listed, flow, ids, owner);
  const relayed = relayedPublications(listed, flow, sites, program, (holder) => functionName(owner(holder), ids));
  const channels = channelsOf(
    [...publications.filter(({ effect }) => !isSpokenFor(effect, relayed)), ...relayed.publications],
    handlers.all,
    ids,
  );
  const use = new Use(linking, sites, index, handlers);
  const uses = tableUses(listed.flatMap((at) => flow.effectsOf(at).map((effect) => ({ service: at.file.service!, effect }))));
  return {
    code,
    channels,
    events: eventsOf(publications, channels, sites, program),
    deadLetters: codeDeadLetters(linking, sites, direct, index, channels, { handlers, use }),
    requeues: requeuesOf(linking, sites, direct, index, { handlers, use }),
    storedEvents: storedEvents(linking, sites, index, use),
    sharedLibraries: sharedLibraries(linking, sites, direct, evaluation, code.calls),
    references: databaseReferences({ linking, sites, direct, uses, use: new Use(linking, sites, index, handlers, "strict"), index }),
    unresolved: new Set(code.calls.filter(({ to }) => to.kind === "unresolved").map(({ place }) => `${place.path}:${place.startLine}`))
      .size,
  };
}

/** Published messages, each once per service, by the innermost function of the service that leads to them. */
function publicationsOf(
  listed: readonly FunctionAt[],
  flow: Flow,
  ids: ReadonlyMap<number, string>,
  owner: (at: FunctionAt) => FunctionAt,
): readonly Publication[] {
  const found = new Map<string, Map<string, Publication>>();
  for (const at of listed) {
    for (const effect of flow.effectsOf(at)) {
      if (effect.evaluated.kind !== "publish") continue;
      const service = at.file.service!;
      const holder = owner(holderOf(effect));
      const site = siteKey(effect.origin.at, effect.origin.at.index);
      const variants = found.get(`${service} ${site}`) ?? new Map<string, Publication>();
      found.set(`${service} ${site}`, variants);
      const key = JSON.stringify([functionKey(holder), effect.evaluated.channel, effect.evaluated.operation]);
      if (!variants.has(key)) variants.set(key, { service, function: functionName(holder, ids), effect });
    }
  }
  return [...found.values()].flatMap((variants) => fullest([...variants.values()]));
}

function functionName(at: FunctionAt, ids: ReadonlyMap<number, string>): string {
  return ids.get(functionKey(at)) ?? `${at.file.service ?? libraryName(at.file.path)}/${at.summary.name}`;
}

/** A relay's own publish, where the rows that it carries say to which channels. */
function isSpokenFor({ origin, evaluated }: FlowEffect, { relays }: Relayed): boolean {
  return !evaluated.complete && relays.has(siteKey(origin.at, origin.at.index));
}

/** Of the ways to one publish those that say most of its name. */
function fullest(all: readonly Publication[]): readonly Publication[] {
  const complete = all.filter(({ effect }) => effect.evaluated.complete);
  if (complete.length > 0) return complete;
  const open = ({ effect }: Publication): number => effect.evaluated.channel?.split("${").length ?? Infinity;
  const least = Math.min(...all.map(open));
  return least === Infinity ? all.slice(0, 1) : all.filter((one) => open(one) === least);
}

function isEffect(kind: string): boolean {
  return kind === "call" || kind === "publish" || kind === "database";
}

function serviceFunctions(relevance: Relevance): readonly FunctionAt[] {
  return relevance.functions().filter(({ file }) => file.service !== null);
}

/** Functions of services that have an effect or serve an entry point, without those that are part of another's body. */
function listedFunctions(relevance: Relevance, handlers: Handlers, index: SiteIndex, runs: Runs): readonly FunctionAt[] {
  const found = new Map<number, FunctionAt>();
  for (const at of serviceFunctions(relevance)) if (ownerOf(at, index, runs) === at) found.set(functionKey(at), at);
  for (const { function: at } of handlers.all) if (at !== null && at.file.service !== null) found.set(functionKey(at), at);
  return [...found.values()].sort((a, b) => compare(a.file.path, b.file.path) || a.summary.id - b.summary.id);
}

/** The function whose body this one is part of: a callback belongs to where it is passed, unless it runs some other time. */
function ownerOf(at: FunctionAt, index: SiteIndex, runs: Runs): FunctionAt {
  let owner = at;
  for (let depth = 0; depth < 16; depth += 1) {
    const held = index.holderOf(owner);
    if (held === null) return owner;
    const inside = owner;
    if (!runs.of(held.site).some((run) => run.at.file === inside.file && run.at.summary === inside.summary)) return owner;
    owner = { file: held.site.file, summary: held.site.summary };
  }
  return owner;
}

/** What the writer puts together. */
interface CodeParts {
  readonly listed: readonly FunctionAt[];
  readonly ids: ReadonlyMap<number, string>;
  readonly flow: Flow;
  readonly handlers: Handlers;
  readonly calls: Calls;
  readonly ownerOf: (at: FunctionAt) => FunctionAt;
  readonly deliveries: ReadonlyMap<number, readonly Delivery[]>;
  readonly repetitions: Repetitions;
}

/** Puts functions, effects and calls into the form of the model. */
class CodeWriter {
  readonly #parts: CodeParts;

  constructor(parts: CodeParts) {
    this.#parts = parts;
  }

  write(): SystemCode {
    const { ids, listed, flow, handlers, deliveries, repetitions } = this.#parts;
    const drafts = listed.map((at) => ({
      at,
      effects: flow
        .effectsOf(at)
        .filter(({ evaluated }) => evaluated.kind !== "consume")
        .map((effect) => ({ effect, call: this.#parts.calls.add(effect) })),
    }));
    const all = [...this.#parts.calls.all()];
    const numbers = new Map(all.map(([key], number) => [key, number]));
    const calls = all.map(([, draft], id) => this.#call(draft, id, ids));
    const functions = drafts.map(({ at, effects }): CodeFunction => {
      const entries = handlers.entriesOf(functionKey(at));
      const written = effects.map(({ effect, call }) => {
        // Without a number it is what the site alone says, where callers' arguments said more.
        const number = call === null ? null : (numbers.get(call) ?? null);
        return writeEffect(effect, number, [...resolverLoop(at, effect), ...loopsOf(effect, entries)], repetitions.of(effect, at));
      });
      return {
        id: ids.get(functionKey(at))!,
        service: at.file.service!,
        name: at.summary.name,
        place: { path: at.file.path, ...at.summary.lines },
        bodyHash: at.summary.bodyHash,
        entries,
        deliveries: deliveries.get(functionKey(at)) ?? [],
        effects: written,
      };
    });
    const kept = functions.filter(({ effects, entries }) => effects.length > 0 || entries.length > 0);
    return { functions: kept.sort((a, b) => compare(a.id, b.id)), calls };
  }

  #call(draft: DraftCall, id: number, ids: ReadonlyMap<number, string>): ServiceCall {
    const { holder, handlerKey, complete: _complete, ...call } = draft;
    const owner = this.#parts.ownerOf(holder);
    return { ...call, id, function: functionName(owner, ids), handler: handlerKey === null ? null : (ids.get(handlerKey) ?? null) };
  }
}

/** Library code is nobody's service: its functions are called after its directory. */
function libraryName(path: string): string {
  return libraryDirectory(path, new Set()).split("/").at(-1) ?? "";
}

/** `orders/OrdersService.create`; equal names of one service get a number in order of path. */
function functionIds(listed: readonly FunctionAt[]): ReadonlyMap<number, string> {
  const counts = new Map<string, number>();
  const ids = new Map<number, string>();
  const sorted = [...listed].sort(
    (a, b) => compare(a.file.path, b.file.path) || comparePlaces({ path: "", ...a.summary.lines }, { path: "", ...b.summary.lines }),
  );
  for (const at of sorted) {
    const name = `${at.file.service ?? ""}/${at.summary.name}`;
    const count = (counts.get(name) ?? 0) + 1;
    counts.set(name, count);
    ids.set(functionKey(at), count === 1 ? name : `${name}#${count}`);
  }
  return ids;
}

/** Loops with what only the whole function tells: it asks each service once, or takes a batch of messages. */
function loopsOf({ evaluated, context }: FlowEffect, entries: readonly EntryPoint[]): readonly Loop[] {
  const fanOut = evaluated.fanOut || isHealthCheck(evaluated.operation ?? "");
  const consumes = entries.some(({ kind }) => kind === "consumer" || kind === "lambda");
  if (context.loops.length === 0 || (!fanOut && !consumes)) return context.loops;
  return context.loops.map((loop): Loop => {
    if (loop.exempt !== null) return loop;
    if (fanOut) return { ...loop, exempt: "fan-out" };
    return loop.own && MESSAGES.test(loop.over ?? "") ? { ...loop, exempt: "stream" } : loop;
  });
}

/** A field resolver runs once for each object of its type that a query returns. */
function resolverLoop(at: FunctionAt, { evaluated, names }: FlowEffect): readonly Loop[] {
  if (evaluated.kind !== "call") return [];
  const { decorators, name, parameters } = at.summary;
  const decorated = decorators.some((decorator) => /^(\w+\.)?(ResolveField|ResolveProperty|FieldResolver)$/.test(decorator.name));
  const [, type = ""] = /resolvers?\.([A-Z]\w*)\.\w+$/i.exec(name) ?? [];
  const mapped = type !== "" && !/^(Query|Mutation|Subscription)$/.test(type);
  if (!decorated && !mapped) return [];
  const parent = decorated
    ? parameters.filter((parameter) => parameter.decorators.some((each) => /(^|\.)(Parent|Root)$/.test(each.name)))
    : parameters.filter(({ index }) => index === 0);
  const dependent = parent.some((parameter) => names.has(parameter.name));
  const place = { path: at.file.path, startLine: at.summary.lines.startLine, endLine: at.summary.lines.startLine };
  return dependent ? [{ kind: "resolver", place, over: mapped ? type : null, dependent, own: true, exempt: null }] : [];
}

const MESSAGES = /(messages|records|batch|events|jobs)$/i;

function writeEffect(effect: FlowEffect, call: number | null, loops: readonly Loop[], repetition: Repetition | null): Effect {
  const { evaluated, origin, via, context } = effect;
  const target = evaluated.to === null ? evaluated.channel : evaluated.to.kind === "service" ? evaluated.to.service : null;
  return {
    kind: isCompensation(effect) ? "compensate" : evaluated.kind,
    target,
    operation: evaluated.operation,
    mutating: evaluated.mutating,
    repetition,
    confidence: confidenceOf(effect),
    place: placeOf(origin.at),
    via: via.map(placeOf),
    context: { ...context, loops },
    call,
  };
}

/** A call that takes back what was done: in an undo callback, or with such a name where something failed. */
function isCompensation({ evaluated, context, undo, via }: FlowEffect): boolean {
  if (evaluated.kind !== "call" || evaluated.mutating === false) return false;
  return (
    undo ||
    (context.catchOf !== null && (isInverseName(evaluated.operation ?? "") || via.some(({ site }) => takesBack(calleeName(site.callee)))))
  );
}
