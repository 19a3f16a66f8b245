import type { TypeMember, TypeRef } from "../../facts/source.js";
import type { ClassRef, Denotation, NamedType, Program, SourceFile, WrittenType } from "../code/denotation.js";
import type { Evidence, Place } from "../evidence.js";
import { canonicalPath } from "../libraries/patterns.js";
import type { EventField } from "../event-field.js";
import { isInferred } from "../code/types.js";
import { DISCRIMINANTS, inside, join, unionOf } from "./field-types.js";
import type { Schema } from "./schema.js";
import { inferredSchema, schemaOf } from "./schema-builders.js";

/** The shape of a message: its fields, and what it is called where a class or type says so. */
export interface Shape {
  readonly name: string | null;
  readonly fields: readonly EventField[];
  /** Where its type is declared, or its literal is written. */
  readonly place: Place | null;
  /** Paths of what something was spread into or could not be read: there may be more fields in it. The message itself is "". */
  readonly open: readonly string[];
}

const MOST_FIELDS = 100;
const MOST_CLASSES = 8;
const DEEPEST = 4;
const WRAPPERS = new Set([
  "JSON.stringify()",
  "Buffer.from()",
  "structuredClone()",
  "Object.assign()",
  "StringCodec().encode()",
  "JSONCodec().encode()",
  "TextEncoder#encode()",
  "instanceToPlain()",
  "plainToInstance()",
]);
const PLAIN = new Set(["string", "number", "boolean", "bigint", "null", "undefined", "any", "unknown", "never", "object", "void"]);
const STRINGS = new Set(["Date", "Buffer", "Uint8Array", "ObjectId", "UUID", "URL", "Decimal"]);

/** Collects the fields of a value or type; bounded in depth and number. */
class Reader {
  readonly fields: EventField[] = [];
  readonly open = new Set<string>();
  readonly #program: Program;
  readonly #busy = new Set<string>();

  constructor(program: Program) {
    this.#program = program;
  }

  value(value: Denotation, prefix: string, place: Place, depth: number): void {
    switch (value.kind) {
      case "object":
        if (value.open) this.open.add(prefix);
        for (const [name, entry] of value.entries) {
          const at: Place = { path: entry.scope.file.path, startLine: entry.line, endLine: entry.line };
          this.#field(join(prefix, name), this.#program.denote(entry.value, entry.scope, at), at, depth);
        }
        return;
      case "instance":
      case "class":
        return this.classFields(value.class, prefix, depth);
      case "unknown":
        return value.type === null ? this.#opened(prefix) : this.type(value.type, prefix, place, depth);
      case "choice": {
        const best = value.options.find((option) => option.kind === "object" || option.kind === "instance") ?? value.options[0];
        return best === undefined ? this.#opened(prefix) : this.value(best, prefix, place, depth);
      }
      default: {
        const schema = schemaOf(value, this.#program);
        return schema === null ? this.#opened(prefix) : this.#schema(schema, prefix);
      }
    }
  }

  #opened(path: string): void {
    this.open.add(path);
  }

