import type { Denotation, DenotationOf, Program, TextPart } from "../code/denotation.js";
import { patternOf } from "./message-pattern.js";
import { literalOf, type LibraryCall } from "./values.js";
import { withoutPlace } from "./variable-names.js";

/** An exchange and a routing key; a queue by its own name where the exchange is the default one. An empty key, as a fanout takes it, names nothing. */
export function keyed(exchange: string | null, key: string | null): string | null {
  if (exchange === null) return null;
  if (exchange === "") return key === "" ? null : key;
  return key === null || key === "" ? exchange : `${exchange}/${key}`;
}

/** The name of a topic or queue: literal, what a variable stands for, or the pattern of a Nest message. */
export function channelName(value: Denotation | null, call: LibraryCall): string | null {
  if (value === null) return null;
  const text = literalOf(value);
  if (text !== null) return withoutPlace(text);
  if (value.kind === "text") return lastName(call.naming(nameless(value.parts)));
  if (value.kind === "object") return patternOf(value, call.program);
  if (value.kind === "library") {
    // A member of an enum in a package: its name is all there is.
    const member = value.path.calls.length === 0 ? /\.([A-Za-z]\w*)$/.exec(value.path.path)?.[1] : undefined;
    if (member !== undefined) return member;
    if (CUTS_TEXT.test(value.path.path)) return null;
    const queue = queueAskedFor(value, call.program);
    if (queue !== null) return queue;
    const [first] = value.path.calls.at(-1)?.args ?? [];
    const last = value.path.calls.at(-1);
    return first === undefined || last === undefined ? null : literalOf(call.program.denote(first, last.scope, last.place));
  }
  return null;
}

/** What a library returned, cut or spelt in another way: `message.subject.replace("dlq.", "")` names nothing by its arguments. */
const CUTS_TEXT = /\.(?:replace(?:All)?|trim(?:Start|End)?|split|slice|substr(?:ing)?|to(?:Lower|Upper)Case|concat|pad(?:Start|End))\(\)$/;

/** `orders.${…}`: what a parameter is called is the matter of a local variable; what a setting is called is not. */
function nameless(parts: readonly TextPart[]): readonly TextPart[] {
  return parts.map((part) => (part.kind === "hole" ? { ...part, text: "…" } : part));
}

/** Of an address or ARN with open parts the name at its end, where that is written out. */
function lastName(text: string): string {
  return /^(?:https?:\/\/sqs\b|arn:).*[:/]([\w.-]+)$/s.exec(text)?.[1] ?? text;
}

/** The name of the queue for whose address SQS is asked: `(await sqs.send(new GetQueueUrlCommand({ QueueName }))).QueueUrl`. */
function queueAskedFor(value: DenotationOf<"library">, program: Program, depth = 0): string | null {
  for (const { args, scope, place } of value.path.calls) {
    const [first] = args;
    const given = first === undefined ? null : program.denote(first, scope, place);
    if (given?.kind === "object" && given.entries.has("QueueName")) return literalOf(program.member(given, "QueueName"));
    const found = given?.kind === "library" && depth < 3 ? queueAskedFor(given, program, depth + 1) : null;
    if (found !== null) return found;
  }
  return null;
}

/** Whether nothing says what a channel's variable holds: beside a name, a variable is what may be set instead. */
export function isVariable(channel: string): boolean {
  return /^\$\{\w+\}$/.test(channel);
}

/** Whether a binding key or subject has wildcards. */
export function isPattern(channel: string): boolean {
  return /(^|[./])[*#>](?=$|[.])/.test(channel);
}

/** Whether a binding key or subject with wildcards takes in messages of a channel. */
export function takesIn(pattern: string, channel: string): boolean {
  if (!isPattern(pattern)) return false;
  const source = pattern
    .split(/([./])/)
    .map((part) => (part === "*" ? "[^./]+" : part === "#" || part === ">" ? ".*" : part.replace(/[.*+?^${}()|[\]\\]/g, "\\$&")))
    .join("");
  return new RegExp(`^${source}$`).test(channel);
}
