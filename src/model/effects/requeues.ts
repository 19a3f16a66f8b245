import type { CallSite, Expr } from "../../facts/source.js";
import type { Requeue } from "../dead-letters.js";
import { comparePlaces } from "./calls.js";
import { isDeadLetters } from "./dead-letters.js";
import type { CallSites, DirectSite } from "./direct.js";
import type { Handlers } from "./handlers.js";
import type { Linking } from "./linking.js";
import { calleeName, eachPart, functionKey, placeOf, type FunctionAt, type SiteAt, type SiteIndex } from "./sites.js";
import type { Use } from "./use.js";
import { literalOf } from "./values.js";

const BROKER = /^(amqplib|amqp-connection-manager|@nestjs\/microservices|@golevelup\/nestjs-rabbitmq)/;

/** Names by which code counts tries, or knows a message that came before. */
const COUNTING = /attempt|retr(?:y|ies)|redeliver|tries|death|delivery-?(?:count|limit)|(?:^|[^a-z])max/i;
const CHANNEL = /ch(?:an(?:nel)?)?(?:Ref|Wrapper)?$/i;
const WAITING = /^(?:setTimeout|sleep|delay|wait(?:For)?|pause|back-?off)$/i;
const PARKING = /park|poison|quarantine|fail|dead|dlq|dlt/i;

/** The function that takes the messages, and from where. */
interface Consumer {
  readonly at: FunctionAt;
  readonly channel: string | null;
}

/**
 * Handlers that put back what they could not process: they refuse it so that RabbitMQ delivers it again, or they take it from
 * the dead letters and send it anew. One result for each handler; it is endless where nothing counts, waits or decides.
 */
export function requeuesOf(
  linking: Linking,
  sites: CallSites,
  direct: readonly DirectSite[],
  index: SiteIndex,
  { handlers, use }: { readonly handlers: Handlers; readonly use: Use },
): readonly Requeue[] {
  const consumers = new Map(
    handlers.all.flatMap(({ entry, function: fn, channel }) =>
      entry.kind === "consumer" && fn !== null ? [[functionKey(fn), { at: fn, channel }] as const] : [],
    ),
  );
  const found = new Map<number, Requeue>();
  const add = (at: SiteAt, consumer: Consumer, again: boolean): void => {
    const { service } = at.file;
    if (service === null || !use.of(at)) return;
    const endless = again && !isDecided(at) && !chainOf(at).some(isBounded);
    const key = functionKey(consumer.at);
    // One way out of the handler shows that messages leave it.
    if (found.get(key)?.endless === false) return;
    found.set(key, {
      service,
      handler: consumer.at.summary.name,
      channel: consumer.channel,
      endless,
      evidence: { ...placeOf(at), kind: "code", note: endless ? "puts what failed back at once" : "decides what becomes of what failed" },
    });
  };
  for (const at of ["nack", "reject", "Nack"].flatMap((name) => index.named(name))) {
    const consumer = consumerOf(at, consumers);
    if (consumer !== null && isRefusal(at)) add(at, consumer, deliversAgain(at.site));
  }
  for (const { at, known } of direct) {
    const consumer = known.knowledge.kind === "publish" ? consumerOf(at, consumers) : null;
    if (consumer?.channel !== null && consumer?.channel !== undefined && isDeadLetters(consumer.channel))
      add(at, consumer, !isParked(at, linking, sites));
  }
  return [...found.values()].toSorted((one, other) => comparePlaces(one.evidence, other.evidence));
}

function chainOf({ file, summary }: FunctionAt): readonly FunctionAt[] {
  const chain: FunctionAt[] = [];
  for (let at: FunctionAt | null = { file, summary }; at !== null && at.summary.name !== "(module)";) {
    chain.push(at);
    const parent: FunctionAt["summary"] | undefined = at.summary.parent === null ? undefined : file.fact.functions[at.summary.parent];
    at = parent === undefined ? null : { file, summary: parent };
  }
  return chain;
}

function consumerOf(at: FunctionAt, consumers: ReadonlyMap<number, Consumer>): Consumer | null {
  return chainOf(at).flatMap((one) => consumers.get(functionKey(one)) ?? [])[0] ?? null;
}

/** `channel.nack(message, allUpTo, requeue)`, `channel.reject(message, requeue)`, `new Nack(requeue)`. Promises are rejected too. */
function isRefusal({ file, site: { callee, args, construct } }: SiteAt): boolean {
  if (!file.fact.imports.some(({ module }) => BROKER.test(module))) return false;
  if (calleeName(callee) === "Nack") return construct;
  if (callee.kind !== "member" || args.length === 0) return false;
  const receiver = callee.object.kind === "call" ? callee.object.callee : callee.object;
  return calleeName(callee) === "nack" || CHANNEL.test(calleeName(receiver));
}

/** By default RabbitMQ's own methods put a message back. A value that only a run could tell decides, and so bounds. */
function deliversAgain({ callee, args }: CallSite): boolean {
  const name = calleeName(callee);
  const requeue = args[name === "nack" ? 2 : name === "reject" ? 1 : 0];
  return requeue === undefined ? name !== "Nack" : requeue.kind === "boolean" && requeue.value;
}

/** It stands in a branch: another one may do something else. */
function isDecided({ summary, site }: SiteAt): boolean {
  for (let at = summary.blocks[site.block]; at !== undefined; at = at.parent === null ? undefined : summary.blocks[at.parent]) {
    if (at.kind === "if" || at.kind === "else" || at.kind === "case") return true;
  }
  return false;
}

/** The function counts tries, waits between them, or knows a message that came before. */
function isBounded({ summary }: FunctionAt): boolean {
  const counts = (expr: Expr): boolean => {
    let found = false;
    eachPart(expr, (part) => {
      found ||= COUNTING.test(wordOf(part));
      return !found;
    });
    return found;
  };
  return (
    summary.comparisons.some(({ subject, constant }) => counts(subject) || counts(constant)) ||
    summary.locals.some(({ name, value }) => COUNTING.test(name) || counts(value)) ||
    summary.calls.some(({ callee, args }) => WAITING.test(calleeName(callee)) || COUNTING.test(calleeName(callee)) || args.some(counts))
  );
}

function wordOf(expr: Expr): string {
  if (expr.kind === "name") return expr.name;
  if (expr.kind === "member") return expr.property;
  if (expr.kind === "text") return expr.value;
  return expr.kind === "object" ? expr.entries.map(({ key }) => key).join(" ") : "";
}

/** Sent to a place where somebody looks. */
function isParked(at: SiteAt, linking: Linking, sites: CallSites): boolean {
  const scope = sites.scope(at);
  return at.site.args.some((arg) => PARKING.test(literalOf(linking.program.denote(arg, scope)) ?? ""));
}
