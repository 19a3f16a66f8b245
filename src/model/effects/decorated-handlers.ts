import type { Decorator, Expr } from "../../facts/source.js";
import type { EntryPoint } from "../code.js";
import type { ClassRef, Decoration, Denotation, Scope } from "../code/denotation.js";
import { isKnownModule } from "../libraries/knowledge.js";
import { canonicalPath } from "../libraries/patterns.js";
import { controllerDecorators, handlerDecorators, type HandlerDecorator } from "../libraries/handlers.js";
import type { Handler } from "./handler.js";
import type { Reading } from "./linking.js";
import { patternOf } from "./message-pattern.js";
import { joinPaths, routeTemplate } from "./route-match.js";
import type { FunctionAt } from "./sites.js";
import { literalOf } from "./values.js";

const BY_NAME = new Map(handlerDecorators.map((decorator) => [`${decorator.module} ${decorator.name}`, decorator]));

/** Methods that a decorator makes a handler: Nest controllers and message handlers, routing-controllers, tsoa. */
export function decoratedHandlers(reading: Reading): readonly Handler[] {
  const found: Handler[] = [];
  for (const of of reading.program.classes()) {
    if (of.file.service === null || of.summary.methods.length === 0) continue;
    found.push(...handlersOf(of, of.file.service, reading));
  }
  return found;
}

function handlersOf(of: ClassRef, service: string, reading: Reading): readonly Handler[] {
  const found: Handler[] = [];
  let prefixes: readonly string[] | null = null;
  for (const method of of.file.outline.decorated ? of.summary.methods : []) {
    const summary = of.file.fact.functions[method.function];
    if (summary === undefined) continue;
    for (const { decoration, line } of decorationsOf(summary.decorators, of, reading)) {
      const known = BY_NAME.get(`${decoration.library.module} ${canonicalPath(decoration.library.path)}`);
      if (known === undefined) continue;
      prefixes ??= prefixesOf(of, reading);
      const at = { file: of.file, summary };
      found.push(...handlersBy(known, decoration, { of, service, method: method.name, prefixes, at, line }, reading));
    }
  }
  return [...found, ...grpcController(of, service), ...queueProcessor(of, service, reading), ...ownListener(of, service, reading)];
}

const CHANNEL_FIELDS = ["subject", "topic", "queueName", "queue", "routingKey", "exchange", "channelName", "eventName"];

