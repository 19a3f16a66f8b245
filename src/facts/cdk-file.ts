import { CdkDeliveries } from "./cdk-deliveries.js";
import { CdkNames, isNamed } from "./cdk-names.js";
import { PARAMETER, type Found } from "./cloud-found.js";
import type { CloudResource, EnvironmentVariable, ServerlessFunction } from "./deployment.js";
import type { Lines } from "./place.js";
import { loadCompiler, type ts } from "./typescript/compiler.js";

const MOST_DEPTH = 800;
const KINDS: ReadonlyMap<string, CloudResource["kind"]> = new Map([
  ["Queue", "queue"],
  ["Topic", "topic"],
  ["EventBus", "bus"],
  ["Rule", "rule"],
  ["Stream", "stream"],
  ["Table", "table"],
  ["TableV2", "table"],
  ["Function", "function"],
  ["NodejsFunction", "function"],
  ["DockerImageFunction", "function"],
  ["PythonFunction", "function"],
  ["GoFunction", "function"],
]);

/** By which they are called in the cloud. */
const NAMES = ["queueName", "topicName", "functionName", "eventBusName", "streamName", "tableName"];
/** What makes a function or service take messages from its first argument. */
const SOURCES = /^(?:SqsEventSource|SnsEventSource)$/;
/** What an event of failure is handed to; its first argument. */
const DESTINATIONS = /^(?:Sqs|Sns|Lambda|EventBridge)(?:Destination|Dlq)$/;
const TELLING = /^(?:Email|Sms)Subscription$/;
/** `Alarm`, `CfnAlarm`, and what a team makes of them for itself: `PagingAlarm`. */
const ALARM = /(?:Alarm|\bcreateAlarm)\b/;

/** One file of a CDK application on its way to facts. */
export class CdkFile {
  readonly functions: ServerlessFunction[] = [];
  readonly #file: ts.SourceFile;
  readonly #ts = loadCompiler();
  readonly #names: CdkNames;
  readonly #found: Found;
  readonly #deliveries: CdkDeliveries;
  readonly #ids = new Map<ts.Node, string>();
  readonly #taken = new Set<string>();
  readonly #tellsOfAlarms: boolean;

  constructor(file: ts.SourceFile, name: string, found: Found) {
    this.#file = file;
    this.#names = new CdkNames(file, name, (node) => this.#declared(node));
    this.#found = found;
    this.#deliveries = new CdkDeliveries(this.#names, found, (node) => this.#lines(node));
    this.#tellsOfAlarms = ALARM.test(file.text);
  }

