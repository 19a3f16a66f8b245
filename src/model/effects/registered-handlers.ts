import type { Expr } from "../../facts/source.js";
import type { EntryPoint } from "../code.js";
import type { Denotation, Program, Scope } from "../code/denotation.js";
import type { RouteKnowledge } from "../libraries/library.js";
import { canonicalPath } from "../libraries/patterns.js";
import type { CallSites, DirectSite } from "./direct.js";
import { functionsOf, type Handler } from "./handler.js";
import type { Reading } from "./linking.js";
import { joinPaths, routeTemplate } from "./route-match.js";
import { functionKey, placeOf, rootName, type FunctionAt, type SiteAt } from "./sites.js";
import { literalOf, propertiesAt, valuesAt, type LibraryCall } from "./values.js";

/** Routers put under prefixes: the key of each, and where it is put. */
interface Mounts {
  readonly under: Map<string, { readonly parent: string; readonly prefix: string }[]>;
  /** Prefixes for all routes of a service. */
  readonly global: Map<string, string>;
}

const MOST_PREFIXES = 8;
const VERBS = new Set(["get", "post", "put", "patch", "delete", "all"]);
const ROUTERS = /^(app|router|routes?|server|fastify|api|express\w*|r)$|router$|app$/i;

/** Handlers that are given to a router, a server or a scheduler by a call. */
export function registeredHandlers(reading: Reading, sites: CallSites, direct: readonly DirectSite[]): readonly Handler[] {
  const mounts = mountsOf(reading, sites, direct);
  const found: Handler[] = [];
  for (const site of direct) {
    const { knowledge } = site.known;
    if (knowledge.kind !== "route" || site.at.file.service === null) continue;
    const call = sites.libraryCall(site.at, site.path, site.known, sites.scope(site.at));
    found.push(...handlersAt(knowledge, call, site, site.at.file.service, mounts, reading));
  }
  return [...found, ...untypedRoutes(reading, sites, mounts)];
}

function handlersAt(
  knowledge: RouteKnowledge,
  call: LibraryCall,
  site: DirectSite,
  service: string,
  mounts: Mounts,
  reading: Reading,
): readonly Handler[] {
  const place = placeOf(site.at);
  const base = { service, channel: null, event: null, transport: "" };
  if (knowledge.entry === "grpc") return grpcHandlers(knowledge, call, service, place);
  const prefixes = prefixesOf(instanceKey(site.path.calls[0]?.place ?? null, site.at), mounts, service);
  if (knowledge.objects !== "") {
    return valuesAt(knowledge.objects, call)
      .flatMap((value) => routesIn(value, reading.program))
      .flatMap((object) => {
        const read = (at: string): readonly Denotation[] => propertiesAt(at, object, reading.program);
        const functions = read(knowledge.handler).flatMap((value) => functionsOf(reading.program.calleesOf(value)));
        return httpHandlers({
          service,
          place,
          prefixes,
          methods: read(knowledge.method),
          paths: read(knowledge.path),
          functions: distinct(functions),
        });
      });
  }
  const functions = handlerFunctions(knowledge.handler, call, reading);
  if (knowledge.entry !== "http") {
    const operation =
      valuesAt(knowledge.path, call)
        .map(literalOf)
        .find((text) => text !== null) ?? site.at.summary.name;
    return functions.map((at) => ({ ...base, function: at, entry: { kind: knowledge.entry, operation, place }, method: "", path: "" }));
  }
  return httpHandlers({
    service,
    place,
    prefixes,
    methods: valuesAt(knowledge.method, call),
    paths: valuesAt(knowledge.path, call),
    functions,
  });
}

interface Routes {
  readonly service: string;
  readonly place: EntryPoint["place"];
  readonly prefixes: readonly string[];
  readonly methods: readonly Denotation[];
  readonly paths: readonly Denotation[];
  readonly functions: readonly FunctionAt[];
}

function httpHandlers({ service, place, prefixes, methods, paths, functions }: Routes): readonly Handler[] {
  const base = { service, channel: null, event: null, transport: "" };
  const verbs = methods.flatMap(listedTexts).map((text) => (text === "*" ? "ANY" : text.toUpperCase()));
  const texts = paths.map(pathText).flatMap((text) => (text === null ? [] : [text]));
  return crossed(verbs.length === 0 ? ["ANY"] : verbs, texts, prefixes).flatMap(({ method, path }) => {
    const entry: EntryPoint = { kind: "http", operation: `${method} ${path}`, place };
    const each = functions.map((at): Handler => ({ ...base, function: at, entry, method, path }));
    return each.length === 0 ? [{ ...base, function: null, entry, method, path }] : each;
  });
}

/** `"GET"` or `["GET", "HEAD"]`. */
function listedTexts(value: Denotation): readonly string[] {
  const items = value.kind === "array" ? value.items.map((item) => (item.kind === "text" ? item.value : null)) : [literalOf(value)];
  return items.filter((text) => text !== null);
}

