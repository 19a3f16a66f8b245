import { SUBQUEUE } from "../../facts/deployment.js";
import type { EntryPoint } from "../code.js";
import type { Denotation } from "../code/denotation.js";
import type { ConsumeKnowledge } from "../libraries/library.js";
import type { CallSites, DirectSite } from "./direct.js";
import { channelName, keyed } from "./channel-names.js";
import { functionsOf, type Handler } from "./handler.js";
import type { Reading } from "./linking.js";
import { placeOf, type FunctionAt, type SiteIndex } from "./sites.js";
import { literalOf, valuesAt, type LibraryCall } from "./values.js";

interface Taken {
  readonly site: DirectSite;
  readonly knowledge: ConsumeKnowledge;
  readonly channels: Consumed["channels"];
  readonly functions: readonly FunctionAt[];
}

/** The channels that a call takes messages from. */
export interface Consumed {
  readonly channels: readonly { readonly name: string; readonly event: string | null }[];
  /** Another caller's arguments could say no more. */
  readonly complete: boolean;
}

/** What a call takes messages from, as if nothing were known of its function's caller. */
export function consumedHere(site: DirectSite, sites: CallSites): Consumed {
  const { knowledge } = site.known;
  if (knowledge.kind !== "consume" || knowledge.channel === "") return { channels: [], complete: true };
  return consumedBy(knowledge, sites.libraryCall(site.at, site.path, site.known, sites.scope(site.at)));
}

/** Handlers of messages that a call registers: `channel.consume(queue, handle)`, `consumer.subscribe` with `consumer.run`. */
export function consumersOf(reading: Reading, sites: CallSites, direct: readonly DirectSite[], index: SiteIndex): readonly Handler[] {
  const taken = direct.flatMap((site): Taken[] => {
    const { knowledge } = site.known;
    if (knowledge.kind !== "consume" || site.at.file.service === null) return [];
    const call = sites.libraryCall(site.at, site.path, site.known, sites.scope(site.at));
    const functions = valuesAt(knowledge.handler, call).flatMap((value) => functionsOf(reading.program.calleesOf(value)));
    const { channels, complete } = declaredNames(consumedBy(knowledge, call), knowledge.transport, site.at.file.service, reading);
    return complete || isCalled(site, sites, index) ? [{ site, knowledge, channels, functions }] : [];
  });
  return taken.flatMap((one) => handlersOf(one, taken));
}

/** What a variable holds goes by the name of the resource. */
function declaredNames({ channels, complete }: Consumed, transport: string, service: string, { cloud }: Reading): Consumed {
  return { channels: channels.map((one) => ({ ...one, name: cloud.named(service, one.name, transport) })), complete };
}

/** Whether anybody may call the function, which has the queue from its caller. */
function isCalled({ at }: DirectSite, sites: CallSites, index: SiteIndex): boolean {
  const { name, parameters } = at.summary;
  if (parameters.length === 0) return true;
  return index.named(name.slice(name.lastIndexOf(".") + 1)).some((site) => {
    const { functions, callbacks, library } = sites.callees(site);
    return functions.length + callbacks.length === 0
      ? library === null
      : [...functions, ...callbacks].some(({ function: fn }) => fn.file === at.file && fn.summary === at.summary);
  });
}

function handlersOf(one: Taken, all: readonly Taken[]): readonly Handler[] {
  const { at } = one.site;
  const service = at.file.service;
  if (service === null) return [];
  // Who subscribes here and runs there is one consumer when both stand in one function, or in methods of one class.
  const beside = all.filter((other) => other !== one && other.site.at.file === at.file && isBeside(other.site, one.site));
  const channels = one.channels.length > 0 ? one.channels : [];
  if (channels.length === 0) return [];
  const functions =
    one.functions.length > 0 ? one.functions : beside.filter((other) => other.channels.length === 0).flatMap((other) => other.functions);
  return channels.flatMap(({ name, event }): Handler[] => {
    const entry: EntryPoint = { kind: "consumer", operation: name, place: placeOf(at) };
    const base = { service, entry, method: "", path: "", channel: name, event, transport: one.knowledge.transport };
    return functions.length === 0 ? [{ ...base, function: null }] : functions.map((fn) => ({ ...base, function: fn }));
  });
}

function isBeside(a: DirectSite, b: DirectSite): boolean {
  return (
    a.at.summary === b.at.summary ||
    (a.at.summary.class !== null && a.at.summary.class === b.at.summary.class) ||
    a.at.summary.parent === b.at.summary.parent
  );
}

/** The channels that the arguments of a call name. A queue without a name gets one from the broker: its bindings say what is taken. */
export function consumedBy(knowledge: ConsumeKnowledge, call: LibraryCall): Consumed {
  if (knowledge.channel === "") return { channels: [], complete: true };
  const given = valuesAt(knowledge.channel, call);
  const values = given.flatMap((value) => listed(value, call));
  const events = valuesAt(knowledge.event, call).map((value) => channelName(value, call));
  const names = values.map((value) => insideOf(channelName(value, call), knowledge, call));
  const channels = names.flatMap((name) => {
    if (name === null || (name === "" && !knowledge.keyed)) return [];
    if (!knowledge.keyed || events.length === 0) return [{ name, event: null }];
    return events.flatMap((event) => {
      const whole = keyed(name, event);
      return whole === null ? [] : [{ name: whole, event }];
    });
  });
  // One of several values, by which subclass it is: a caller knows.
  const isSole = given.length === 1 || knowledge.channel.includes("[]");
  return { channels, complete: isSole && names.length > 0 && [...names, ...events].every((name) => name !== null) };
}

/** The queue of dead letters inside a queue or subscription of Service Bus, where a receiver asks for that. */
function insideOf(name: string | null, knowledge: ConsumeKnowledge, call: LibraryCall): string | null {
  const isAsked = valuesAt(knowledge.subqueue, call).some((value) => literalOf(value) === "deadLetter");
  if (name === null || !isAsked) return name;
  const subscription = valuesAt(knowledge.subscription, call).flatMap((value) => literalOf(value) ?? []);
  return `${subscription[0] ?? name}${SUBQUEUE}`;
}

function listed(value: Denotation, call: LibraryCall): readonly Denotation[] {
  return value.kind === "array" ? value.items.map((item) => call.program.denote(item, value.scope)) : [value];
}
