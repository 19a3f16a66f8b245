import type { Expr } from "../../facts/source.js";
import type { Denotation, DenotationOf, Invocation, LibraryPath, ObjectMember, Scope } from "./denotation.js";
import { barePath, type Linker } from "./linker.js";
import { choose, combine, format, joinPath, literalOf, mapLiterals, replace, type Parts } from "./text.js";
import { resolveUrl } from "./urls.js";

/** What JavaScript and Node put into every scope. A name that nothing declares and that is not here stays unknown. */
export const GLOBALS: ReadonlySet<string> = new Set(
  (
    "AbortController AbortSignal Array ArrayBuffer Atomics BigInt Blob Boolean Buffer Bun Date Deno Error EventSource EventTarget FormData Headers Infinity Intl JSON Map " +
    "Math NaN Number Object Promise Proxy Reflect RegExp Request Response Set String Symbol URL URLSearchParams WeakMap WeakSet WebSocket XMLHttpRequest $fetch " +
    "clearInterval clearTimeout console crypto decodeURI decodeURIComponent encodeURI encodeURIComponent fetch global globalThis parseFloat parseInt performance process " +
    "import queueMicrotask setImmediate setInterval setTimeout structuredClone window"
  ).split(" "),
);

/** Texts stay what they are for whom they address. */
const KEEPS_TEXT = new Set(["toString", "trim", "trimEnd", "trimStart", "valueOf", "normalize"]);

type Denote = (expr: Expr) => Denotation;

/** What a method of a text gives; `null` where that cannot be said. */
export function textCall(value: DenotationOf<"text" | "choice">, method: string, args: readonly Expr[], denote: Denote): Denotation | null {
  if (value.kind === "choice") {
    const results = value.options.map((one) => (one.kind === "text" ? textCall(one, method, args, denote) : null));
    return results.every((one) => one !== null) ? choose(results) : null;
  }
  if (KEEPS_TEXT.has(method)) return value;
  switch (method) {
    case "toLowerCase":
    case "toUpperCase":
      return { ...value, parts: mapLiterals(value.parts, (text) => (method === "toLowerCase" ? text.toLowerCase() : text.toUpperCase())) };
    case "concat":
      return combine([value, ...args.map(denote)], [], (all) => all.flat());
    case "replace":
    case "replaceAll":
      return replaced(value, args.map(denote), method === "replaceAll");
    case "slice":
    case "substring":
      return sliced(value, args.map(denote));
    default:
      return null;
  }
}

/** A pattern that is no text mostly trims slashes or changes the scheme: neither says another service. */
function replaced(value: DenotationOf<"text">, [from, to]: readonly Denotation[], all: boolean): Denotation {
  const searched = from === undefined ? null : literalOf(from);
  if (to === undefined) return value;
  if (searched === null) {
    const last = value.parts.at(-1);
    if (literalOf(to) !== "" || last?.kind !== "literal") return value;
    return { ...value, parts: mapLiterals(value.parts, (text) => (text === last.text ? text.replace(/\/+$/, "") : text)) };
  }
  return combine([value, to], ["", searched.replace(/\W/g, "")], ([text = [], by = []]) => replace(text, searched, by, all));
}

function sliced(value: DenotationOf<"text">, args: readonly Denotation[]): Denotation | null {
  const text = literalOf(value);
  const [first, second] = args;
  // What is cut off the end of something that is not known is no part of an address.
  if (text === null || second?.kind === "unknown") return first?.kind === "number" && first.value === 0 ? value : null;
  if (!args.every((one) => one.kind === "number")) return null;
  const [start, end] = args.map((one) => one.value);
  return { ...value, parts: [{ kind: "literal", text: text.slice(start, end) }] };
}

/** What a method of a literal list gives; `null` where that cannot be said. */
export function arrayCall(value: DenotationOf<"array">, method: string, denote: Denote, args: readonly Denotation[]): Denotation | null {
  switch (method) {
    case "join": {
      const [first] = args;
      const separator = first === undefined ? "," : literalOf(first);
      if (value.open || separator === null || value.items.length > 16) return null;
      return combine(value.items.map(denote), [], (all) =>
        all.flatMap((parts, index): Parts => (index === 0 ? parts : [{ kind: "literal", text: separator }, ...parts])),
      );
    }
    case "filter":
    case "slice":
    case "reverse":
    case "sort":
    case "toSorted":
      return value;
    case "find":
    case "at":
    case "pop":
    case "shift":
      return value.items.length <= 8 ? choose(value.items.map(denote)) : null;
    default:
      return null;
  }
}

type Known = (linker: Linker, args: readonly Denotation[], invocation: Invocation) => Denotation | null;

const first: Known = (_linker, [value]) => value ?? null;
/** A value that becomes a text: a text stays, anything else leaves a hole of its own name. */
const asText: Known = (_linker, [value]) =>
  value === undefined ? null : value.kind === "number" ? combine([value], [], ([parts = []]) => parts) : value;
