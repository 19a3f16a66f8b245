import type { Channel, ChannelUse } from "../model.js";
import type { Evidence } from "../evidence.js";
import { compare, confidenceOf } from "./calls.js";
import { isPattern, takesIn } from "./channel-names.js";
import type { FlowEffect } from "./flow.js";
import type { Handler } from "./handler.js";
import { functionKey, placeOf } from "./sites.js";

/** A message that a function of a service hands to a broker. */
export interface Publication {
  readonly service: string;
  /** Id of the function. */
  readonly function: string;
  readonly effect: FlowEffect;
}

/** That a service puts messages into a channel, or takes them out. */
export interface NamedUse {
  readonly channel: string;
  readonly transport: string;
  readonly use: ChannelUse;
  /** A handler of requests by that name: it takes messages where somebody sends some and waits for no answer. */
  readonly answers?: true;
}

interface DraftChannel {
  readonly name: string;
  readonly transport: string;
  readonly publishers: ChannelUse[];
  readonly consumers: ChannelUse[];
}

export function publishingOf(publications: readonly Publication[]): readonly NamedUse[] {
  return publications.flatMap(({ service, function: fn, effect }): NamedUse[] => {
    const { channel, transport, operation } = effect.evaluated;
    if (channel === null) return [];
    const use = { service, function: fn, event: operation, confidence: confidenceOf(effect), evidence: evidenceOf(effect) };
    return [{ channel, transport: transport ?? "", use }];
  });
}

export function consumingOf(handlers: readonly Handler[], ids: ReadonlyMap<number, string>): readonly NamedUse[] {
  return handlers.flatMap(({ service, function: at, channel, event, transport, entry, isDeclared }): NamedUse[] => {
    if ((entry.kind !== "consumer" && entry.kind !== "rpc") || channel === null) return [];
    const use: ChannelUse = {
      service,
      function: at === null ? null : (ids.get(functionKey(at)) ?? null),
      event,
      confidence: "high",
      evidence: [{ ...entry.place, kind: isDeclared === true ? "deployment" : "code", note: `takes messages from ${channel}` }],
    };
    return [entry.kind === "rpc" ? { channel, transport, use, answers: true } : { channel, transport, use }];
  });
}

/** Channels with who puts messages in and who takes them out, sorted by name. */
export function channelsOf(publishing: readonly NamedUse[], consuming: readonly NamedUse[]): readonly Channel[] {
  const channels = new Map<string, DraftChannel>();
  const of = (name: string, transport: string): DraftChannel => {
    const known = channels.get(name) ?? { name, transport, publishers: [], consumers: [] };
    channels.set(name, known);
    return known;
  };
  for (const { channel, transport, use } of publishing) of(channel, transport).publishers.push(use);
  for (const { channel, transport, use, answers } of consuming) {
    if (answers === true) channels.get(channel)?.consumers.push(use);
    else for (const name of isPattern(channel) ? matching(channel, channels) : [channel]) of(name, transport).consumers.push(use);
  }
  return [...channels.values()]
    .sort((a, b) => compare(a.name, b.name))
    .map((channel) => ({ ...channel, publishers: distinct(channel.publishers), consumers: distinct(channel.consumers) }));
}

function evidenceOf(effect: FlowEffect): readonly Evidence[] {
  const note = `publishes ${effect.evaluated.operation ?? "a message"}`;
  return [
    { ...placeOf(effect.origin.at), kind: "code", note },
    ...effect.via.map((site): Evidence => ({ ...placeOf(site), kind: "code", note: "on the way to the publish" })),
  ];
}

function distinct(uses: readonly ChannelUse[]): readonly ChannelUse[] {
  const key = (use: ChannelUse): string => JSON.stringify([use.service, use.function, use.event, use.evidence[0]]);
  return [...new Map(uses.map((use) => [key(use), use])).values()].sort((a, b) => compare(key(a), key(b)));
}

/** Published channels that a binding key or subject with wildcards takes in; itself where there are none. */
function matching(pattern: string, channels: ReadonlyMap<string, DraftChannel>): readonly string[] {
  const found = [...channels.values()]
    .filter((channel) => channel.publishers.length > 0 && takesIn(pattern, channel.name))
    .map(({ name }) => name);
  return found.length > 0 ? found : [pattern];
}