const MOST_ROUTES = 500;

/** The objects in a list of routes, also in lists that are spread into it. */
function routesIn(value: Denotation, program: Program, depth = 0): readonly Denotation[] {
  if (depth > 4) return [];
  if (value.kind === "object") return [value];
  if (value.kind === "choice") return value.options.flatMap((option) => routesIn(option, program, depth + 1));
  if (value.kind !== "array") return [];
  return value.items
    .slice(0, MOST_ROUTES)
    .flatMap((item) => routesIn(program.denote(item.kind === "spread" ? item.value : item, value.scope), program, depth + 1));
}

function crossed(
  methods: readonly string[],
  paths: readonly string[],
  prefixes: readonly string[],
): readonly { readonly method: string; readonly path: string }[] {
  return methods.flatMap((method) =>
    paths.flatMap((path) => prefixes.map((prefix) => ({ method, path: routeTemplate(joinPaths(prefix, path)) }))),
  );
}

function pathText(value: Denotation): string | null {
  if (value.kind !== "text") return literalOf(value);
  return value.parts.map((part) => (part.kind === "literal" ? part.text : `:${part.kind === "hole" ? part.text : part.name}`)).join("");
}

/** The functions among the handler arguments, also inside wrappers such as `asyncHandler(create)` and lists. */
function handlerFunctions(at: string, call: LibraryCall, reading: Reading): readonly FunctionAt[] {
  const open = /^(\d+)\+$/.exec(at);
  if (open === null) return distinct(valuesAt(at, call).flatMap((value) => functionsOf(reading.program.calleesOf(value))));
  return distinct(call.args.slice(Number(open[1])).flatMap((arg) => functionsIn(arg, call.scope, reading)));
}

function functionsIn(expr: Expr, scope: Scope, reading: Reading, depth = 0): readonly FunctionAt[] {
  if (depth > 4) return [];
  if (expr.kind === "array") return expr.items.flatMap((item) => functionsIn(item, scope, reading, depth + 1));
  const value = reading.program.denote(expr, scope);
  const wrapped = wrappedFunctions(value, reading);
  const functions = wrapped.length > 0 ? wrapped : functionsOf(reading.program.calleesOf(value));
  const inner = expr.kind === "call" ? expr.args.flatMap((arg) => functionsIn(arg, scope, reading, depth + 1)) : [];
  // `controller.create.bind(controller)`
  const bound =
    expr.kind === "call" && expr.callee.kind === "member" && expr.callee.property === "bind"
      ? functionsIn(expr.callee.object, scope, reading, depth + 1)
      : [];
  return [...functions, ...inner, ...bound];
}

/** `asyncHandler(create)` gives a function that calls `create`: that one serves the request. */
function wrappedFunctions(value: Denotation, reading: Reading): readonly FunctionAt[] {
  const made = value.kind === "function" ? (value.scope?.invocation ?? null) : null;
  if (made === null) return [];
  return made.args.flatMap((arg) => {
    if (arg.kind !== "function" && arg.kind !== "name" && arg.kind !== "member") return [];
    return functionsOf(reading.program.calleesOf(reading.program.denote(arg, made.scope, made.place)));
  });
}

function distinct(functions: readonly FunctionAt[]): readonly FunctionAt[] {
  return [...new Map(functions.map((at) => [functionKey(at), at])).values()];
}

/** `server.addService(PaymentsService, { charge })`: every function of the implementation. */
function grpcHandlers(knowledge: RouteKnowledge, call: LibraryCall, service: string, place: EntryPoint["place"]): readonly Handler[] {
  const [definition] = valuesAt(knowledge.path, call);
  const remote = definition === undefined ? null : definitionName(definition);
  if (remote === null) return [];
  const base = { service, method: "", path: "", channel: null, event: null, transport: "grpc" };
  const whole: Handler = { ...base, function: null, entry: { kind: "grpc", operation: `${remote}/*`, place } };
  const handlers: Handler[] = [];
  for (const value of valuesAt(knowledge.handler, call)) {
    const names =
      value.kind === "object"
        ? [...value.entries.keys()]
        : value.kind === "instance"
          ? value.class.summary.methods.map(({ name }) => name)
          : [];
    for (const name of names) {
      for (const at of functionsOf(call.program.calleesOf(call.program.member(value, name)))) {
        handlers.push({
          ...base,
          function: at,
          entry: { kind: "grpc", operation: `${remote}/${name.charAt(0).toUpperCase()}${name.slice(1)}`, place },
        });
      }
    }
  }
  return [...handlers, whole];
}