  #schema({ fields, open }: Schema, prefix: string): void {
    if (open) this.open.add(prefix);
    for (const { at, ...field } of fields) this.#add({ ...field, path: inside(prefix, field.path) }, at);
  }

  #field(path: string, value: Denotation, at: Place, depth: number): void {
    const type = this.#typeOf(value);
    this.#add({ path, type, optional: false, nullable: value.kind === "null" }, at);
    if (depth >= DEEPEST) return;
    if (value.kind === "object" || value.kind === "instance" || (value.kind === "unknown" && value.type !== null))
      this.value(value, path, at, depth + 1);
    else if (value.kind === "array" && value.items[0] !== undefined)
      this.value(this.#program.denote(value.items[0], value.scope), `${path}[]`, at, depth + 1);
    else if (value.kind === "library" && type === "object") this.value(value, path, at, depth + 1);
  }

  #typeOf(value: Denotation): string {
    switch (value.kind) {
      case "text":
        return "string";
      case "number":
      case "boolean":
        return value.kind;
      case "array": {
        const [first] = value.items;
        return first === undefined ? "unknown[]" : `${this.#typeOf(this.#program.denote(first, value.scope))}[]`;
      }
      case "object":
      case "instance":
        return "object";
      case "choice": {
        const types = new Set(value.options.map((option) => this.#typeOf(option)).filter((type) => type !== "unknown"));
        return types.size === 1 ? [...types][0]! : "unknown";
      }
      case "library": {
        const schema = schemaOf(value, this.#program);
        if (schema !== null) return schema.text;
        return /^(Date#|Date\(\)|randomUUID\(\)|v[1-8]\(\)|nanoid\(\)|uuid\(\)|Date\.now\(\))/.test(canonicalPath(value.path.path))
          ? /now/.test(value.path.path)
            ? "number"
            : "string"
          : "unknown";
      }
      case "unknown":
        return value.type === null ? "unknown" : this.typeText(value.type, 0).text;
      default:
        return "unknown";
    }
  }

  classFields(of: ClassRef, prefix: string, depth: number): void {
    const key = `${of.file.path} ${of.summary.name} ${prefix}`;
    if (this.#busy.has(key) || depth > DEEPEST) return;
    this.#busy.add(key);
    const base = this.#program.baseOf(of);
    if (base !== null) this.classFields(base, prefix, depth);
    for (const field of of.summary.fields) {
      if (field.static || field.name.startsWith("#")) continue;
      const at: Place = { path: of.file.path, ...field.lines };
      if (field.type !== null)
        this.#member({ name: field.name, type: field.type, optional: field.optional, lines: field.lines }, of.file, prefix, depth);
      else if (field.value !== null)
        this.#field(
          join(prefix, field.name),
          this.#program.denote(field.value, this.#program.scopeOf(of.file, of.file.fact.functions[0]!)),
          at,
          depth,
        );
      else this.#add({ path: join(prefix, field.name), type: "unknown", optional: field.optional, nullable: false }, at);
    }
    const maker = of.summary.methods.find(({ kind }) => kind === "constructor");
    const summary = maker === undefined ? undefined : of.file.fact.functions[maker.function];
    for (const parameter of summary?.parameters ?? []) {
      if (!parameter.field) continue;
      const lines = { startLine: summary!.lines.startLine, endLine: summary!.lines.startLine };
      this.#member(
        { name: parameter.name, type: parameter.type, optional: parameter.defaultValue !== null, lines },
        of.file,
        prefix,
        depth,
      );
    }
    this.#busy.delete(key);
  }

  type(written: WrittenType, prefix: string, place: Place, depth: number): void {
    const { type, file } = written;
    if (depth > DEEPEST) return;
    if (type.members !== null) return this.#members(type.members, file, prefix, depth);
    if (type.name === "[]" && type.args[0] !== undefined) return this.type({ file, type: type.args[0] }, `${prefix}[]`, place, depth);
    if (type.name === "&") return type.args.forEach((part) => this.type({ file, type: part }, prefix, place, depth));
    if (type.name === "|") {
      const parts = type.args.filter(({ name }) => name !== "null" && name !== "undefined");
      return parts.length === 1
        ? this.type({ file, type: parts[0]! }, prefix, place, depth)
        : this.#variants(parts, file, prefix, place, depth);
    }
    if (/^(Readonly|Required|Promise|Partial|Omit|Pick|NonNullable|DeepPartial)$/.test(type.name) && type.args[0] !== undefined)
      return this.#derived(type, file, prefix, place, depth);
    const schema = inferredSchema(written, this.#program);
    if (schema !== null) return this.#schema(schema, prefix);
    const found = this.#program.namedType(written);
    if (found === null) return this.#opened(prefix);
    if ("fields" in found.summary) return this.classFields(found as ClassRef, prefix, depth);
    this.#named(found as NamedType, prefix, place, depth);
  }

  /** Of several shapes each is told by the value of its discriminating field; where one has none, they are not looked into. */
  #variants(parts: readonly TypeRef[], file: SourceFile, prefix: string, place: Place, depth: number): void {
    const names = parts.map((type) => discriminantOf({ file, type }, this.#program));
    if (names.includes(null) || new Set(names).size < names.length) return this.#opened(prefix);
    parts.forEach((type, index) => this.type({ file, type }, `${prefix}<${names[index]}>`, place, depth + 1));
  }

  #named(found: NamedType, prefix: string, place: Place, depth: number): void {
    const key = `${found.file.path} ${found.summary.name} ${prefix}`;
    if (this.#busy.has(key) || found.summary.kind === "enum") return;
    this.#busy.add(key);
    for (const base of found.summary.extends) this.type({ file: found.file, type: base }, prefix, place, depth);
    this.#members(found.summary.members, found.file, prefix, depth);
    if (found.summary.type !== null) this.type({ file: found.file, type: found.summary.type }, prefix, place, depth);
    this.#busy.delete(key);
  }

  /** `Partial<Order>`, `Omit<Order, "id">`: the fields of the type, fewer or optional. */
  #derived(type: TypeRef, file: SourceFile, prefix: string, place: Place, depth: number): void {
    const before = this.fields.length;
    this.type({ file, type: type.args[0]! }, prefix, place, depth);
    const named = new Set(literalsOf(type.args[1]).map((name) => join(prefix, name)));
    const added = this.fields.splice(before);
    for (const field of added) {
      const top = [...named].some((name) => field.path === name || field.path.startsWith(`${name}.`) || field.path.startsWith(`${name}[`));
      if ((type.name === "Omit" && top) || (type.name === "Pick" && !top)) continue;
      this.fields.push(/Partial/.test(type.name) ? { ...field, optional: true } : field);
    }
  }

  #members(members: readonly TypeMember[], file: SourceFile, prefix: string, depth: number): void {
    for (const member of members) this.#member(member, file, prefix, depth);
  }

  #member(member: TypeMember, file: SourceFile, prefix: string, depth: number): void {
    const path = join(prefix, member.name);
    const at: Place = { path: file.path, ...member.lines };
    if (member.type === null) return this.#add({ path, type: "unknown", optional: member.optional, nullable: false }, at);
    if (member.type.name === "=>") return;
    const { text, nullable, optional } = this.typeText({ file, type: member.type }, 0);
    const values = this.#valuesOf({ file, type: member.type }, path);
    this.#add({ path, type: text, optional: member.optional || optional, nullable, ...(values === null ? {} : { values }) }, at);
    if (depth < DEEPEST && /^(object|unknown)(\[\])*$/.test(text)) this.type({ file, type: member.type }, path, at, depth + 1);
  }

  #add(field: Omit<EventField, "evidence">, at: Place): void {
    const known = this.fields.findIndex(({ path }) => path === field.path);
    if (known >= 0) this.fields.splice(known, 1);
    if (this.fields.length < MOST_FIELDS) this.fields.push({ ...field, evidence: { ...at, kind: "code", note: `field ${field.path}` } });
  }

  /** The declaration of the enum, or of the type, that lists what a field may be; through lists and optional types. */
  #valuesOf({ file, type }: WrittenType, path: string): Evidence | null {
    if (type.name === "[]" || type.name === "|") {
      const named = type.args.flatMap((part) => this.#valuesOf({ file, type: part }, path) ?? []);
      return named.length === 1 ? named[0]! : null;
    }
    const found = PLAIN.has(type.name) || STRINGS.has(type.name) || type.members !== null ? null : this.#program.namedType({ file, type });
    if (found === null || "fields" in found.summary || found.summary.members.length > 0 || found.summary.kind === "interface") return null;
    return { path: found.file.path, ...found.summary.lines, kind: "code", note: `values of ${path}` };
  }

  /** A type in canonical spelling: unions sorted, enums by their values, own types as `object`. */
  typeText(written: WrittenType, depth: number): { readonly text: string; readonly nullable: boolean; readonly optional: boolean } {
    const { type, file } = written;
    const plain = (text: string): { text: string; nullable: boolean; optional: boolean } => ({
      text,
      nullable: type.name === "null",
      optional: type.name === "undefined",
    });
    if (depth > DEEPEST) return plain("unknown");
    if (type.literal !== null) return plain(type.literal);
    if (PLAIN.has(type.name)) return plain(type.name === "any" ? "unknown" : type.name);
    if (STRINGS.has(type.name)) return plain("string");
    if (type.members !== null || type.name === "Record" || type.name === "Map" || type.name === "&" || type.name === "{in}")
      return plain("object");
    if (type.name === "[]" || type.name === "[,]")
      return plain(`${type.args[0] === undefined ? "unknown" : this.typeText({ file, type: type.args[0] }, depth + 1).text}[]`);
    if (type.name === "|") return this.#unionText(type.args, file, depth);
    if (/^(Readonly|NonNullable|Promise|Required)$/.test(type.name) && type.args[0] !== undefined)
      return this.typeText({ file, type: type.args[0] }, depth + 1);
    return this.#declaredText(written, depth);
  }

  #declaredText(written: WrittenType, depth: number): { readonly text: string; readonly nullable: boolean; readonly optional: boolean } {
    const found = this.#program.namedType(written);
    if (found !== null && !("fields" in found.summary)) return this.#namedText(found as NamedType, depth);
    const text = found !== null || /^(Partial|Omit|Pick)$/.test(written.type.name) ? "object" : "unknown";
    return inferredSchema(written, this.#program) ?? { text, nullable: false, optional: false };
  }

  /** Enums by their values, aliases by what they stand for. */
  #namedText(
    { file, summary }: NamedType,
    depth: number,
  ): { readonly text: string; readonly nullable: boolean; readonly optional: boolean } {
    const plain = (text: string): { text: string; nullable: boolean; optional: boolean } => ({ text, nullable: false, optional: false });
    if (summary.kind === "enum")
      return plain(
        summary.values
          .map(({ name, value }) =>
            value.kind === "text" ? JSON.stringify(value.value) : value.kind === "number" ? String(value.value) : name,
          )
          .sort()
          .join("|"),
      );
    if (summary.members.length > 0 || summary.kind === "interface" || summary.type === null) return plain("object");
    return this.typeText({ file, type: summary.type }, depth + 1);
  }

  #unionText(
    parts: readonly TypeRef[],
    file: SourceFile,
    depth: number,
  ): { readonly text: string; readonly nullable: boolean; readonly optional: boolean } {
    const texts = parts.map((part) => this.typeText({ file, type: part }, depth + 1));
    const nullable = parts.some(({ name }) => name === "null") || texts.some((text) => text.nullable);
    const optional = parts.some(({ name }) => name === "undefined") || texts.some((text) => text.optional);
    return { text: unionOf(texts.map(({ text }) => text)), nullable, optional };
  }
}

