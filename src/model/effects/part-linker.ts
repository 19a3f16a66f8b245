import type { SourceFile } from "../code/denotation.js";
import { createProgram, type Surroundings } from "../code/program.js";
import type { DatabaseReference } from "../databases.js";
import type { Requeue } from "../dead-letters.js";
import type { SystemCode } from "../code.js";
import type { StoredEvent } from "../stored-events.js";
import { Bounds } from "./bounds.js";
import { Breakers } from "./breakers.js";
import { Calls, compare, holderOf } from "./calls.js";
import { consumingOf, publishingOf, type NamedUse, type Publication } from "./channels.js";
import { CodeWriter, functionId, functionIds } from "./code-writer.js";
import { deadLetterFacts, type DeadLetterFacts } from "./dead-letter-facts.js";
import { instanceDefaults } from "./defaults.js";
import { deliveriesOf } from "./deliveries.js";
import { CallSites, type DirectSite } from "./direct.js";
import { Evaluation } from "./evaluate.js";
import { eventMentions, type EventMention } from "./events.js";
import { Flow, type FlowEffect } from "./flow.js";
import { Handlers } from "./handlers.js";
import type { Linking, Reading, VariableNames } from "./linking.js";
import { listenersOf, type Listener } from "./listeners.js";
import { gatewayCalls } from "./moleculer-gateway.js";
import { schemasOf } from "./moleculer.js";
import { relayedPublications, type Relayed } from "./outbox-relays.js";
import { databaseReferences, tableUses } from "./references.js";
import { registeredBases } from "./registered-bases.js";
import { Relevance } from "./relevance.js";
import { Repetitions } from "./repetitions.js";
import { requeuesOf } from "./requeues.js";
import { Runs } from "./runs.js";
import { servedBy, type Served, type Serving } from "./serving.js";
import { libraryFacts, type LibraryFacts } from "./shared-libraries.js";
import { functionKey, functionName, siteKey, SiteIndex, type FunctionAt } from "./sites.js";
import { storedEvents } from "./stored-events.js";
import { strayCalls } from "./strays.js";
import { Use } from "./use.js";
import { SettledNames } from "./variable-names.js";
import { wrappedConsumers, wrappedSites } from "./wrapped-consumers.js";

/** What one part of the code does. Plain data: it can be kept, and put together with other parts of another commit. */
export interface PartLinks {
  /** Calls are numbered within the part, and their handlers are called by the names of their functions in their files. */
  readonly code: SystemCode;
  /** Ids of functions that serve something, by these names. */
  readonly names: ReadonlyMap<string, string>;
  readonly publishing: readonly NamedUse[];
  readonly consuming: readonly NamedUse[];
  /** Names that stand for variables, by variable. */
  readonly variables: VariableNames["found"];
  readonly mentions: readonly EventMention[];
  readonly deadLetters: DeadLetterFacts;
  readonly requeues: readonly Requeue[];
  readonly storedEvents: readonly StoredEvent[];
  readonly libraries: LibraryFacts;
  readonly references: readonly DatabaseReference[];
}

/** Reads one part of the code: at once what it serves, and what it does when all parts have said what they serve. */
export class PartLinker {
  readonly served: readonly Served[];
  readonly listeners: readonly Listener[];
  readonly #reading: Reading;
  readonly #index: SiteIndex;
  readonly #sites: CallSites;
  readonly #direct: readonly DirectSite[];
  readonly #handlers: Handlers;

  constructor(files: readonly SourceFile[], reading: Omit<Reading, "program" | "variables">, surroundings: Surroundings) {
    const program = createProgram(files, surroundings);
    this.#reading = { ...reading, program, variables: new SettledNames(reading) };
    this.#index = new SiteIndex(program);
    this.#sites = new CallSites(this.#reading, this.#index);
    this.#direct = this.#sites.all();
    this.#handlers = new Handlers(this.#reading, this.#sites, this.#direct, this.#index);
    this.served = this.#handlers.all.map(servedBy);
    this.listeners = listenersOf(program);
  }

  /** What it does: whom it calls, what it publishes and stores, in which loops and transactions. Once only. */
  link(serving: Serving): PartLinks {
    const linking: Linking = { ...this.#reading, serving };
    const [index, sites, direct, handlers] = [this.#index, this.#sites, this.#direct, this.#handlers];
    const runs = new Runs(linking, sites, index);
    const evaluation = new Evaluation(linking, sites, index, registeredBases(linking, sites, direct));
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
    const ids = functionIds(listed);
    const owner = (at: FunctionAt): FunctionAt => ownerOf(at, index, runs);
    const calls = new Calls(linking, sites, bounds, new Breakers(linking, sites, index));
    for (const call of gatewayCalls(schemasOf(linking.program), serving, linking.program)) calls.declare(call);
    const strictly = new Use(linking, sites, index, handlers, "strict");
    for (const stray of strayCalls({ linking, relevance, listed, flow, evaluation, use: strictly })) calls.add(stray);
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
    const relayed = relayedPublications(listed, flow, sites, linking.program, (holder) => functionId(owner(holder), ids));
    const use = new Use(linking, sites, index, handlers);
    const uses = tableUses(listed.flatMap((at) => flow.effectsOf(at).map((effect) => ({ service: at.file.service!, effect }))));
    return {
      code,
      names: servingNames(handlers, ids),
      publishing: publishingOf([...publications.filter(({ effect }) => !isSpokenFor(effect, relayed)), ...relayed.publications]),
      consuming: consumingOf(handlers.all, ids),
      variables: linking.variables.found,
      mentions: eventMentions([...publications, ...relayed.publications], sites, index, linking.program),
      deadLetters: deadLetterFacts(linking, sites, direct, index, { handlers, use }),
      requeues: requeuesOf(linking, sites, direct, index, { handlers, use }),
      storedEvents: storedEvents(linking, sites, index, use),
      libraries: libraryFacts(linking, sites, direct, evaluation, code.calls),
      references: databaseReferences({ linking, sites, direct, uses, use: strictly, index }),
    };
  }
}

function servingNames({ all }: Handlers, ids: ReadonlyMap<number, string>): ReadonlyMap<string, string> {
  return new Map(
    all.flatMap(({ function: at }) => {
      const id = at === null ? undefined : ids.get(functionKey(at));
      return at === null || id === undefined ? [] : [[functionName(at), id] as const];
    }),
  );
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
      // Of those that come by it the nearest says best where it is published.
      const known = variants.get(key);
      if (known === undefined || known.effect.via.length > effect.via.length)
        variants.set(key, { service, function: functionId(holder, ids), effect });
    }
  }
  return [...found.values()].flatMap((variants) => fullest([...variants.values()]));
}

/** A relay's own publish, where the rows that it carries say to which channels. */
function isSpokenFor({ origin, evaluated }: FlowEffect, { relays }: Relayed): boolean {
  return !evaluated.complete && relays.has(siteKey(origin.at, origin.at.index));
}

/** Of the ways to one publish those that say most of its name. */
function fullest(all: readonly Publication[]): readonly Publication[] {
  const complete = all.filter(({ effect }) => effect.evaluated.complete);
  if (complete.length > 0) return complete;
  // Where no way says the name of the channel, each may still bring a message that says what it is.
  const open = ({ effect }: Publication): number => effect.evaluated.channel?.split("${").length ?? Infinity;
  const least = Math.min(...all.map(open));
  return all.filter((one) => open(one) === least);
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
