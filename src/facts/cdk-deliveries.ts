import { isNamed, type CdkNames } from "./cdk-names.js";
import { DEFAULT_BUS } from "./cloud-deliveries.js";
import type { Found } from "./cloud-found.js";
import type { CloudTransport } from "./deployment.js";
import type { Lines } from "./place.js";
import { loadCompiler, type ts } from "./typescript/compiler.js";

/** What hands messages of its first argument to a function. */
const SOURCES: ReadonlyMap<string, CloudTransport> = new Map([
  ["SqsEventSource", "sqs"],
  ["SnsEventSource", "sns"],
  ["KinesisEventSource", "kinesis"],
  ["DynamoEventSource", "dynamodb"],
]);
const KAFKA = /^(?:Managed|SelfManaged)KafkaEventSource$/;
/** What a topic, or a rule, hands messages to: its first argument. */
const SUBSCRIPTIONS = /^(?:Lambda|Sqs)Subscription$/;
const TARGETS = /^(?:LambdaFunction|SqsQueue|SnsTopic|EventBus)$/;

/** Finds in a CDK file who is handed the messages of queues, topics, streams and buses. */
export class CdkDeliveries {
  readonly #ts = loadCompiler();
  readonly #names: CdkNames;
  readonly #found: Found;
  readonly #lines: (node: ts.Node) => Lines;

  constructor(names: CdkNames, found: Found, lines: (node: ts.Node) => Lines) {
    this.#names = names;
    this.#found = found;
    this.#lines = lines;
  }

  /** `id`: what is constructed, where it can be spoken of. */
  constructed(node: ts.NewExpression, id: string | null): void {
    const name = isNamed(node.expression);
    const own = id === null ? null : `\${${id}}`;
    for (const source of this.#listed(node, "events")) this.#source(source, own);
    if (name === "EventSourceMapping" || name === "CfnEventSourceMapping") this.#mapping(node, null);
    else if (name === "Subscription" || name === "CfnSubscription")
      this.#delivers(this.#either(node, "topic", "topicArn"), this.#names.option(node, "endpoint"), node);
    else if (name === "Rule" && own !== null) this.#rule(node, own);
  }

  /** What methods of functions, topics and rules add to them. */
  called(node: ts.CallExpression): void {
    const { expression, arguments: given } = node;
    if (!this.#ts.isPropertyAccessExpression(expression)) return;
    const [first, second] = given;
    const receiver = this.#names.text(expression.expression);
    const method = expression.name.text;
    if (first === undefined || receiver === null) return;
    if (method === "addEventSource") this.#source(first, receiver);
    else if (method === "addEventSourceMapping" && second !== undefined) this.#mapping(second, receiver);
    else if (method === "addSubscription") this.#handedTo(receiver, first, SUBSCRIPTIONS);
    else if (method === "addTarget") this.#handedTo(receiver, first, TARGETS);
  }

  #rule(node: ts.NewExpression, own: string): void {
    const pattern = this.#names.option(node, "eventPattern");
    if (pattern === undefined) return;
    const bus = this.#names.option(node, "eventBus");
    const source = bus === undefined ? DEFAULT_BUS : this.#names.text(bus);
    this.#found.delivers(source, own, this.#lines(node), { transport: "eventbridge", events: this.#eventTypes(pattern) });
    for (const target of this.#listed(node, "targets")) this.#handedTo(own, target, TARGETS);
  }

  /** Empty where any type is taken, or where one is not written out. */
  #eventTypes(pattern: ts.Expression): readonly string[] {
    const types = this.#names.member(pattern, "detailType");
    const texts = types === undefined ? [] : this.#elements(types).map((type) => this.#names.text(type));
    return texts.every((text): text is string => text !== null && !text.includes("${")) ? texts : [];
  }

  #source(node: ts.Expression, target: string | null): void {
    if (!this.#ts.isNewExpression(node)) return;
    const name = isNamed(node.expression);
    const [first] = node.arguments ?? [];
    const transport = SOURCES.get(name);
    if (first !== undefined && transport !== undefined)
      this.#found.delivers(this.#names.text(first), target, this.#lines(node), { transport });
    else if (KAFKA.test(name))
      this.#found.delivers(this.#names.text(this.#names.option(node, "topic")), target, this.#lines(node), { transport: "kafka" });
  }

  /** The options of a mapping, with the function among them where it is not the receiver. */
  #mapping(node: ts.Expression, receiver: string | null): void {
    const of = (key: string): string | null => {
      const value = this.#ts.isNewExpression(node) ? this.#names.option(node, key) : this.#names.member(node, key);
      return this.#names.text(value);
    };
    const target = receiver ?? of("target") ?? of("functionName");
    const topic = of("kafkaTopic");
    if (topic === null) this.#found.delivers(of("eventSourceArn"), target, this.#lines(node));
    else this.#found.delivers(topic, target, this.#lines(node), { transport: "kafka" });
  }

  #handedTo(source: string, node: ts.Expression, kinds: RegExp): void {
    if (!this.#ts.isNewExpression(node) || !kinds.test(isNamed(node.expression))) return;
    const [first] = node.arguments ?? [];
    this.#found.delivers(source, this.#names.text(first), this.#lines(node));
  }

  #delivers(source: ts.Expression | undefined, target: ts.Expression | undefined, at: ts.Node): void {
    this.#found.delivers(this.#names.text(source), this.#names.text(target), this.#lines(at));
  }

  #either(node: ts.NewExpression, ...keys: readonly string[]): ts.Expression | undefined {
    return keys.flatMap((key) => this.#names.option(node, key) ?? [])[0];
  }

  #listed(node: ts.NewExpression, key: string): readonly ts.Expression[] {
    const value = this.#names.option(node, key);
    return value === undefined ? [] : this.#elements(value);
  }

  #elements(node: ts.Expression): readonly ts.Expression[] {
    return this.#ts.isArrayLiteralExpression(node) ? node.elements : [];
  }
}
