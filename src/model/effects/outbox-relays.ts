import type { Block, Comparison } from "../../facts/source.js";
import type { Denotation, Program } from "../code/denotation.js";
import type { PublishKnowledge } from "../libraries/library.js";
import { readable } from "./address.js";
import { holderOf } from "./calls.js";
import { channelName, keyed } from "./channel-names.js";
import type { Publication } from "./channels.js";
import type { CallSites } from "./direct.js";
import type { Flow, FlowEffect } from "./flow.js";
import { calleeName, functionKey, siteKey, type FunctionAt, type SiteAt } from "./sites.js";
import { literalOf, valueAt, type LibraryCall } from "./values.js";

/** A publish whose channel is a column of the outbox rows that its function reads. */
interface Relay {
  /** Of the publish. */
  readonly site: number;
  readonly transport: string;
  /** `${topic}`: columns stand where holes are. */
  readonly channel: string;
  /** What the way to the publish asks of columns: `case Destination.Kafka`, `row.topic.startsWith("order-")`. */
  readonly conditions: readonly Condition[];
}

interface Condition {
  readonly column: string;
  readonly text: string;
  /** The column may go on behind the text. */
  readonly begins: boolean;
}

/** What outboxes publish: by the services that write rows, and the relays that have their channels from rows. */
export interface Relayed {
  readonly publications: readonly Publication[];
  /** Numbers of the relays' publishes that the rows speak for. */
  readonly relays: ReadonlySet<number>;
}

const EVENT_COLUMNS = ["eventType", "event_type", "eventName", "event_name", "type", "name"];

/**
 * Follows messages through outbox tables: a relay publishes each row to the channel that a column names, and the row is
 * written elsewhere with the name. Who writes the row publishes; the relay only carries.
 */
export function relayedPublications(
  listed: readonly FunctionAt[],
  flow: Flow,
  sites: CallSites,
  program: Program,
  nameOf: (holder: FunctionAt) => string,
): Relayed {
  const relays = relaysByService(listed, flow, sites, program);
  const publications = new Map<string, Publication>();
  const spoken = new Set<number>();
  for (const at of listed) {
    const service = at.file.service!;
    const own = relays.get(service) ?? [];
    if (own.length === 0) continue;
    for (const effect of flow.effectsOf(at)) {
      const { row, kind } = effect.evaluated;
      if (kind !== "outbox-add" || row === null || row.size === 0) continue;
      for (const relay of own) {
        const channel = channelOf(relay, row);
        if (channel === null) continue;
        spoken.add(relay.site);
        const operation = EVENT_COLUMNS.map((column) => row.get(column)).find((text) => text !== undefined) ?? channel;
        const key = JSON.stringify([
          service,
          siteKey(effect.origin.at, effect.origin.at.index),
          channel,
          operation,
          functionKey(holderOf(effect)),
        ]);
        if (publications.has(key)) continue;
        const evaluated = { ...effect.evaluated, channel, transport: relay.transport, operation };
        publications.set(key, { service, function: nameOf(holderOf(effect)), effect: { ...effect, evaluated } });
      }
    }
  }
  return { publications: [...publications.values()], relays: spoken };
}

function channelOf({ channel, conditions }: Relay, row: ReadonlyMap<string, string>): string | null {
  for (const { column, text: wanted, begins } of conditions) {
    const text = row.get(column);
    if (text !== undefined && (begins ? !text.startsWith(wanted) : text !== wanted)) return null;
  }
  let whole = true;
  const filled = channel.replace(/\$\{([^}]*)\}/g, (_, column: string) => {
    const text = row.get(column);
    whole &&= text !== undefined;
    return text ?? "";
  });
  return whole ? filled : null;
}

function relaysByService(
  listed: readonly FunctionAt[],
  flow: Flow,
  sites: CallSites,
  program: Program,
): ReadonlyMap<string, readonly Relay[]> {
  const found = new Map<string, Map<string, Relay>>();
  for (const at of listed) {
    const effects = flow.effectsOf(at);
    if (!effects.some(touchesOutbox)) continue;
    for (const effect of effects) {
      const relay = relayOf(effect, at, sites, program);
      if (relay === null) continue;
      const service = at.file.service!;
      const relays = found.get(service) ?? new Map<string, Relay>();
      found.set(service, relays);
      const key = `${relay.site} ${relay.channel}`;
      if (!relays.has(key)) relays.set(key, relay);
    }
  }
  return new Map([...found].map(([service, relays]) => [service, [...relays.values()]]));
}

function touchesOutbox({ evaluated: { kind, operation } }: FlowEffect): boolean {
  return kind === "outbox-add" || (kind === "db-read" && /outbox/i.test(operation ?? ""));
}

function relayOf(effect: FlowEffect, at: FunctionAt, sites: CallSites, program: Program): Relay | null {
  const { knowledge } = effect.origin.known;
  if (knowledge.kind !== "publish" || effect.evaluated.complete) return null;
  const call = sites.libraryCall(effect.origin.at, effect.origin.path, effect.origin.known, effect.scope);
  const channel = template(knowledge, call);
  if (channel === null || !channel.includes("${")) return null;
  return {
    site: siteKey(effect.origin.at, effect.origin.at.index),
    transport: knowledge.transport,
    channel,
    conditions: conditionsOf(
      [...effect.via, effect.origin.at].filter((site) => site.file.service === at.file.service),
      sites,
      program,
    ),
  };
}

function template(knowledge: PublishKnowledge, call: LibraryCall): string | null {
  const channel = withColumns(valueAt(knowledge.channel, call), call);
  return knowledge.keyed ? keyed(channel, withColumns(valueAt(knowledge.event, call), call)) : channel;
}

/** A name in which columns stand for what is not known: `event.topic` is `${topic}`. */
function withColumns(value: Denotation | null, call: LibraryCall): string | null {
  if (value?.kind === "unknown") return value.text === "" ? null : `\${${value.text.slice(value.text.lastIndexOf(".") + 1)}}`;
  if (value?.kind === "text") return readable(value.parts);
  const column = value?.kind === "library" ? /#(\w+)$/.exec(value.path.path)?.[1] : undefined;
  // A field of a document whose class only the library knows.
  if (column !== undefined) return `\${${column}}`;
  return channelName(value, call);
}

/** What columns are compared with right around the sites: the labels of `case` and the conditions of `if`. */
function conditionsOf(way: readonly SiteAt[], sites: CallSites, program: Program): readonly Condition[] {
  const conditions: Condition[] = [];
  for (const site of way) {
    const { blocks } = site.summary;
    for (let index: number | null = site.site.block, guard = 0; index !== null && guard < 64; guard += 1) {
      const block: Block | undefined = blocks[index];
      if (block === undefined) break;
      for (const { subject, operator, constant } of askedAt(block, site)) {
        const column = calleeName(subject);
        const text = constant.kind === "text" ? constant.value : literalOf(program.denote(constant, sites.scope(site)));
        if (column !== "" && text !== null) conditions.push({ column, text, begins: operator === "starts" });
      }
      index = block.parent;
    }
  }
  return conditions;
}

/** The equations that a block stands under. */
function askedAt({ kind, lines }: Block, { summary }: SiteAt): readonly Comparison[] {
  if (kind !== "case" && kind !== "if") return [];
  // A condition ends on the line where its block begins, or on the one above.
  const first = kind === "case" ? lines.startLine : lines.startLine - 1;
  return summary.comparisons.filter(
    ({ operator, line }) => (operator === "===" || operator === "starts") && line >= first && line <= lines.startLine,
  );
}