const joined: Known = (_linker, args) => combine(args, [], joinPath);
const formatted: Known = (_linker, args) => combine(args, [], format);
const url: Known = (_linker, [path, base]) => {
  if (path === undefined) return null;
  if (base === undefined) return path;
  return combine([path, base], [], ([own = [], under = []]) => resolveUrl(own, under));
};
/** The value of a function without parameters that only puts off reading it. */
const deferred: Known = (linker, [value], invocation) =>
  value?.kind === "function" ? linker.call(value, { ...invocation, args: [] }, false, "") : null;

/** What the executor of a promise resolves it with. */
const resolved: Known = (linker, [executor]) => {
  if (executor?.kind !== "function") return null;
  const { file, summary } = executor.function;
  const resolve = summary.parameters.find((one) => one.index === 0)?.name;
  const values: Denotation[] = [];
  const entered = new Map<number, Scope>([[summary.id, linker.enter(executor, null).scope]]);
  for (const fn of file.fact.functions) {
    const outer = fn.parent === null ? undefined : entered.get(fn.parent);
    if (outer !== undefined) entered.set(fn.id, linker.scopeOf(file, fn, { self: outer.self, outer }));
  }
  for (const scope of entered.values()) {
    for (const { callee, args, lines } of scope.function.calls) {
      if (callee.kind !== "name" || callee.name !== resolve || args[0] === undefined) continue;
      values.push(linker.denote(args[0], scope, { path: file.path, ...lines }));
    }
  }
  const known = values.filter((one) => one.kind !== "unknown");
  return known.length === 0 ? null : choose(known);
};

/** Functions that hand on what they are given, or make a text of it. */
const KNOWN: Readonly<Record<string, Known>> = {
  "(global) String": asText,
  "(global) encodeURI": asText,
  "(global) decodeURI": asText,
  "(global) encodeURIComponent": asText,
  "(global) decodeURIComponent": asText,
  "(global) structuredClone": first,
  "(global) Object.freeze": first,
  "(global) Object.seal": first,
  // What is asked of a prototype, methods and the class, the object has too.
  "(global) Object.getPrototypeOf": first,
  "(global) Object.assign": (_linker, args) => merged(args),
  "(global) Object.values": (_linker, [value]) => listed(value, (_key, member) => member),
  "(global) Object.keys": (_linker, [value]) => listed(value, (key) => ({ kind: "text", value: key })),
  "(global) Object.entries": (_linker, [value]) =>
    listed(value, (key, member) => ({ kind: "array", items: [{ kind: "text", value: key }, member], spread: false })),
  "(global) Promise.resolve": first,
  "(global) Promise.all": first,
  "(global) new Promise": resolved,
  "(global) new URL": url,
  "node:url new URL": url,
  "node:url resolve": (linker, [base, path], invocation) =>
    base === undefined || path === undefined ? null : url(linker, [path, base], invocation),
  "node:util promisify": first,
  "node:util format": formatted,
  "node:path join": joined,
  "node:path resolve": joined,
  "node:path posix.join": joined,
  "url-join default": joined,
  "lodash once": first,
  "lodash memoize": first,
  "@nestjs/common forwardRef": deferred,
  "tsyringe delay": deferred,
};

const BY_MODULE = byModule();

function byModule(): ReadonlyMap<string, ReadonlyMap<string, Known>> {
  const modules = new Map<string, Map<string, Known>>();
  for (const [key, known] of Object.entries(KNOWN)) {
    const space = key.indexOf(" ");
    const module = modules.get(key.slice(0, space)) ?? new Map<string, Known>();
    modules.set(key.slice(0, space), module.set(key.slice(space + 1), known));
  }
  return modules;
}

/** What a function of the language, of Node or of a small package gives, where its result is a plain value. */
export function knownFunction(linker: Linker, path: LibraryPath, invocation: Invocation, construct: boolean): Denotation | null {
  const module = BY_MODULE.get(path.module);
  if (module === undefined || (path.calls.length > 0 && !construct)) return null;
  const bare = barePath(path) || "default";
  const known = module.get(construct ? `new ${bare}` : bare);
  if (known === undefined || invocation.args.some((arg) => arg.kind === "spread")) return null;
  const { scope, place } = invocation;
  return linker.within(place, () =>
    known(
      linker,
      invocation.args.map((arg) => linker.denote(arg, scope)),
      invocation,
    ),
  );
}

function merged(args: readonly Denotation[]): Denotation | null {
  const entries = new Map<string, ObjectMember>();
  let open = false;
  for (const one of args) {
    if (one.kind === "object") for (const [key, entry] of one.entries) entries.set(key, entry);
    open ||= one.kind !== "object" || one.open;
  }
  return entries.size === 0 ? (args[0] ?? null) : { kind: "object", entries, open, assumed: false, trail: [] };
}

/** What an object holds as a list, where all of it stands in one place. */
function listed(value: Denotation | undefined, item: (key: string, member: Expr) => Expr): Denotation | null {
  if (value?.kind !== "object") return null;
  const members = [...value.entries];
  const scope = members[0]?.[1].scope;
  if (scope === undefined || members.some(([, one]) => one.scope !== scope)) return null;
  return { kind: "array", items: members.map(([key, one]) => item(key, one.value)), scope, open: value.open, trail: value.trail };
}
