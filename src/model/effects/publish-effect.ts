import type { Denotation } from "../code/denotation.js";
import type { PublishKnowledge } from "../libraries/library.js";
import { channelName, isVariable, keyed } from "./channel-names.js";
import { NOTHING, type Evaluated } from "./evaluated.js";
import { hasTwoWords, isGenericChannel, isNamedByCaller, ownName } from "./message-name.js";
import { valueAt, valuesAt, type LibraryCall } from "./values.js";

const MOST_CHANNELS = 8;

/** A message handed to a broker: its channel and what happened, as far as they are known. One for each channel that it may be. */
export function publishEffects(knowledge: PublishKnowledge, call: LibraryCall): readonly Evaluated[] {
  const found = new Map<string, Evaluated>();
  for (const [channel, event] of namings(knowledge, call)) {
    const effect = publishEffect(knowledge, call, channel, event);
    found.set(`${effect.channel ?? ""} ${effect.operation ?? ""}`, effect);
  }
  const effects = [...found.values()].slice(0, MOST_CHANNELS);
  const all = effects.filter(({ channel }) => channel !== null);
  const known = all.filter(({ channel }) => !isVariable(channel!));
  const named = known.length > 0 ? known : all;
  if (named.length <= 1) return named.length === 1 ? named : effects.slice(0, 1);
  return named.map((effect) => ({ ...effect, confidence: "medium" }));
}

/** Values of channel and event. Where one place of the call says both, they go together. */
function namings(knowledge: PublishKnowledge, call: LibraryCall): readonly (readonly [Denotation | null, Denotation | null])[] {
  const channels = orNone(valuesAt(knowledge.channel, call));
  if (knowledge.event === knowledge.channel) return channels.map((value) => [value, value]);
  const event = valueAt(knowledge.event, call);
  return channels.map((value) => [value, event]);
}

function orNone(values: readonly Denotation[]): readonly (Denotation | null)[] {
  return values.length === 0 ? [null] : values;
}

function publishEffect(
  knowledge: PublishKnowledge,
  call: LibraryCall,
  inChannel: Denotation | null,
  ofEvent: Denotation | null,
): Evaluated {
  // Where the event is read, the channel beside it would be too.
  const channel = inChannel === null && ofEvent !== null ? knowledge.usual : channelName(inChannel, call);
  const event = channelName(ofEvent, call);
  const name = (knowledge.keyed ? keyed(channel, event) : channel) || null;
  const payload = valueAt(knowledge.payload, call);
  return {
    ...NOTHING,
    kind: "publish",
    channel: name,
    transport: knowledge.transport,
    operation: (knowledge.named ? event : null) || toldBy(payload, event, channel, call) || null,
    mutating: true,
    confidence: name === null ? "medium" : "high",
    complete:
      name !== null &&
      (knowledge.event === "" || event !== null) &&
      !hasHole(inChannel) &&
      !hasHole(ofEvent) &&
      !(payload !== null && isNamedByCaller(payload, call.program)),
  };
}

/** The routing key or pattern, else what the message says it is, else its channel. */
function toldBy(payload: Denotation | null, event: string | null, channel: string | null, call: LibraryCall): string | null {
  if (event && event !== channel) return event;
  const own = payload === null ? null : ownName(payload, call.program);
  return own !== null && (hasTwoWords(own) || isGenericChannel(channel)) ? own : event || channel;
}

/** `${event.target}.${event.name}`: what a caller gives may say more. */
function hasHole(value: Denotation | null): boolean {
  return value?.kind === "text" && value.parts.some(({ kind }) => kind === "hole");
}
