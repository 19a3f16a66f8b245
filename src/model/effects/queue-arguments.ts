import type { Expr } from "../../facts/source.js";
import type { Denotation, Scope, SourceFile } from "../code/denotation.js";
import type { Place } from "../evidence.js";
import type { CallSites } from "./direct.js";
import type { Linking } from "./linking.js";
import { calleeName, eachPart, type FunctionAt, type SiteIndex } from "./sites.js";

/** A queue of RabbitMQ that hands what fails, or grows too old, to an exchange. */
export interface QueueArguments {
  /** `null` where the name could not be followed. */
  readonly queue: string | null;
  readonly exchange: string;
  readonly routingKey: string | null;
  /** Messages leave it after a while: a queue to wait in. */
  readonly waits: boolean;
  readonly place: Place;
  readonly at: FunctionAt;
}

const EXCHANGE = ["x-dead-letter-exchange", "deadLetterExchange"];
const ROUTING_KEY = ["x-dead-letter-routing-key", "deadLetterRoutingKey"];
const TTL = ["x-message-ttl", "messageTtl", "x-expires"];
const OPTION_MODULES = /^(@nestjs\/microservices|@golevelup\/nestjs-rabbitmq|rascal|amqp-connection-manager|amqplib)/;

/** Arguments of queues in code: `assertQueue(queue, { arguments })`, `queueOptions` of Nest, `queues: [{ name, options }]`. */
export function deadLetterings(linking: Linking, sites: CallSites, index: SiteIndex): readonly QueueArguments[] {
  const found = new Map<string, QueueArguments>();
  const add = (one: QueueArguments | null): void => {
    if (one !== null) found.set(`${one.place.path}:${one.place.startLine}:${one.queue ?? ""}`, one);
  };
  for (const at of index.named("assertQueue")) {
    const [queue, options] = at.site.args;
    if (calleeName(at.site.callee) !== "assertQueue" || queue === undefined || options === undefined) continue;
    const scope = sites.scope(at);
    add(read(linking, linking.program.denote(options, scope), textOf(linking.program.denote(queue, scope), at, linking), at));
  }
  for (const file of linking.program.files) {
    if (!file.fact.imports.some(({ module }) => OPTION_MODULES.test(module))) continue;
    for (const { expr, scope, at } of expressionsOf(file, sites)) {
      eachPart(expr, (part) => {
        if (part.kind === "object") add(optionsOf(part, scope, at, linking));
        return true;
      });
    }
  }
  return [...found.values()];
}

/** Every expression of a file that may hold options, with the function that it stands in. */
export function* expressionsOf(
  file: SourceFile,
  sites: CallSites,
): Generator<{ readonly expr: Expr; readonly scope: Scope; readonly at: FunctionAt; readonly callee: string }> {
  for (const summary of file.fact.functions) {
    const at = { file, summary };
    const scope = sites.scope(at);
    for (const { args, callee } of summary.calls) for (const expr of args) yield { expr, scope, at, callee: calleeName(callee) };
    for (const { value } of summary.locals) yield { expr: value, scope, at, callee: "" };
    for (const { name, args } of summary.decorators) for (const expr of args) yield { expr, scope, at, callee: name };
  }
}

function optionsOf(object: Expr & { readonly kind: "object" }, scope: Scope, at: FunctionAt, linking: Linking): QueueArguments | null {
  const value = (key: string): Expr | undefined => object.entries.find((entry) => entry.key === key)?.value;
  const options = value("queueOptions") ?? (value("name") === undefined ? undefined : value("options"));
  const name = value("queue") ?? value("name");
  if (options === undefined) return null;
  const { program } = linking;
  return read(linking, program.denote(options, scope), name === undefined ? null : textOf(program.denote(name, scope), at, linking), at);
}

function read(linking: Linking, options: Denotation, queue: string | null, at: FunctionAt): QueueArguments | null {
  const { program } = linking;
  const inner = options.kind === "object" && options.entries.has("arguments") ? program.member(options, "arguments") : options;
  for (const object of [inner, options]) {
    if (object.kind !== "object") continue;
    const key = EXCHANGE.find((each) => object.entries.has(each));
    if (key === undefined) continue;
    const member = object.entries.get(key)!;
    const exchange = textOf(program.member(object, key), at, linking);
    if (exchange === null) return null;
    const routing = ROUTING_KEY.find((each) => object.entries.has(each));
    const waits = [inner, options].some((each) => each.kind === "object" && TTL.some((ttl) => each.entries.has(ttl)));
    return {
      queue,
      exchange,
      routingKey: routing === undefined ? null : textOf(program.member(object, routing), at, linking),
      waits,
      place: { path: member.scope.file.path, startLine: member.line, endLine: member.line },
      at,
    };
  }
  return null;
}

/** A name that is literal or a variable's; `null` for what only a caller knows. */
export function textOf(value: Denotation, { file }: Pick<FunctionAt, "file">, { variables }: Pick<Linking, "variables">): string | null {
  if (value.kind === "library") {
    // `const { queue } = await channel.assertQueue("orders")`
    const last = value.path.calls.at(-1);
    const [first] = last?.args ?? [];
    return last !== undefined && first?.kind === "text" && first.value !== "" ? first.value : null;
  }
  return variables.of(value, file.service);
}
