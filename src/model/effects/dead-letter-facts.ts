import type { SourceFile } from "../code/denotation.js";
import type { DeadLetterTarget } from "../dead-letters.js";
import type { Evidence, Place } from "../evidence.js";
import type { CallSites, DirectSite } from "./direct.js";
import type { Handlers } from "./handlers.js";
import type { Linking } from "./linking.js";
import { outboxLetters } from "./outbox-letters.js";
import { deadLetterings, expressionsOf, textOf, type QueueArguments } from "./queue-arguments.js";
import { calleeName, eachPart, placeOf, type SiteAt, type SiteIndex } from "./sites.js";
import type { Use } from "./use.js";

/** What one part of the code says of dead letters. */
export interface DeadLetterFacts {
  readonly bindings: readonly Binding[];
  readonly letterings: readonly DeadLettering[];
  /** Rows of outboxes that were given up on. */
  readonly rows: readonly DeadLetterTarget[];
  /** Channels that it takes messages from, by name. */
  readonly taken: readonly (readonly [channel: string, evidence: Evidence])[];
}

/** A queue that hands on what fails in it, and the service whose code says so. */
export type DeadLettering = Omit<QueueArguments, "at"> & { readonly service: string | null };

export function deadLetterFacts(
  linking: Linking,
  sites: CallSites,
  direct: readonly DirectSite[],
  index: SiteIndex,
  { handlers, use }: { readonly handlers: Handlers; readonly use: Use },
): DeadLetterFacts {
  const bindings = bindingsOf(linking, sites, index, use);
  return {
    bindings,
    letterings: deadLetterings(linking, sites, index)
      .filter(({ at }) => use.of(at))
      .map(({ at, ...one }) => ({ ...one, service: at.file.service })),
    rows: outboxLetters(linking, sites, direct, index, use),
    taken: [...new Map([...registered(handlers, direct, bindings, use), ...takenOf(linking, sites, index, use)])],
  };
}

/** A queue that gets what an exchange is given. */
export interface Binding {
  readonly exchange: string;
  readonly key: string | null;
  /** `null` where the name could not be followed. */
  readonly queue: string | null;
  /** The queue is taken from where it is bound. */
  readonly takenHere: Evidence | null;
  readonly evidence: Evidence;
  readonly service: string | null;
}

function bindingsOf(linking: Linking, sites: CallSites, index: SiteIndex, use: Use): readonly Binding[] {
  return index.named("bindQueue").flatMap((at): Binding[] => {
    const [queue, exchange, key] = at.site.args;
    if (calleeName(at.site.callee) !== "bindQueue" || queue === undefined || exchange === undefined || !use.of(at)) return [];
    const scope = sites.scope(at);
    const from = textOf(linking.program.denote(exchange, scope), at, linking);
    if (from === null) return [];
    const name = textOf(linking.program.denote(queue, scope), at, linking);
    const consumed = at.summary.calls.findIndex(
      (site) => calleeName(site.callee) === "consume" && JSON.stringify(site.args[0]) === JSON.stringify(queue),
    );
    const takenHere = consumed < 0 ? null : takes({ ...at, index: consumed, site: at.summary.calls[consumed]! }, name ?? from);
    const evidence: Evidence = { ...placeOf(at), kind: "code", note: `binds ${name ?? "a queue"} to ${from}` };
    return [
      {
        exchange: from,
        key: key === undefined ? null : textOf(linking.program.denote(key, scope), at, linking),
        queue: name,
        takenHere,
        evidence,
        service: at.file.service,
      },
    ];
  });
}

/** Channels of handlers that are registered by code in use. */
function registered(
  handlers: Handlers,
  direct: readonly DirectSite[],
  bindings: readonly Binding[],
  use: Use,
): ReadonlyMap<string, Evidence> {
  const lineOf = ({ path, startLine }: Place): string => `${path}:${startLine}`;
  const bound = new Set(bindings.map(({ evidence }) => lineOf(evidence)));
  const registering = new Map(
    direct.filter(({ known }) => known.knowledge.kind === "consume").map(({ at }) => [lineOf(placeOf(at)), at] as const),
  );
  const found = new Map<string, Evidence>();
  for (const { channel, entry, function: fn, isDeclared } of handlers.all) {
    if (entry.kind !== "consumer" || channel === null || bound.has(lineOf(entry.place))) continue;
    const by = registering.get(lineOf(entry.place)) ?? fn;
    const kind = isDeclared === true ? "deployment" : "code";
    if (by === null || use.of(by)) found.set(channel, { ...entry.place, kind, note: `takes messages from ${channel}` });
  }
  return found;
}

/** Queues that code in use takes messages from by whatever client, and those that options name. */
function takenOf(linking: Linking, sites: CallSites, index: SiteIndex, use: Use): ReadonlyMap<string, Evidence> {
  const found = new Map<string, Evidence>();
  for (const name of ["consume", "get"]) {
    // Everything has a `get`: only those of the brokers' clients are looked at.
    for (const at of index.named(name, name === "get" ? isBrokerFile : undefined)) {
      const [queue] = at.site.args;
      if (calleeName(at.site.callee) !== name || queue === undefined || !use.of(at)) continue;
      const text = textOf(linking.program.denote(queue, sites.scope(at)), at, linking);
      if (text !== null && !found.has(text)) found.set(text, takes(at, text));
    }
  }
  for (const file of linking.program.files) {
    if (!file.fact.imports.some(({ module }) => module === "@nestjs/microservices" || module.startsWith("@golevelup/"))) continue;
    for (const { expr, scope, at, callee } of expressionsOf(file, sites)) {
      if (!/^(createMicroservice|connectMicroservice|RabbitSubscribe|RabbitRPC|createSubscriber)$/.test(callee) || !use.of(at)) continue;
      eachPart(expr, (part) => {
        const queue = part.kind === "object" ? part.entries.find(({ key }) => key === "queue") : undefined;
        const text = queue === undefined ? null : textOf(linking.program.denote(queue.value, scope), at, linking);
        if (text !== null)
          found.set(text, {
            path: file.path,
            startLine: queue!.line,
            endLine: queue!.line,
            kind: "code",
            note: `takes messages from ${text}`,
          });
        return true;
      });
    }
  }
  return found;
}

function isBrokerFile({ fact }: SourceFile): boolean {
  return fact.imports.some(({ module }) => /^(amqplib|amqp-connection-manager)/.test(module));
}

function takes(at: SiteAt, name: string): Evidence {
  return { ...placeOf(at), kind: "code", note: `takes messages from ${name}` };
}
