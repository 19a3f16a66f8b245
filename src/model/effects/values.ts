import type { Expr } from "../../facts/source.js";
import type { ClassRef, Denotation, Invocation, LibraryPath, Program, Scope, TextPart } from "../code/denotation.js";
import type { Place } from "../evidence.js";
import { canonicalPath } from "../libraries/patterns.js";
import type { At } from "../libraries/library.js";

/** One call of a library value: what the tables' `At` is read from. */
export interface LibraryCall {
  readonly program: Program;
  readonly path: LibraryPath;
  /** Names that the pattern kept. */
  readonly names: ReadonlyMap<string, string>;
  readonly args: readonly Expr[];
  /** What the method is called on, as it is written. */
  readonly receiver: Expr | null;
  readonly scope: Scope;
  readonly place: Place;
  /** A name in which variables stand, as the service that calls means it. */
  readonly naming: (parts: readonly TextPart[]) => string;
}

const NOTHING: readonly Denotation[] = [];

/** The values at a place of a call, of the first alternative that is there. Empty where none is. */
export function valuesAt(at: At, call: LibraryCall): readonly Denotation[] {
  if (at === "") return NOTHING;
  let weak: readonly Denotation[] = NOTHING;
  for (const alternative of at.split(" | ")) {
    const found = walk(alternative, call);
    if (found.some((value) => value.kind !== "unknown" && value.kind !== "null")) return found;
    // `config.url` of an unknown `config` is only a guess: the shortest way to something unknown says most.
    if (found.length > 0) weak = found;
  }
  return weak;
}

/** Like `valuesAt`, for places joined by `&`: all of them that are there. */
export function allValuesAt(at: At, call: LibraryCall): readonly Denotation[] {
  if (at === "") return NOTHING;
  return at.split(" & ").flatMap((part) => valuesAt(part, call));
}

/** The first value, or `null`. */
export function valueAt(at: At, call: LibraryCall): Denotation | null {
  return valuesAt(at, call)[0] ?? null;
}

/** The text that a value is, where all of it is literal, else `null`. */
export function literalOf(value: Denotation): string | null {
  if (value.kind === "number") return String(value.value);
  if (value.kind !== "text") return null;
  let text = "";
  for (const part of value.parts) {
    if (part.kind !== "literal") return null;
    text += part.text;
  }
  return text;
}

/** Places that are said in words of their own. */
const OF_HEAD: ReadonlyMap<string, (at: string, call: LibraryCall) => readonly Denotation[]> = new Map([
  ["job", ofJob],
  ["this", fieldOfThis],
  ["receiver", fieldOfReceiver],
]);

