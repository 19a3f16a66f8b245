import { isMutatingName } from "../../model/effects/verbs.js";

/** `POST /products/search`, `POST /search/duplicates` and `POST /getUser` ask, whatever their verb; `POST /triggers/sms` tells people. */
export function onlyAsks(operation: string): boolean {
  const parts = operation.split(/[/.]/).filter((part) => part !== "" && !part.startsWith(":"));
  const last = parts.at(-1) ?? "";
  const mutates = isMutatingName(last);
  if (mutates === false || /^(graphql|export|report|login|authenticate|token|introspect)/i.test(last)) return true;
  return (mutates === null && parts.some((part) => /^(search|query|queries|lookup)$/i.test(part))) || isSideline(last.toLowerCase());
}

/** What is told to people and to counters cannot be taken back, and leaves nothing that disagrees. */
export function isSideline(name: string): boolean {
  return /(^|-)(notif\w*|mail\w*|e-?mail\w*|sms|push|metrics?|audit\w*|analytics|logs?|logging|logger|telemetry|tracing|monitoring)(-|$)/i.test(name);
}
