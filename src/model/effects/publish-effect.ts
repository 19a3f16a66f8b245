import type { PublishKnowledge } from "../libraries/library.js";
import { channelName, keyed } from "./channel-names.js";
import { NOTHING, type Evaluated } from "./evaluated.js";
import type { Denotation } from "../code/denotation.js";
import { valueAt, type LibraryCall } from "./values.js";

/** A message handed to a broker: its channel and what happened, as far as they are known. */
export function publishEffect(knowledge: PublishKnowledge, call: LibraryCall): Evaluated {
  const at = [valueAt(knowledge.channel, call), valueAt(knowledge.event, call)] as const;
  const channel = channelName(at[0], call);
  const event = channelName(at[1], call);
  const name = (knowledge.keyed ? keyed(channel, event) : channel) || null;
  return {
    ...NOTHING,
    kind: "publish",
    channel: name,
    transport: knowledge.transport,
    operation: event || channel || null,
    mutating: true,
    confidence: name === null ? "medium" : "high",
    complete: name !== null && (knowledge.event === "" || event !== null) && !at.some(hasHole),
  };
}

/** `${event.target}.${event.name}`: what a caller gives may say more. */
function hasHole(value: Denotation | null): boolean {
  return value?.kind === "text" && value.parts.some(({ kind }) => kind === "hole");
}
