import type { Channel, ChannelUse } from "../model.js";
import { byText } from "../paths.js";
import type { DeclaredMessage } from "./declared.js";

interface Draft {
  readonly transport: string;
  readonly publishers: ChannelUse[];
  readonly consumers: ChannelUse[];
}

/** Channels of the code, with the services that contract files say send to them or take from them. What code shows of a service counts for more. */
export function withDeclaredUses(channels: readonly Channel[], messages: readonly DeclaredMessage[]): readonly Channel[] {
  const drafts = new Map<string, Draft>(
    channels.map(({ name, transport, publishers, consumers }) => [
      name,
      { transport, publishers: [...publishers], consumers: [...consumers] },
    ]),
  );
  for (const { name: event, service, sends, receives, contract } of messages) {
    if (service === null || (!sends && !receives)) continue;
    for (const name of contract.channels) {
      const draft = drafts.get(name) ?? { transport: "", publishers: [], consumers: [] };
      drafts.set(name, draft);
      const use: ChannelUse = { service, function: null, event, confidence: contract.confidence, evidence: [contract.declared] };
      if (sends) addNew(draft.publishers, use);
      if (receives) addNew(draft.consumers, use);
    }
  }
  return [...drafts].map(([name, draft]) => ({ name, ...draft })).toSorted((one, other) => byText(one.name, other.name));
}

function addNew(uses: ChannelUse[], use: ChannelUse): void {
  if (!uses.some(({ service, function: at, event }) => service === use.service && (at !== null || event === use.event))) uses.push(use);
}