/** `PaymentsService` of `proto.shop.payments.PaymentsService.service` or of a generated definition. */
function definitionName(value: Denotation): string | null {
  if (value.kind === "library")
    return (
      canonicalPath(value.path.path)
        .replace(/[#()]/g, "")
        .split(".")
        .filter((part) => part !== "service" && part !== "")
        .at(-1) ?? null
    );
  if (value.kind === "unknown")
    return (
      value.text
        .split(".")
        .filter((part) => part !== "service")
        .at(-1)
        ?.replace(/Definition$/, "") ?? null
    );
  if (value.kind === "class" || value.kind === "instance") return value.class.summary.name;
  return null;
}

function mountsOf(reading: Reading, sites: CallSites, direct: readonly DirectSite[]): Mounts {
  const mounts: Mounts = { under: new Map(), global: new Map() };
  for (const site of direct) {
    const { knowledge } = site.known;
    const call = sites.libraryCall(site.at, site.path, site.known, sites.scope(site.at));
    if (knowledge.kind === "prefix" && site.at.file.service !== null) {
      const prefix = valuesAt(knowledge.prefix, call)
        .map(literalOf)
        .find((text) => text !== null);
      if (prefix !== undefined && prefix !== null) mounts.global.set(site.at.file.service, prefix);
    }
    if (knowledge.kind !== "mount") continue;
    const prefix =
      valuesAt(knowledge.prefix, call)
        .map(pathText)
        .find((text) => text !== null && text.startsWith("/")) ?? "";
    const parent = instanceKey(site.path.calls[0]?.place ?? null, site.at);
    for (const value of valuesAt(knowledge.mounted, call))
      for (const child of mountedKeys(value, reading)) mount(mounts, child, parent, prefix);
  }
  return mounts;
}

function mount(mounts: Mounts, child: string, parent: string, prefix: string): void {
  if (child === parent) return;
  const known = mounts.under.get(child) ?? [];
  if (known.length < MOST_PREFIXES) known.push({ parent, prefix });
  mounts.under.set(child, known);
}

/** What is mounted: a router by the place where it was made, a plugin or route function by itself. */
function mountedKeys(value: Denotation, reading: Reading): readonly string[] {
  if (value.kind === "choice") return value.options.flatMap((option) => mountedKeys(option, reading));
  if (value.kind === "library") {
    const made = value.path.calls[0];
    return made === undefined ? [] : [`${made.place.path}:${made.place.startLine}`];
  }
  return functionsOf(reading.program.calleesOf(value)).map(mountKey);
}

/** No place looks like the number of a function. */
function mountKey(at: FunctionAt): string {
  return String(functionKey(at));
}

/** A router is known by where it was made; one that is a parameter, by the function that gets it. */
function instanceKey(made: EntryPoint["place"] | null, at: SiteAt): string {
  return made === null ? mountKey(at) : `${made.path}:${made.startLine}`;
}

function prefixesOf(key: string, mounts: Mounts, service: string): readonly string[] {
  const found = new Set<string>();
  const climb = (at: string, suffix: string, depth: number): void => {
    const above = mounts.under.get(at);
    if (above === undefined || depth > 6) {
      found.add(suffix);
      return;
    }
    for (const { parent, prefix } of above) if (found.size < MOST_PREFIXES) climb(parent, joinPaths(prefix, suffix), depth + 1);
  };
  climb(key, "", 0);
  const global = mounts.global.get(service);
  return [...found].map((prefix) => (global === undefined ? prefix : joinPaths(global, prefix)));
}

/** `module.exports = (app) => { app.get("/orders", list) }`: the router is whatever it is given; path and function tell. */
function untypedRoutes(reading: Reading, sites: CallSites, mounts: Mounts): readonly Handler[] {
  const found: Handler[] = [];
  for (const file of reading.program.files) {
    if (
      file.service === null ||
      !file.outline.roots.some((root) => ROUTERS.test(root)) ||
      !file.outline.calls.some((name) => VERBS.has(name))
    )
      continue;
    for (const summary of file.fact.functions) {
      if (summary.parameters.length === 0) continue;
      summary.calls.forEach((site, index) => {
        const { callee, args } = site;
        if (callee.kind !== "member" || !VERBS.has(callee.property) || args.length < 2) return;
        const root = rootName(callee);
        const [first] = args;
        if (
          first?.kind !== "text" ||
          !first.value.startsWith("/") ||
          !ROUTERS.test(root) ||
          !summary.parameters.some(({ name }) => name === root)
        )
          return;
        const at: SiteAt = { file, summary, index, site };
        const callees = sites.callees(at);
        if (callees.library !== null || callees.functions.length > 0) return;
        const method = callee.property === "all" ? "ANY" : callee.property.toUpperCase();
        const functions = distinct(args.slice(1).flatMap((arg) => functionsIn(arg, sites.scope(at), reading)));
        for (const prefix of prefixesOf(mountKey(at), mounts, file.service!)) {
          const path = routeTemplate(joinPaths(prefix, first.value));
          const entry: EntryPoint = { kind: "http", operation: `${method} ${path}`, place: placeOf(at) };
          for (const fn of functions)
            found.push({ service: file.service!, function: fn, entry, method, path, channel: null, event: null, transport: "" });
        }
      });
    }
  }
  return found;
}