/** `"OrderPlaced"` of `{ type: "OrderPlaced"; … }`: the field whose one value tells the shapes of a union apart. */
function discriminantOf(written: WrittenType, program: Program): string | null {
  const literals = DISCRIMINANTS.map((field) => program.memberType(written, field)?.type.literal ?? null);
  return literals.find((literal) => literal?.startsWith('"'))?.slice(1, -1) ?? null;
}

function literalsOf(type: TypeRef | undefined): readonly string[] {
  if (type === undefined) return [];
  const parts = type.name === "|" ? type.args : [type];
  return parts.flatMap(({ literal }) => (literal === null ? [] : [literal.replace(/^"|"$/g, "")]));
}

/** The shape of a message's payload, through `JSON.stringify` and the like; one for each class that it may be of. */
export function shapesOf(payload: Denotation, place: Place, program: Program): readonly Shape[] {
  const value = unwrapped(payload, program);
  const classes = value.kind === "choice" ? value.options.filter(({ kind }) => kind === "instance") : [];
  return (classes.length > 1 ? classes.slice(0, MOST_CLASSES) : [value]).map((one) => shapeOf(one, place, program));
}

function shapeOf(value: Denotation, place: Place, program: Program): Shape {
  const reader = new Reader(program);
  reader.value(value, "", place, 0);
  return { name: nameOf(value, program), fields: reader.fields, place: declaredAt(value, program), open: [...reader.open].sort() };
}