/** A listener whose base class is in a package of the team's own that is not here: it names its channel and takes messages. */
function ownListener(of: ClassRef, service: string, reading: Reading): readonly Handler[] {
  const base = reading.program.libraryBase(of);
  if (base === null || isKnownModule(base.module) || !/(Listener|Consumer|Subscriber)#?$/.test(base.path)) return [];
  const field = of.summary.fields.find(({ name }) => CHANNEL_FIELDS.includes(name));
  const method = of.summary.methods.find(({ name }) => /^(onMessage|handle|handleMessage|process|consume|onEvent)$/.test(name));
  const summary = method === undefined ? undefined : of.file.fact.functions[method.function];
  if (field?.value === undefined || field.value === null || summary === undefined) return [];
  const scope = moduleScope(of, reading);
  const value = reading.program.denote(field.value, scope);
  const channel = value.kind === "library" ? (/\.([A-Za-z]\w*)$/.exec(value.path.path)?.[1] ?? null) : reading.variables.of(value, service);
  if (channel === null) return [];
  const entry: EntryPoint = { kind: "consumer", operation: channel, place: { path: of.file.path, ...field.lines } };
  return [{ service, function: { file: of.file, summary }, entry, method: "", path: "", channel, event: null, transport: "" }];
}

interface Method {
  readonly of: ClassRef;
  readonly service: string;
  readonly method: string;
  readonly prefixes: readonly string[];
  readonly at: FunctionAt;
  readonly line: number;
}

function handlersBy(known: HandlerDecorator, decoration: Decoration, method: Method, reading: Reading): readonly Handler[] {
  const { args, scope } = decoration;
  const place = { path: method.of.file.path, startLine: method.line, endLine: method.line };
  const base = {
    service: method.service,
    function: method.at,
    method: known.method,
    path: "",
    channel: null,
    event: null,
    transport: known.transport,
  };
  const entry = (operation: string): EntryPoint => ({ kind: known.entry, operation, place });
  switch (known.entry) {
    case "http":
      return method.prefixes.flatMap((prefix) =>
        textsOf(args[0], scope, reading, "").map((path) => {
          const full = routeTemplate(joinPaths(prefix, path));
          return { ...base, path: full, entry: entry(`${known.method} ${full}`) };
        }),
      );
    case "grpc": {
      const [service = method.of.summary.name.replace(/Controller$/, "")] = textsOf(args[0], scope, reading, method.of.summary.name);
      const [name = upperFirst(method.method)] = textsOf(args[1], scope, reading, upperFirst(method.method));
      return [{ ...base, entry: entry(`${service}/${name}`) }];
    }
    case "graphql":
    case "schedule":
      return [
        {
          ...base,
          entry: entry(known.entry === "graphql" ? method.method : (textsOf(args[0], scope, reading, method.method)[0] ?? method.method)),
        },
      ];
    case "rpc":
    case "consumer":
      return patternsOf(decoration, known, method.service, reading).map(({ channel, event }) => ({
        ...base,
        channel,
        event,
        entry: entry(channel),
      }));
  }
}

/** The library's decorators on a class or method, each with the line of the one that stands there. */
function decorationsOf(
  decorators: readonly Decorator[],
  of: ClassRef,
  { program }: Reading,
): readonly { readonly decoration: Decoration; readonly line: number }[] {
  return decorators.flatMap((one) => program.decorations(one, of.file).map((decoration) => ({ decoration, line: one.line })));
}

/** Paths of `@Controller`, with its version before it. */
function prefixesOf(of: ClassRef, reading: Reading): readonly string[] {
  for (const { decoration } of decorationsOf(of.summary.decorators, of, reading)) {
    const { library, args, scope } = decoration;
    if (controllerDecorators.get(library.module) !== canonicalPath(library.path)) continue;
    const [first] = args;
    if (first === undefined) return [""];
    const value = reading.program.denote(first, scope);
    if (value.kind !== "object") return textsIn(value, reading, "");
    const [version = ""] = value.entries.has("version") ? textsIn(reading.program.member(value, "version"), reading, "") : [];
    const paths = value.entries.has("path") ? textsIn(reading.program.member(value, "path"), reading, "") : [""];
    return paths.map((path) => (version === "" ? path : joinPaths(`v${version}`, path)));
  }
  return [""];
}

function patternsOf(
  { args, scope }: Decoration,
  known: HandlerDecorator,
  service: string,
  reading: Reading,
): readonly { readonly channel: string; readonly event: string | null }[] {
  const [first] = args;
  if (first === undefined) return [];
  const { program } = reading;
  const value = program.denote(first, scope);
  if (known.operation === "0") {
    return listed(value, reading).flatMap((one) => {
      const pattern = patternOf(one, program) ?? reading.variables.of(one, service);
      return pattern === null ? [] : [{ channel: pattern, event: pattern }];
    });
  }
  if (value.kind !== "object") return [];
  const exchange = reading.variables.of(program.member(value, "exchange"), service) ?? "";
  const keys = listed(program.member(value, "routingKey"), reading).map((one) => reading.variables.of(one, service) ?? "");
  const queue = reading.variables.of(program.member(value, "queue"), service);
  if (known.entry === "rpc") return keys.map((key) => ({ channel: key, event: key }));
  return [
    ...keys.map((key) => ({
      channel: exchange === "" ? key : key === "" ? exchange : `${exchange}/${key}`,
      event: key === "" ? null : key,
    })),
    ...(queue === null ? [] : [{ channel: queue, event: null }]),
  ];
}

function listed(value: Denotation, { program }: Reading): readonly Denotation[] {
  if (value.kind === "array") return value.items.map((item) => program.denote(item, value.scope));
  return value.kind === "choice" ? value.options : [value];
}

/** Controllers of generated gRPC code: `@PaymentsServiceControllerMethods() class … implements PaymentsServiceController`. */
function grpcController(of: ClassRef, service: string): readonly Handler[] {
  const decorator = of.summary.decorators.find(({ name }) => name.endsWith("ControllerMethods"));
  if (decorator === undefined) return [];
  const remote = decorator.name.replace(/ControllerMethods$/, "");
  return of.summary.methods.flatMap((method) => {
    const summary = of.file.fact.functions[method.function];
    if (summary === undefined || method.kind !== "method") return [];
    const place = { path: of.file.path, ...summary.lines };
    const entry: EntryPoint = { kind: "grpc", operation: `${remote}/${upperFirst(method.name)}`, place };
    return [{ service, function: { file: of.file, summary }, entry, method: "", path: "", channel: null, event: null, transport: "grpc" }];
  });
}

/** `@Processor("mail")`: its `process` method, or every method with `@Process`, takes that queue's jobs. */
function queueProcessor(of: ClassRef, service: string, reading: Reading): readonly Handler[] {
  const decorator = decorationsOf(of.summary.decorators, of, reading).find(({ decoration }) =>
    decoration.library.module.startsWith("@nestjs/bull"),
  );
  if (decorator === undefined) return [];
  const { args, scope } = decorator.decoration;
  const [first] = args;
  const value = first === undefined ? null : reading.program.denote(first, scope);
  const queue =
    value === null ? null : reading.variables.of(value.kind === "object" ? reading.program.member(value, "name") : value, service);
  if (queue === null) return [];
  const entry: EntryPoint = {
    kind: "consumer",
    operation: queue,
    place: { path: of.file.path, startLine: decorator.line, endLine: decorator.line },
  };
  const handler = { service, entry, method: "", path: "", channel: queue, event: null, transport: "bullmq" };
  const own = of.summary.methods.flatMap((method) => {
    const summary = of.file.fact.functions[method.function];
    const takes = method.name === "process" || summary?.decorators.some(({ name }) => name === "Process");
    return summary === undefined || takes !== true ? [] : [{ ...handler, function: { file: of.file, summary } }];
  });
  // Its base class has the method.
  return own.length === 0 && of.summary.extends !== null ? [{ ...handler, function: null }] : own;
}

function moduleScope(of: ClassRef, reading: Reading): Scope {
  return reading.program.scopeOf(of.file, of.file.fact.functions[0]!);
}

function textsOf(expr: Expr | undefined, scope: Scope, reading: Reading, fallback: string): readonly string[] {
  return expr === undefined ? [fallback] : textsIn(reading.program.denote(expr, scope), reading, fallback);
}

function textsIn(value: Denotation, reading: Reading, fallback: string): readonly string[] {
  if (value.kind === "choice") return value.options.flatMap((option) => textsIn(option, reading, fallback));
  if (value.kind === "array") return value.items.flatMap((item) => textsIn(reading.program.denote(item, value.scope), reading, fallback));
  if (value.kind === "text")
    return [value.parts.map((part) => (part.kind === "literal" ? part.text : `:${part.kind === "hole" ? part.text : part.name}`)).join("")];
  return [literalOf(value) ?? fallback];
}

function upperFirst(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
