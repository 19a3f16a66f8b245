import type { FactCoverage } from "../../facts/facts.js";
import type { CloudChannels } from "../cloud-channels.js";
import type { ServiceCall, SystemCode } from "../code.js";
import type { Evidence } from "../evidence.js";
import { byText } from "../paths.js";
import type { CodeLinks } from "../substrate.js";
import { compare, comparePlaces } from "./calls.js";
import { channelsOf, type NamedUse } from "./channels.js";
import { codeDeadLetters } from "./dead-letters.js";
import { eventsOf } from "./events.js";
import type { PartLinks } from "./part-linker.js";
import { mergedReferences } from "./references.js";
import { sharedLibraries, withMigrations } from "./shared-libraries.js";

/** The code of the system, of its parts: numbers its calls, and brings together who shares channels, events and dead letters. */
export function joinParts(
  parts: readonly PartLinks[],
  declared: readonly NamedUse[],
  cloud: CloudChannels,
  excluded: FactCoverage["excluded"],
): CodeLinks {
  const code = joinCode(parts);
  const named = namedAlike(parts);
  const channels = channelsOf(
    parts.flatMap(({ publishing }) => publishing.map(named)),
    withHandedOn([...parts.flatMap(({ consuming }) => consuming.map(named)), ...declared], cloud),
  );
  return {
    code,
    channels,
    events: eventsOf(
      parts.flatMap(({ mentions }) => mentions),
      channels,
    ),
    deadLetters: codeDeadLetters(
      parts.map(({ deadLetters }) => deadLetters),
      channels,
    ),
    requeues: parts.flatMap(({ requeues }) => requeues).toSorted((one, other) => comparePlaces(one.evidence, other.evidence)),
    storedEvents: parts
      .flatMap(({ storedEvents }) => storedEvents)
      .toSorted((one, other) => byText(one.service, other.service) || byText(one.name, other.name)),
    sharedLibraries: withMigrations(sharedLibraries(parts.map(({ libraries }) => libraries)), excluded),
    references: mergedReferences(parts.flatMap(({ references }) => references)),
    unresolved: new Set(code.calls.filter(({ to }) => to.kind === "unresolved").map(({ place }) => `${place.path}:${place.startLine}`))
      .size,
  };
}

/** A variable that one service has no value for stands for what it stands for in the others, where these agree. */
function namedAlike(parts: readonly PartLinks[]): (use: NamedUse) => NamedUse {
  const names = new Map<string, Set<string>>();
  for (const [variable, found] of parts.flatMap(({ variables }) => [...variables]))
    for (const name of found) names.set(variable, (names.get(variable) ?? new Set()).add(name));
  return (one) => ({
    ...one,
    channel: one.channel.replace(/\$\{(\w+)\}/g, (open, variable: string) => {
      const [name, ...others] = names.get(variable) ?? [];
      return name === undefined || others.length > 0 ? open : name;
    }),
  });
}

/** Who takes from a queue takes what its topics are given. */
function withHandedOn(uses: readonly NamedUse[], cloud: CloudChannels): readonly NamedUse[] {
  return uses.flatMap((one) => [
    one,
    ...cloud.before(one.channel).map(({ name, event, transport, place }): NamedUse => {
      const evidence: Evidence = { ...place, kind: "deployment", note: `hands what comes to ${name} to ${one.channel}` };
      return { ...one, channel: name, transport, use: { ...one.use, event, evidence: [...one.use.evidence, evidence] } };
    }),
  ]);
}

/** Numbers the calls of all parts through, and puts their functions in order. */
export function joinCode(parts: readonly PartLinks[]): SystemCode {
  const names = new Map(parts.flatMap((part) => [...part.names]));
  const numbers = parts.map((): number[] => []);
  const calls = parts
    .flatMap(({ code }, part) => code.calls.map((call) => ({ part, call })))
    .sort((a, b) => compare(a.call.from, b.call.from) || comparePlaces(a.call.place, b.call.place))
    .map(({ part, call }, id): ServiceCall => {
      numbers[part]![call.id] = id;
      return { ...call, id, handler: call.handler === null ? null : (names.get(call.handler) ?? null) };
    });
  const functions = parts.flatMap(({ code }, part) =>
    code.functions.map((one) => ({
      ...one,
      effects: one.effects.map((effect) => (effect.call === null ? effect : { ...effect, call: numbers[part]![effect.call]! })),
    })),
  );
  return { functions: functions.sort((a, b) => compare(a.id, b.id)), calls };
}
