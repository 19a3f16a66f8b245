import type { EntryPoint } from "../code.js";
import type { Denotation } from "../code/denotation.js";
import type { ConsumeKnowledge } from "../libraries/library.js";
import type { CallSites, DirectSite } from "./direct.js";
import { channelName, keyed } from "./channel-names.js";
import { functionsOf, type Handler } from "./handler.js";
import type { Linking } from "./linking.js";
import { placeOf, type FunctionAt } from "./sites.js";
import { valuesAt, type LibraryCall } from "./values.js";

interface Taken {
  readonly site: DirectSite;
  readonly knowledge: ConsumeKnowledge;
  readonly channels: readonly { readonly name: string; readonly event: string | null }[];
  readonly functions: readonly FunctionAt[];
}

/** Handlers of messages that a call registers: `channel.consume(queue, handle)`, `consumer.subscribe` with `consumer.run`. */
export function consumersOf(linking: Linking, sites: CallSites, direct: readonly DirectSite[]): readonly Handler[] {
  const taken = direct.flatMap((site): Taken[] => {
    const { knowledge } = site.known;
    if (knowledge.kind !== "consume" || site.at.file.service === null) return [];
    const call = sites.libraryCall(site.at, site.path, site.known, sites.scope(site.at));
    const functions = valuesAt(knowledge.handler, call).flatMap((value) => functionsOf(linking.program.calleesOf(value)));
    return [{ site, knowledge, channels: channelsOf(knowledge, call), functions }];
  });
  return taken.flatMap((one) => handlersOf(one, taken));
}

function handlersOf(one: Taken, all: readonly Taken[]): readonly Handler[] {
  const { at } = one.site;
  const service = at.file.service;
  if (service === null) return [];
  // Who subscribes here and runs there is one consumer when both stand in one function, or in methods of one class.
  const beside = all.filter((other) => other !== one && other.site.at.file === at.file && isBeside(other.site, one.site));
  const channels = one.channels.length > 0 ? one.channels : [];
  if (channels.length === 0) return [];
  const functions = one.functions.length > 0 ? one.functions : beside.filter((other) => other.channels.length === 0).flatMap((other) => other.functions);
  return channels.flatMap(({ name, event }): Handler[] => {
    const entry: EntryPoint = { kind: "consumer", operation: name, place: placeOf(at) };
    const base = { service, entry, method: "", path: "", channel: name, event, transport: one.knowledge.transport };
    return functions.length === 0 ? [{ ...base, function: null }] : functions.map((fn) => ({ ...base, function: fn }));
  });
}

function isBeside(a: DirectSite, b: DirectSite): boolean {
  return a.at.summary === b.at.summary || (a.at.summary.class !== null && a.at.summary.class === b.at.summary.class) || a.at.summary.parent === b.at.summary.parent;
}

function channelsOf(knowledge: ConsumeKnowledge, call: LibraryCall): readonly { readonly name: string; readonly event: string | null }[] {
  const values = valuesAt(knowledge.channel, call).flatMap((value) => listed(value, call));
  const events = valuesAt(knowledge.event, call).map((value) => channelName(value, call));
  return values.flatMap((value) => {
    const name = channelName(value, call);
    if (name === null) return [];
    if (!knowledge.keyed || events.length === 0) return [{ name, event: null }];
    return events.flatMap((event) => {
      const whole = keyed(name, event);
      return whole === null ? [] : [{ name: whole, event }];
    });
  });
}

function listed(value: Denotation, call: LibraryCall): readonly Denotation[] {
  return value.kind === "array" ? value.items.map((item) => call.program.denote(item, value.scope)) : [value];
}