  read(): void {
    this.#visit(this.#file);
    this.#found.values.push(...this.#names.values);
    for (const { name, value } of this.#names.outputs) this.#found.outputs.push({ name, value, exported: null });
  }

  #visit(node: ts.Node, depth = 0): void {
    if (depth > MOST_DEPTH) return;
    const leave = this.#names.enter(node);
    if (this.#ts.isNewExpression(node)) this.#constructed(node);
    else if (this.#ts.isCallExpression(node)) this.#called(node);
    this.#ts.forEachChild(node, (child) => this.#visit(child, depth + 1));
    leave();
  }

  /** The id of a queue, topic or function that the expression makes; `null` for what else is made. */
  #declared(node: ts.NewExpression): string | null {
    const known = this.#ids.get(node);
    if (known !== undefined) return known;
    const kind = KINDS.get(isNamed(node.expression));
    const [scope, second] = node.arguments ?? [];
    if (kind === undefined || scope === undefined || second === undefined) return null;
    const written =
      this.#names
        .text(second)
        ?.replace(/\$\{[^}]*\}/g, "")
        .replace(/[^\w/-]+/g, "")
        .replace(/^[-_]+|[-_]+$/g, "") ?? "";
    const id = this.#unique(written === "" ? isNamed(node.expression) : written);
    this.#ids.set(node, id);
    const name = NAMES.flatMap((key) => this.#names.text(this.#names.option(node, key)) ?? [])[0] ?? null;
    this.#found.resources.push({ id, kind, name, lines: this.#lines(node) });
    if (kind === "function") this.#function(node, name ?? id);
    return id;
  }

  #unique(id: string): string {
    for (let count = 1; ; count += 1) {
      const one = count === 1 ? id : `${id}/${count}`;
      if (this.#taken.has(one)) continue;
      this.#taken.add(one);
      return one;
    }
  }

  #constructed(node: ts.NewExpression): void {
    const name = isNamed(node.expression);
    const [first, second] = node.arguments ?? [];
    const declared = this.#declared(node);
    this.#deliveries.constructed(node, declared);
    const id = declared ?? (second === undefined ? null : this.#names.text(second)) ?? name;
    if (first !== undefined && SOURCES.test(name)) this.#uses("takes", name, first, node);
    this.#exports(node, name);
    const image = this.#names.option(node, "taskImageOptions");
    if (image !== undefined) this.#container(id, image, node);
    this.#failures(node, id);
    if (this.#tellsOfAlarms && (name === "Metric" || ALARM.test(name))) this.#dimensions(node);
    for (const key of [
      "eventSourceArn",
      "existingQueueObj",
      ...(name === "QueueProcessingFargateService" || name === "QueueProcessingEc2Service" ? ["queue"] : []),
      ...(name === "CfnPipe" ? ["source"] : []),
    ]) {
      const source = this.#names.option(node, key);
      if (source !== undefined) this.#uses("takes", id, source, source);
    }
    const nested = this.#names.nested(node);
    if (nested !== null) this.#found.nested.push(nested);
  }

  /** What is measured by name: `dimensions: [{ name: "QueueName", value }]`, `dimensionsMap: { QueueName: value }`. */
  #dimensions(node: ts.NewExpression): void {
    const listed = this.#names.option(node, "dimensions");
    const map = this.#names.option(node, "dimensionsMap") ?? listed;
    const byName = map === undefined ? undefined : this.#names.member(map, "QueueName");
    const elements = listed !== undefined && this.#ts.isArrayLiteralExpression(listed) ? listed.elements : [];
    for (const element of elements) {
      const value = this.#names.member(element, "value");
      if (value !== undefined && this.#names.text(this.#names.member(element, "name")) === "QueueName")
        this.#uses("watches", "an alarm", value, element);
    }
    if (byName !== undefined) this.#uses("watches", "an alarm", byName, byName);
  }

  /** `new CfnOutput(this, id, { exportName, value })`, `new StringParameter(this, id, { parameterName, stringValue })`. */
  #exports(node: ts.NewExpression, name: string): void {
    const isOutput = name === "CfnOutput";
    if (!isOutput && name !== "StringParameter") return;
    const exported = this.#names.option(node, isOutput ? "exportName" : "parameterName");
    const value = this.#names.text(this.#names.option(node, isOutput ? "value" : "stringValue"));
    if (exported === undefined || value === null || !value.includes("${")) return;
    const whole = this.#names.exported(exported);
    this.#found.outputs.push({ name: whole, value, exported: isOutput ? whole : `${PARAMETER}${whole}` });
  }

  /** `deadLetterQueue: { queue }`, `deadLetterQueue: queue`, `onFailure: new SqsDestination(queue)`, among the options. */
  #failures(node: ts.NewExpression, id: string): void {
    const given = this.#names.option(node, "deadLetterQueue");
    const inner =
      given === undefined
        ? undefined
        : (this.#names.member(given, "queue") ?? (this.#ts.isObjectLiteralExpression(given) ? undefined : given));
    if (given !== undefined && inner !== undefined)
      this.#found.fails(id, this.#names.text(inner), this.#lines(this.#property(node, "deadLetterQueue") ?? given));
    const failing = this.#names.option(node, "onFailure");
    if (failing === undefined || !this.#ts.isNewExpression(failing) || !DESTINATIONS.test(isNamed(failing.expression))) return;
    const [target] = failing.arguments ?? [];
    if (target !== undefined) this.#found.fails(id, this.#names.text(target), this.#lines(failing));
  }

  #called(node: ts.CallExpression): void {
    const { expression } = node;
    this.#deliveries.called(node);
    const handed = this.#names.handed(node);
    if (handed !== null) this.#found.nested.push(handed);
    if (!this.#ts.isPropertyAccessExpression(expression)) return;
    const [first, second] = node.arguments;
    const method = expression.name.text;
    if (method === "addContainer" && first !== undefined && second !== undefined)
      this.#container(this.#names.text(first) ?? "", second, node);
    else if (method === "grantConsumeMessages") this.#uses("takes", this.#said(first), expression.expression, node);
    else if (method === "addSubscription" && first !== undefined)
      this.#uses(
        this.#ts.isNewExpression(first) && TELLING.test(isNamed(first.expression)) ? "watches" : "takes",
        this.#said(first),
        expression.expression,
        node,
      );
    else if (this.#tellsOfAlarms && /^metric(?:Approximate|NumberOf|$)/.test(method))
      this.#uses("watches", "an alarm", expression.expression, node);
    else if (method === "addEnvironment" && first !== undefined && second !== undefined)
      this.#found.holds(this.#names.text(first) ?? "", this.#said(expression.expression), this.#names.text(second), this.#lines(node));
  }

  #said(node: ts.Node | undefined): string {
    return node === undefined
      ? "a grant"
      : node
          .getText(this.#file)
          .slice(0, 60)
          .replace(/\s+/g, " ")
          .replace(/^this\./, "");
  }

  #uses(kind: "takes" | "watches", from: string, target: ts.Expression, at: ts.Node): void {
    const text = this.#names.text(target);
    if (text?.includes("${") === true) this.#found.used(kind, from, text, this.#lines(at));
  }

  /** A container with variables, and the directory that its image is built in. */
  #container(name: string, options: ts.Expression, at: ts.Node): void {
    const given = this.#names.member(options, "environment");
    if (given === undefined) return;
    const environment = this.#variables(given);
    for (const { name: variable, value, lines } of environment) this.#found.holds(variable, name, value, lines);
    const image = this.#names.member(options, "image");
    const asset =
      image !== undefined && this.#ts.isCallExpression(image) && isNamed(image.expression) === "fromAsset" ? image.arguments[0] : undefined;
    const code = asset === undefined ? null : this.#names.path(asset);
    this.functions.push({ name, handler: null, code, environment, lines: this.#lines(at) });
  }

  #function(node: ts.NewExpression, name: string): void {
    const environment = this.#names.option(node, "environment");
    const variables = environment === undefined ? [] : this.#variables(environment);
    for (const { name: variable, value, lines } of variables) this.#found.holds(variable, name, value, lines);
    const entry = this.#names.option(node, "entry");
    const handler = this.#names.text(this.#names.option(node, "handler"));
    const file = entry === undefined ? null : this.#names.path(entry);
    const asset = this.#names.option(node, "code");
    const directory =
      asset !== undefined && this.#ts.isCallExpression(asset) && asset.arguments[0] !== undefined
        ? (this.#names.path(asset.arguments[0])?.replace(/\/(?:dist|build|out|lib)\/?$/, "") ?? null)
        : null;
    const lines = this.#lines(node);
    if (file === null) this.functions.push({ name, handler, code: directory, environment: variables, lines });
    else {
      const slash = file.lastIndexOf("/");
      const stem = file.slice(slash + 1).replace(/\.[cm]?[jt]sx?$/, "");
      this.functions.push({
        name,
        handler: `${stem}.${handler ?? "handler"}`,
        code: slash < 0 ? "." : file.slice(0, slash),
        environment: variables,
        lines,
      });
    }
  }

  #variables(environment: ts.Expression): readonly EnvironmentVariable[] {
    const literal = this.#names.object(environment);
    return (literal?.properties ?? []).flatMap((property) => {
      const name =
        property.name === undefined || !(this.#ts.isIdentifier(property.name) || this.#ts.isStringLiteral(property.name))
          ? null
          : property.name.text;
      return name === null || !this.#ts.isPropertyAssignment(property)
        ? []
        : [{ name, value: this.#names.text(property.initializer), source: null, lines: this.#lines(property) }];
    });
  }

  #property(node: ts.NewExpression, key: string): ts.Node | undefined {
    const options = node.arguments?.at(-1);
    const literal = options === undefined ? undefined : this.#names.object(options);
    return literal?.properties.find(({ name }) => name !== undefined && this.#ts.isIdentifier(name) && name.text === key);
  }

  #lines(node: ts.Node): Lines {
    const at = (offset: number): number => this.#file.getLineAndCharacterOfPosition(offset).line + 1;
    return { startLine: at(node.getStart(this.#file)), endLine: at(node.end) };
  }
}
