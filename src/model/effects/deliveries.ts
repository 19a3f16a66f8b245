import type { Expr } from "../../facts/source.js";
import type { Delivery } from "../code.js";
import type { Denotation, Program } from "../code/denotation.js";
import type { Handler } from "./handler.js";
import type { Linking } from "./linking.js";
import { calleeName, eachPart, functionKey } from "./sites.js";

/** Transports that hand a message over again until it is acknowledged. */
const AGAIN = new Set([
  "kafka",
  "amqp",
  "sqs",
  "sns",
  "bull",
  "bullmq",
  "pg-boss",
  "pubsub",
  "servicebus",
  "eventhubs",
  "kinesis",
  "dynamodb",
  "eventbridge",
  "nats-streaming",
  "jetstream",
]);
/** What events of queues and streams are called in types of a function's parameter. */
const TRIGGERS = /^(SQS|SNS|KinesisStream|Kinesis|DynamoDBStream|DynamoDB|EventBridge|S3|MSK|SelfManagedKafka)(Event|Record|Handler)?$/;
const NAMED_TRANSPORTS = /rabbit|rmq|amqp|kafka|sqs|pub_?sub|service_?bus|jetstream/i;

/** Ways into functions on which a message may come twice, by key of the function. */
export function deliveriesOf(linking: Linking, handlers: readonly Handler[]): ReadonlyMap<number, readonly Delivery[]> {
  const nest = new NestTransports(linking.program);
  const repeated = new Map<string, boolean>();
  const repeats = (service: string): boolean => {
    const known = repeated.get(service) ?? repeatsJobs(service, linking.program);
    repeated.set(service, known);
    return known;
  };
  const wired = new Set(handlers.flatMap(({ function: at, isDeclared }) => (at !== null && isDeclared === true ? [functionKey(at)] : [])));
  const found = new Map<number, Delivery[]>();
  for (const handler of handlers) {
    if (handler.function === null) continue;
    // Its deployment says what it takes, better than the type of its parameter.
    if (handler.entry.kind === "lambda" && wired.has(functionKey(handler.function))) continue;
    const transport = transportOf(handler, nest, repeats);
    if (transport === null) continue;
    const key = functionKey(handler.function);
    const known = found.get(key) ?? [];
    found.set(key, known);
    const channel = handler.channel ?? handler.entry.operation;
    if (!known.some((each) => each.channel === channel))
      known.push({
        channel,
        transport,
        evidence: {
          ...handler.entry.place,
          kind: handler.isDeclared === true ? "deployment" : "code",
          note: `takes messages from ${channel}`,
        },
      });
  }
  return found;
}

function transportOf(handler: Handler, nest: NestTransports, repeats: (service: string) => boolean): string | null {
  const { entry, transport, service } = handler;
  if (entry.kind === "lambda") return triggerOf(handler);
  if (entry.kind !== "consumer" && entry.kind !== "rpc") return null;
  if (transport === "nest" || (entry.kind === "rpc" && transport === "")) return nest.again(service, entry.kind);
  if (JOBS.test(transport)) return repeats(service) ? transport : null;
  return entry.kind === "consumer" && AGAIN.has(transport) ? transport : null;
}

function triggerOf({ function: at }: Handler): string | null {
  const types = at?.summary.parameters.flatMap(({ type }) => (type === null ? [] : [type.name])) ?? [];
  const trigger = types.map((name) => TRIGGERS.exec(name)?.[1]).find((name) => name !== undefined);
  return trigger === undefined ? null : trigger.toLowerCase();
}

/** Queues of a service's own jobs: each is run once unless `attempts` says otherwise. */
const JOBS = /^bull(mq)?$/;

function repeatsJobs(service: string, program: Program): boolean {
  const files = program.files.filter((file) => file.service === service || file.service === null);
  return files.some(
    ({ fact }) =>
      fact.functions.some(({ calls }) => calls.some(({ args }) => args.some(hasAttempts))) ||
      fact.classes.some(({ decorators }) => decorators.some(({ args }) => args.some(hasAttempts))),
  );
}

function hasAttempts(arg: Expr): boolean {
  let found = false;
  eachPart(arg, (part) => {
    if (part.kind === "object")
      found ||= part.entries.some(({ key, value }) => key === "attempts" && !(value.kind === "number" && value.value <= 1));
    return !found;
  });
  return found;
}

/** Over what the message handlers of Nest applications are reached: their decorators do not say it. */
class NestTransports {
  readonly #program: Program;
  readonly #known = new Map<string, readonly (string | null)[]>();

  constructor(program: Program) {
    this.#program = program;
  }

  /** The transport, where it delivers until a message is acknowledged. Of several, events take one that does; requests may take any. */
  again(service: string, entry: "consumer" | "rpc"): string | null {
    let known = this.#known.get(service);
    if (known === undefined) {
      known = this.#transportsOf(service);
      this.#known.set(service, known);
    }
    if (entry === "rpc" && known.includes(null)) return null;
    return known.find((each) => each !== null) ?? null;
  }

  #transportsOf(service: string): readonly (string | null)[] {
    return this.#program.filesOf(service).flatMap((file) => {
      if (!file.fact.imports.some(({ module }) => module.startsWith("@nestjs/"))) return [];
      return file.fact.functions.flatMap((summary) =>
        summary.calls.flatMap((site) => {
          if (!/^(createMicroservice|connectMicroservice)$/.test(calleeName(site.callee))) return [];
          const scope = this.#program.scopeOf(file, summary);
          const options = site.args.map((arg) => this.#program.denote(arg, scope)).find((value) => value.kind === "object");
          return options === undefined ? [null] : [this.#of(options)];
        }),
      );
    });
  }

  #of(options: Denotation): string | null {
    const strategy = this.#program.member(options, "strategy");
    if (strategy.kind === "instance") return NAMED_TRANSPORTS.exec(strategy.class.summary.name)?.[0].toLowerCase() ?? null;
    if (strategy.kind === "library")
      return NAMED_TRANSPORTS.exec(`${strategy.path.module} ${strategy.path.path}`)?.[0].toLowerCase() ?? null;
    const transport = this.#program.member(options, "transport");
    const name =
      transport.kind === "library"
        ? transport.path.path.split(".").at(-1)
        : transport.kind === "number"
          ? ["TCP", "REDIS", "NATS", "MQTT", "GRPC", "RMQ", "KAFKA"][transport.value]
          : undefined;
    if (name === "KAFKA") return "kafka";
    if (name !== "RMQ") return null;
    // Unless told to wait, the client acknowledges before the handler runs: what it loses does not come again.
    const noAck = this.#program.member(this.#program.member(options, "options"), "noAck");
    return noAck.kind === "boolean" && !noAck.value ? "amqp" : null;
  }
}
