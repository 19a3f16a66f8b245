import type { Expr } from "../../facts/source.js";
import type { EntryPoint } from "../code.js";
import type { Denotation, DenotationOf, LibraryPath, Program, SourceFile } from "../code/denotation.js";
import { knowledgeAt, type Known } from "../libraries/knowledge.js";
import { functionsOf, type Handler } from "./handler.js";
import { rootName } from "./sites.js";
import { literalOf } from "./values.js";

const TAKES_SCHEMA: ReadonlySet<string> = new Set(["parseServiceSchema", "createService"]);

/** A Moleculer service: an object with a name and actions, exported or handed to the broker. Its files need not import the library. */
export interface Schema {
  readonly file: SourceFile;
  readonly name: string;
  readonly value: DenotationOf<"object">;
}

export function schemasOf(program: Program): readonly Schema[] {
  let schemas = KNOWN.get(program);
  if (schemas === undefined) KNOWN.set(program, (schemas = readSchemas(program)));
  return schemas;
}

/** Several ask, and each answer is a look at every file. */
const KNOWN = new WeakMap<Program, readonly Schema[]>();

function readSchemas(program: Program): readonly Schema[] {
  return program.files.flatMap((file): Schema[] =>
    file.service === null
      ? []
      : [...exportedSchema(file, program), ...handedSchemas(file, program)].flatMap((value) => named(value, file, program)),
  );
}

function exportedSchema(file: SourceFile, program: Program): readonly Denotation[] {
  if (!file.fact.exports.some(({ value, exported }) => isSchema(value) || (value?.kind === "name" && WHOLE.has(exported)))) return [];
  const found = program.exported(file, "default");
  const exported = found.kind === "module" ? program.exported(file, "=") : found;
  return exported.kind === "object" && isSchemaOf(new Set(exported.entries.keys())) ? [exported] : [];
}

/** What a file exports as a whole. */
const WHOLE: ReadonlySet<string> = new Set(["default", "="]);

/** `this.parseServiceSchema({ name, actions })` in the constructor of a service's class, `broker.createService({ … })`. */
function handedSchemas(file: SourceFile, program: Program): readonly Denotation[] {
  if (!file.outline.calls.some((name) => TAKES_SCHEMA.has(name))) return [];
  return file.fact.functions.flatMap((summary) =>
    summary.calls.flatMap(({ callee, args: [schema], lines }) =>
      callee.kind === "member" && TAKES_SCHEMA.has(callee.property) && isSchema(schema ?? null)
        ? [program.denote(schema!, program.scopeOf(file, summary), { path: file.path, ...lines })]
        : [],
    ),
  );
}

function named(value: Denotation, file: SourceFile, program: Program): readonly Schema[] {
  if (value.kind !== "object" || !value.entries.has("name")) return [];
  const name = literalOf(program.member(value, "name"));
  return name === null ? [] : [{ file, name: `${versionOf(value, program)}${name}`, value }];
}

/** Callers write a service's version before its name: `v2.inventory.reserve`. */
function versionOf(value: DenotationOf<"object">, program: Program): string {
  if (!value.entries.has("version")) return "";
  const version = program.member(value, "version");
  const text = literalOf(version);
  return text === null ? "" : version.kind === "number" ? `v${text}.` : `${text}.`;
}

function isSchema(value: Expr | null): boolean {
  if (value?.kind !== "object") return false;
  return isSchemaOf(new Set(value.entries.map(({ key }) => key)));
}

function isSchemaOf(keys: ReadonlySet<string>): boolean {
  // What only asks others has no actions of its own: `{ name: "www", mixins: [ApiGateway], settings: { … } }`.
  return keys.has("name") && (keys.has("actions") || (keys.has("mixins") && keys.has("settings")));
}

/** `ctx.call("inventory.reserve", { … })` and `this.broker.call(…)`, in a schema or in the files that its actions are kept in. */
export function moleculerCall(callee: Expr, args: readonly Expr[]): { readonly known: Known; readonly path: LibraryPath } | null {
  if (callee.kind !== "member" || !/^(call|emit|broadcast)$/.test(callee.property)) return null;
  const [first] = args;
  const root = rootName(callee);
  const receiver = callee.object.kind === "member" ? callee.object.property : root;
  if (first?.kind !== "text" || !first.value.includes(".") || !/^(ctx|context|broker)$/.test(receiver)) return null;
  const path = `Context#${callee.property}`;
  const known = knowledgeAt("moleculer", path);
  return known === null ? null : { known, path: { module: "moleculer", subpath: "", path, calls: [], typeArgs: [], declared: true } };
}

/** Actions answer calls, events take messages. */
export function moleculerHandlers(schemas: readonly Schema[], program: Program): readonly Handler[] {
  return schemas.flatMap(({ file, name, value }) => [
    // Mixins and adapters add actions that the schema does not write out.
    wholeService(file, name),
    ...members(value, "actions", program).flatMap(([action, line, functions, rest]) =>
      functions.map((at): Handler => {
        const entry: EntryPoint = {
          kind: "rpc",
          operation: `${name}.${action}`,
          place: { path: file.path, startLine: line, endLine: line },
        };
        return { service: file.service!, function: at, entry, method: "", path: rest, channel: null, event: null, transport: "moleculer" };
      }),
    ),
    ...members(value, "events", program).flatMap(([event, line, functions]) =>
      functions.map((at): Handler => {
        const entry: EntryPoint = { kind: "consumer", operation: event, place: { path: file.path, startLine: line, endLine: line } };
        return { service: file.service!, function: at, entry, method: "", path: "", channel: event, event, transport: "moleculer" };
      }),
    ),
  ]);
}

function wholeService(file: SourceFile, name: string): Handler {
  const { startLine } = file.fact.lines;
  const entry: EntryPoint = { kind: "rpc", operation: `${name}.*`, place: { path: file.path, startLine, endLine: startLine } };
  return { service: file.service!, function: null, entry, method: "", path: "", channel: null, event: null, transport: "moleculer" };
}

/** Actions, events or methods of a schema, with the functions that each of them runs. */
export function members(
  schema: DenotationOf<"object">,
  group: string,
  program: Program,
): readonly (readonly [name: string, line: number, functions: ReturnType<typeof functionsOf>, rest: string])[] {
  if (!schema.entries.has(group)) return [];
  const value = program.member(schema, group);
  if (value.kind !== "object") return [];
  return [...value.entries].map(([name, entry]) => {
    const member = program.member(value, name);
    const handler = member.kind === "object" && member.entries.has("handler") ? program.member(member, "handler") : member;
    const rest = member.kind === "object" && member.entries.has("rest") ? program.member(member, "rest") : null;
    return [name, entry.line, functionsOf(program.calleesOf(handler)), restPath(rest, program)] as const;
  });
}

/** `rest: "GET /reserve"`, `rest: { method: "POST", path: "/reserve" }`. */
function restPath(rest: Denotation | null, program: Program): string {
  if (rest?.kind === "object") return rest.entries.has("path") ? (literalOf(program.member(rest, "path")) ?? "/") : "/";
  return rest === null ? "" : (literalOf(rest) ?? "").replace(/^[A-Z]+\s+/, "");
}
