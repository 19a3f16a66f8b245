import type { PublishKnowledge } from "../libraries/library.js";
import { channelName, keyed } from "./channel-names.js";
import { NOTHING, type Evaluated } from "./evaluated.js";
import { valueAt, type LibraryCall } from "./values.js";

/** A message handed to a broker: its channel and what happened, as far as they are known. */
export function publishEffect(knowledge: PublishKnowledge, call: LibraryCall): Evaluated {
  const channel = channelName(valueAt(knowledge.channel, call), call);
  const event = channelName(valueAt(knowledge.event, call), call);
  const name = (knowledge.keyed ? keyed(channel, event) : channel) || null;
  return {
    ...NOTHING,
    kind: "publish",
    channel: name,
    transport: knowledge.transport,
    operation: event || channel || null,
    mutating: true,
    confidence: name === null ? "medium" : "high",
    complete: name !== null && (knowledge.event === "" || event !== null),
  };
}
