import type { Effect, SystemCode } from "../../model/code.js";
import { isMutatingName, words } from "../../model/effects/verbs.js";
import { functionName } from "./call-subject.js";
import { functionNamed } from "./look-up.js";

/** A number that nobody uses leaves a gap, and nothing that disagrees. */
const HANDS_OUT = /(?:^|[-_])(?:ids?|uuids?|numbers?|tokens?|nonces?)$|[a-z](?:Ids?|Numbers?|Tokens?)$/;

/** `POST /products/search`, `POST /search/duplicates`, `POST /getUser` and `POST /tracking-id` ask, whatever their verb; `POST /triggers/sms` tells people. */
export function onlyAsks(operation: string): boolean {
  const parts = operation.split(/[/.]/).filter((part) => part !== "" && !part.startsWith(":"));
  const last = parts.at(-1) ?? "";
  const mutates = isMutatingName(last);
  if (mutates === false || /^(graphql|export|report)/i.test(last) || asksForAccess(operation)) return true;
  if (mutates === null && HANDS_OUT.test(last)) return true;
  return (mutates === null && parts.some((part) => /^(search|query|queries|lookup)$/i.test(part))) || isSideline(last.toLowerCase());
}

/** `POST /oauth/token`, `POST /auth/refresh`, `auth.login`: what comes back is worth as much the second time, and is asked for when it has run out. */
export function asksForAccess(operation: string): boolean {
  const parts = operation.split(/[/. ]/).filter((part) => part !== "" && !part.startsWith(":"));
  const last = parts.at(-1) ?? "";
  if (/^(?:login|log-?in|sign-?in|authenticate|(?:access-?)?token|introspect)/i.test(last)) return true;
  const refreshes = /^(?:refresh|renew)(?:[-_]?(?:access|auth|session|id))?(?:[-_]?tokens?)?$/i.test(last);
  return (
    refreshes &&
    (last.length > "refresh".length || parts.slice(0, -1).some((part) => /^(?:o?auth2?|tokens?|sessions?|jwt)(?:$|[-_])/i.test(part)))
  );
}

/**
 * `POST /stock/batch` asks too, where the function that answers it reads its database and changes nothing that can be seen. The
 * name of a message says what it does: what is not seen of a change that it asks for is no reason to doubt that.
 */
export function isAnsweredByReading({ call, operation }: Effect, system: SystemCode): boolean {
  const handler = call === null || operation?.startsWith("POST ") !== true ? null : (system.calls[call]?.handler ?? null);
  const answer = handler === null ? undefined : functionNamed(system, handler);
  if (answer === undefined || !answer.effects.some(({ kind }) => kind === "db-read")) return false;
  return answer.effects.every(({ kind, mutating }) => kind === "db-read" || (kind === "call" && mutating === false));
}

/** What is told to people and to counters cannot be taken back, and leaves nothing that disagrees. */
export function isSideline(name: string): boolean {
  return /(^|-)(notif\w*|mail\w*|e-?mail\w*|sms|push|metrics?|audit\w*|analytics|logs?|logging|logger|telemetry|tracing|monitoring|(?:user|customer)-activit(?:y|ies))(-|$)/i.test(
    name,
  );
}

const TELLING =
  /^(?:notify|inform|e ?mail|sms)\b|^(?:re ?)?(?:send|trigger|push|dispatch|deliver|post|emit|queue)\b.*\b(?:notif\w*|e ?mails?|sms|invit(?:e|ation)s?)\b/;

/** Whether a call is made to tell people something: `sendReceiptEmail`, `triggerOrderNotification`, whatever path it takes. */
export function tellsPeople(effect: Effect, system: SystemCode): boolean {
  return TELLING.test(words(callerName(effect, system)));
}

/** The function that makes the call, without its class: the name that its team gave to what the call is for. Empty for other effects. */
export function callerName({ call }: Effect, { calls }: SystemCode): string {
  const caller = call === null ? undefined : calls[call];
  return caller === undefined ? "" : functionName(caller.function).split(".").at(-1)!;
}

/** `POST /upload`, `PUT /files/:`: what is stored is found by who was given its address, and by nobody else. */
export function onlyStoresFiles(operation: string): boolean {
  const parts = operation.split(/[/.]/).filter((part) => part !== "" && !part.startsWith(":"));
  return /^(uploads?|upload-?file|files?|attachments?|blobs?)$/i.test(parts.at(-1) ?? "");
}
