import type { Denotation, Program } from "../code/denotation.js";
import type { Evidence } from "../evidence.js";
import type { EventField } from "../event-field.js";
import type { Channel, EventShape, EventType, EventVersion } from "../model.js";
import { VERSION_FIELD, VERSION_PARTS } from "../version-field.js";
import { compare } from "./calls.js";
import type { Publication } from "./channels.js";
import type { CallSites } from "./direct.js";
import { hasTwoWords, isGenericChannel, literalField, ownName } from "./message-name.js";
import { payloadOf } from "./outbox-row.js";
import { insertedRows } from "./row-change.js";
import { isRegistered, shapesOf, type Shape } from "./shape.js";
import { placeOf, type SiteIndex } from "./sites.js";
import { valuesAt } from "./values.js";

const SUFFIX = /[._:/-]?v(\d+)$/i;

/** One message that is published: what it is called, and what it holds. */
export interface EventMention {
  readonly name: string;
  readonly channel: string | null;
  readonly service: string;
  /** Name of its declared type. */
  readonly type: string | null;
  readonly version: string | null;
  readonly fields: readonly EventField[];
  readonly open: readonly string[];
  readonly evidence: readonly Evidence[];
}

/** `index`: where rows of an outbox are made. */
export function eventMentions(
  publications: readonly Publication[],
  sites: CallSites,
  index: SiteIndex,
  program: Program,
): readonly EventMention[] {
  return publications.flatMap((publication) =>
    payloadsOf(publication, sites, index).flatMap((payload) => {
      const shapes = payload === null ? [null] : shapesOf(payload, placeOf(publication.effect.origin.at), program);
      return shapes.flatMap((shape) => mentionOf(publication, payload, shape, program) ?? []);
    }),
  );
}

interface Draft {
  readonly name: string;
  readonly channels: Set<string>;
  readonly publishers: Set<string>;
  readonly types: Set<string>;
  readonly versions: Map<string, DraftVersion>;
}

interface DraftVersion {
  readonly version: string | null;
  readonly shapes: EventShape[];
  readonly evidence: Evidence[];
}

/** Types of published messages, each with the versions that are published, sorted by name. */
export function eventsOf(mentions: readonly EventMention[], channels: readonly Channel[]): readonly EventType[] {
  const drafts = new Map<string, Draft>();
  for (const mention of mentions) addTo(drafts, mention);
  const consumers = new Map(channels.map((channel) => [channel.name, channel.consumers.map(({ service }) => service)]));
  return [...drafts.values()]
    .map((draft): EventType => {
      const taken = [...draft.channels].flatMap((channel) => consumers.get(channel) ?? []);
      return {
        name: draft.name,
        channels: [...draft.channels].sort(),
        publishers: [...draft.publishers].sort(),
        consumers: [...new Set(taken)].sort(),
        types: [...draft.types].sort(),
        contracts: [],
        versions: [...draft.versions.values()].sort((a, b) => compare(a.version ?? "", b.version ?? "")).map(finished),
      };
    })
    .sort((a, b) => compare(a.name, b.name));
}

function addTo(drafts: Map<string, Draft>, { name, channel, service, type, version, fields, open, evidence }: EventMention): void {
  const draft = drafts.get(name) ?? {
    name,
    channels: new Set<string>(),
    publishers: new Set<string>(),
    types: new Set<string>(),
    versions: new Map<string, DraftVersion>(),
  };
  drafts.set(name, draft);
  if (channel !== null) draft.channels.add(channel);
  draft.publishers.add(service);
  if (type !== null) draft.types.add(type);
  const known = draft.versions.get(version ?? "") ?? { version, shapes: [], evidence: [] };
  draft.versions.set(version ?? "", known);
  known.evidence.push(...evidence);
  if (fields.length > 0) known.shapes.push({ fields: [...fields].sort((a, b) => compare(a.path, b.path)), open, evidence });
}