/** What is serialised, and by a schema registry or not. */
function unwrapped(value: Denotation, program: Program, depth = 0): Denotation {
  if (value.kind !== "library" || depth > 4) return value;
  const last = value.path.calls.at(-1);
  const [first] = last?.args ?? [];
  const path = canonicalPath(value.path.path);
  if (last === undefined || first === undefined || !(WRAPPERS.has(path) || /(^|\.|#)(encode|serialize|stringify)\(\)$/.test(path)))
    return value;
  return unwrapped(program.denote(first, last.scope, last.place), program, depth + 1);
}

/** Whether a schema registry's serializer writes the message: its schema id is its version. */
export function isRegistered(value: Denotation): boolean {
  return (
    value.kind === "library" &&
    /registry|avro|protobuf/i.test(`${value.path.module} ${value.path.path}`) &&
    /encode|serialize/i.test(value.path.path)
  );
}

/** Of its class or type. A name that is neither declared nor imported is a type parameter, and stands for any type. */
function nameOf(value: Denotation, program: Program): string | null {
  if (value.kind === "instance") return value.class.summary.name;
  if (value.kind !== "unknown" || value.type === null) return null;
  const { type, file } = value.type;
  if (!/^[A-Z]\w*$/.test(type.name) || /^(Record|Partial|Omit|Pick|Promise|Map)$/.test(type.name) || isInferred(type)) return null;
  return program.namedType(value.type) !== null || file.fact.imports.some(({ local }) => local === type.name) ? type.name : null;
}

function declaredAt(value: Denotation, program: Program): Place | null {
  if (value.kind === "instance")
    return { path: value.class.file.path, startLine: value.class.summary.lines.startLine, endLine: value.class.summary.lines.startLine };
  if (value.kind !== "unknown" || value.type === null) return null;
  const found = program.namedType(value.type);
  return found === null
    ? null
    : { path: found.file.path, startLine: found.summary.lines.startLine, endLine: found.summary.lines.startLine };
}