function walk(alternative: string, call: LibraryCall): readonly Denotation[] {
  if (alternative === "class")
    return call.receiver === null ? NOTHING : classOf(call.program.denote(call.receiver, call.scope, call.place));
  if (alternative.startsWith("=")) return [text(alternative.slice(1))];
  if (alternative.startsWith("$") && !alternative.includes(":")) return kept(alternative.slice(1), call);
  const [head = "", ...rest] = alternative.split(":");
  if (rest.length === 0) return step(call.args, call.scope, head, call);
  if (head === "type") return property(call.path.typeArgs[Number(rest[0])] ?? null, [], call.program);
  const own = OF_HEAD.get(head);
  if (own !== undefined) return own(rest[0] ?? "", call);
  if (/^\d+#\w+$/.test(head)) return ofMaker(head, rest[0] ?? "", call);
  const name = head.replace(/^#/, "").replace(/^\$([a-z]+)/, (_, keptName: string) => call.names.get(keptName) ?? "");
  const invocation = invocationOf(name, call.path);
  if (invocation === null) return NOTHING;
  let values = step(invocation.args, invocation.scope, rest[0] ?? "", call);
  for (const next of rest.slice(1)) values = values.flatMap((value) => intoCall(value, next, call));
  return values;
}

/** What an argument was made of, where such a class made it. */
function ofMaker(head: string, at: string, call: LibraryCall): readonly Denotation[] {
  const [index = "", maker] = head.split("#");
  return step(call.args, call.scope, index, call).flatMap((value) =>
    value.kind === "library" && canonicalPath(value.path.path) === `${maker}#` ? intoCall(value, at, call) : NOTHING,
  );
}

/** The name or the data of a job, whose name may be left out. */
function ofJob(part: string, call: LibraryCall): readonly Denotation[] {
  const [first] = step(call.args, call.scope, "0", call);
  const isNamed = call.args.length > 2 || first?.kind === "text";
  if (part === "name" && !isNamed) return NOTHING;
  return step(call.args, call.scope, part === "data" && isNamed ? "1" : "0", call);
}

/** The model class that a static method is called on, or that an instance is of. */
function classOf(value: Denotation): readonly Denotation[] {
  return value.kind === "class" || value.kind === "instance" ? [value] : NOTHING;
}

/** `$path`: the names between the client and the verb; `$entity`: what the pattern kept. */
function kept(name: string, call: LibraryCall): readonly Denotation[] {
  if (name === "path")
    return [
      text(
        canonicalPath(call.path.path)
          .split(/\(\)\.|#/)
          .at(-1) ?? "",
      ),
    ];
  const value = call.names.get(name);
  return value === undefined ? NOTHING : [text(value)];
}

function text(value: string): Denotation {
  return { kind: "text", parts: [{ kind: "literal", text: value }], trail: [] };
}

/** `0.items[].topic` of a list of arguments. */
function step(args: readonly Expr[], scope: Scope, at: string, call: LibraryCall): readonly Denotation[] {
  const [first = "", ...rest] = at.split(".");
  const items = first.endsWith("[]");
  const word = items ? first.slice(0, -2) : first;
  const open = word.endsWith("+");
  const from = Number.parseInt(word, 10);
  if (Number.isNaN(from)) return NOTHING;
  const all = call.program.argumentsOf(args, scope);
  const start = from < 0 ? all.length + from : from;
  const chosen = open ? all.slice(start) : all.slice(start, start + 1);
  // After a `...args` that could not be followed nothing is where it seems to be.
  if (all.slice(0, start + 1).some(({ value }) => value.kind === "spread")) return NOTHING;
  return chosen.flatMap((one) =>
    property(call.program.denote(one.value, one.scope, call.place), items ? ["[]", ...rest] : rest, call.program),
  );
}

/** The value of a dotted property of an object, of the first alternative that is there. */
export function propertiesAt(at: At, value: Denotation, program: Program): readonly Denotation[] {
  for (const alternative of at.split(" | ")) {
    const found = property(value, alternative.split("."), program);
    if (found.length > 0) return found;
  }
  return NOTHING;
}

function property(value: Denotation | null, names: readonly string[], program: Program): readonly Denotation[] {
  if (value === null) return NOTHING;
  if (value.kind === "choice") return value.options.flatMap((option) => property(option, names, program));
  const [name, ...rest] = names;
  if (name === undefined) return [value];
  if (name === "[]") {
    if (value.kind !== "array") return NOTHING;
    return value.items.flatMap((item) => property(program.denote(item, value.scope), rest, program));
  }
  const items = name.endsWith("[]");
  const called = name.endsWith("()");
  const bare = items || called ? name.slice(0, -2) : name;
  if (!mayHaveMembers(value)) return NOTHING;
  if (value.kind === "object" && !value.entries.has(bare)) return NOTHING;
  const member = program.member(value, bare);
  if (called) {
    // `useFactory: registerAs("database", () => …)`: the settings know what it makes.
    if (member.kind === "library" && member.path.path === "registerAs()" && rest.length > 0)
      return property(program.member(member, rest[0]!), rest.slice(1), program);
    return returned(member, program).flatMap((one) => property(one, rest, program));
  }
  return property(member, items ? ["[]", ...rest] : rest, program);
}

/** What a function returns: options that a factory makes. */
function returned(value: Denotation, program: Program): readonly Denotation[] {
  return program.calleesOf(value).flatMap(({ function: fn, scope }) => fn.summary.returns.map((expr) => program.denote(expr, scope)));
}

function mayHaveMembers(value: Denotation): boolean {
  return value.kind === "object" || value.kind === "unknown" || value.kind === "instance" || value.kind === "module";
}

/** An argument of the last call on the way to a library value: the options of `createGrpcTransport({ … })`. */
function intoCall(value: Denotation, at: string, call: LibraryCall): readonly Denotation[] {
  if (value.kind !== "library") return NOTHING;
  const last = value.path.calls.at(-1);
  return last === undefined ? NOTHING : step(last.args, last.scope, at, call);
}

function fieldOfThis(name: string, call: LibraryCall): readonly Denotation[] {
  const value = call.program.denote({ kind: "member", object: { kind: "name", name: "this" }, property: name }, call.scope, call.place);
  return value.kind === "unknown" ? NOTHING : property(value, [], call.program);
}

function fieldOfReceiver(name: string, call: LibraryCall): readonly Denotation[] {
  if (call.receiver === null) return NOTHING;
  const value = call.program.denote(call.receiver, call.scope, call.place);
  return value.kind === "instance" && hasField(value.class, name, call.program) ? property(value, [name], call.program) : NOTHING;
}

function hasField(of: ClassRef, name: string, program: Program): boolean {
  for (let at: ClassRef | null = of, depth = 0; at !== null && depth < 8; depth += 1) {
    if (at.summary.fields.some((field) => field.name === name) || at.summary.methods.some((method) => method.name === name)) return true;
    at = program.baseOf(at);
  }
  return false;
}

/** The arguments given at a step of the path, by the step's name: `create` of `create().get`. */
function invocationOf(name: string, path: LibraryPath): Invocation | null {
  const steps = stepNames(canonicalPath(path.path));
  const index = steps.lastIndexOf(name);
  return index < 0 ? null : (path.calls[index] ?? null);
}

/** The names before each `()` and `#`, in order: `Kafka#producer().send` has `Kafka` and `producer`. */
function stepNames(path: string): readonly string[] {
  return [...path.matchAll(/([^.#()]*)(?:\(\)|#)/g)].map((match) => match[1] ?? "");
}