function payloadsOf({ effect }: Publication, sites: CallSites, index: SiteIndex): readonly (Denotation | null)[] {
  const { knowledge } = effect.origin.known;
  if (knowledge.kind === "database") {
    const call = sites.libraryCall(effect.origin.at, effect.origin.path, effect.origin.known, effect.scope);
    return [payloadOf(insertedRows(knowledge, call, index.chainOf(effect.origin.at)), effect.evaluated.row ?? new Map())];
  }
  if (knowledge.kind !== "publish" || knowledge.payload === "") return [null];
  const call = sites.libraryCall(effect.origin.at, effect.origin.path, effect.origin.known, effect.scope);
  const values = valuesAt(knowledge.payload, call).flatMap((value) => (value.kind === "choice" ? value.options : [value]));
  return values.length === 0 ? [null] : values.slice(0, 8);
}

function mentionOf(
  { service, effect }: Publication,
  payload: Denotation | null,
  shape: Shape | null,
  program: Program,
): EventMention | null {
  const { channel, operation } = effect.evaluated;
  const { knowledge } = effect.origin.known;
  // A row of an outbox says that an order was `created`: on a topic of its own the topic says more.
  const isVague = knowledge.kind === "database" && !hasTwoWords(operation ?? "") && !isGenericChannel(channel);
  const isNamed = knowledge.kind === "publish" && knowledge.named && operation !== null && !operation.includes("${");
  const said = isNamed ? operation : eventName(payload, shape, isVague ? null : operation, channel, program);
  if (said === null) return null;
  // In a wrapper one line publishes many events: whoever uses it says which.
  const evidence = [...effect.via.slice(0, 1), effect.origin.at].map((at): Evidence => ({
    ...placeOf(at),
    kind: "code",
    note: `publishes ${said}`,
  }));
  const type = shape?.name ?? null;
  if (shape?.place !== undefined && shape.place !== null)
    evidence.push({ ...shape.place, kind: "code", note: `${type ?? said} is declared here` });
  return {
    name: said.replace(SUFFIX, ""),
    channel,
    service,
    type,
    version: versionOf(said, channel, shape, payload, program),
    fields: shape?.fields ?? [],
    open: shape?.open ?? [""],
    evidence,
  };
}

function finished({ version, shapes, evidence }: DraftVersion): EventVersion {
  const distinct = new Map(evidence.map((each) => [JSON.stringify(each), each]));
  return {
    version,
    shapes: shapes.sort((a, b) => b.fields.length - a.fields.length).slice(0, MOST_SHAPES),
    evidence: [...distinct.values()],
  };
}

/** What a hundred lines publish through one helper is not compared a hundred times. */
const MOST_SHAPES = 16;

/** What the message itself says it is, else its routing key or pattern, else its class, else its channel. */
function eventName(
  payload: Denotation | null,
  shape: Shape | null,
  operation: string | null,
  channel: string | null,
  program: Program,
): string | null {
  const own = payload === null ? null : ownName(payload, program);
  const keyed = operation !== null && operation !== channel && !operation.includes("${") ? operation : null;
  const isNamed = keyed !== null || !isGenericChannel(channel);
  if (own !== null && (hasTwoWords(own) || !isNamed)) return own;
  return keyed ?? (isGenericChannel(channel) ? shape?.name : null) ?? channel ?? shape?.name ?? null;
}

function versionOf(said: string, channel: string | null, shape: Shape | null, payload: Denotation | null, program: Program): string | null {
  const field = shape?.fields.find(({ path }) => VERSION_FIELD.test(path.split(".").at(-1) ?? ""));
  if (field !== undefined) {
    const text = payload === null ? null : literalField(payload, [field.path], program);
    return text ?? (/^["\d]/.test(field.type) ? field.type.replace(/"/g, "") : "stated");
  }
  const named = [said, shape?.name ?? "", channel ?? ""]
    .map((name) => /(?:[._:/-]|[a-z])v(\d+)(?=$|[._:/-]|Event)/i.exec(name)?.[1] ?? VERSION_PARTS.exec(name)?.[2])
    .find((found) => found !== undefined);
  if (named !== undefined) return named;
  return payload !== null && isRegistered(payload) ? "registry" : null;
}
