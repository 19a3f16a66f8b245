import type { Expr } from "../../facts/source.js";
import type { RowVerb } from "../code.js";
import type { Denotation, ObjectMember, Scope } from "../code/denotation.js";
import type { Place } from "../evidence.js";
import type { DatabaseKnowledge } from "../libraries/library.js";
import { calleeName, placeOf, type SiteAt } from "./sites.js";
import { firstVerb } from "./statement.js";
import { taggedText } from "./texts.js";
import { valueAt, type LibraryCall } from "./values.js";

/** What a write does to rows. */
export interface RowChange {
  /** `null` where the text does not tell: `save` of something that came from elsewhere. */
  readonly verb: RowVerb | null;
  /** Columns of an inserted row that are given a value which does not change when the write is made again. */
  readonly columns: ReadonlySet<string>;
  /** The row may have more columns than were read. */
  readonly open: boolean;
  /** What makes the write one that can be made again. */
  readonly place: Place;
}

const METHODS: readonly (readonly [RowVerb, RegExp])[] = [
  ["upsert", /^(upsert\w*|findOrCreate|findCreateFind|findOneAndReplace|replaceInto|mergeInto)$/],
  ["insert", /^(create|createMany\w*|bulkCreate|insert\w*|nativeInsert)$/],
  [
    "delete",
    /^(delete\w*|remove\w*|destroy|del|soft\w+|truncate|clear|nativeDelete|findOneAnd(Delete|Remove)|findByIdAnd(Delete|Remove))$/,
  ],
  ["update", /^(update\w*|increment|decrement|restore|recover|replaceOne|findOneAndUpdate|findByIdAndUpdate|nativeUpdate)$/],
];
/** Links of a chain that say what becomes of a row that is there already. */
const CONFLICT = /^(onConflict\w*|onDuplicateKey\w*|orIgnore|orUpdate|ignore|merge)$/;

const MOST_ROWS = 8;

/** The values of inserted rows by column, as far as they stand in the code. */
export function insertedRows(
  knowledge: DatabaseKnowledge,
  call: LibraryCall,
  chain: readonly SiteAt[],
): readonly ReadonlyMap<string, Denotation>[] {
  if (knowledge.access === "statement") return [statementRow(knowledge, call)];
  const method = methodOf(call);
  const rows = method === "save" ? savedRows(call) : verbOf(method) === "insert" ? given(call, chain) : [];
  return rows.slice(0, MOST_ROWS).flatMap((row) => {
    if (row.kind !== "object") return [];
    return [new Map([...row.entries].map(([name, { value, scope }]) => [name, call.program.denote(value, scope)]))];
  });
}

function savedRows(call: LibraryCall): readonly Denotation[] {
  const own = savedOf(call).row;
  return own !== null && own.kind !== "array"
    ? [
        own,
        ...given(call, [])
          .slice(1)
          .map((row) => createdOf(row, call) ?? row),
      ]
    : [];
}

/** What a write of a database library does. `chain`: the calls on its result, in order. */
export function rowChange(knowledge: DatabaseKnowledge, call: LibraryCall, chain: readonly SiteAt[]): RowChange {
  const base: RowChange = { verb: null, columns: new Set(), open: true, place: call.place };
  if (knowledge.access === "statement") return ofStatement(knowledge, call, base);
  if (PUT.test(call.path.path) && DYNAMO.test(call.path.module)) return { ...base, ...ofPut(call) };
  const method = methodOf(call);
  const verb = verbOf(method);
  const conflict = chain.find(({ site }) => CONFLICT.test(calleeName(site.callee)));
  if (verb === "insert" && conflict !== undefined) return { ...base, verb: "upsert", place: placeOf(conflict) };
  if (verb === "insert") return { ...base, verb, ...columnsOf(dataOf(call, chain), call) };
  if (verb !== null || method !== "save") return { ...base, verb };
  return { ...base, ...ofSave(call) };
}

const DYNAMO = /dynamodb$|^aws-sdk$/;
const PUT = /(?:^|[.#])(?:Put(?:Item)?Command|put(?:Item)?)[#()]*$/;
const KEY = /^(?:pk|sk|_?id|key|.*(?:Id|_id))$/;

/** A put replaces the item that has its key, and adds one where the key is made anew each time. */
function ofPut(call: LibraryCall): Pick<RowChange, "verb" | "columns" | "open"> {
  const given = call.args.map((arg) => call.program.denote(arg, call.scope, call.place)).find((value) => value.kind === "object");
  const item = given?.kind === "object" && given.entries.has("Item") ? call.program.member(given, "Item") : null;
  const unread = { verb: null, columns: new Set<string>(), open: true };
  if (given?.kind !== "object" || item?.kind !== "object") return unread;
  const isNew = [...item.entries].some(([name, member]) => KEY.test(name) && isFresh(member, call));
  if (given.entries.has("ConditionExpression") || !isNew) return { ...columnsOf(item, call), verb: isNew || !item.open ? "upsert" : null };
  return { ...columnsOf(item, call), verb: "insert" };
}

function methodOf({ path }: LibraryCall): string {
  return /(\w+)(\(\))?$/.exec(path.path)?.[1] ?? "";
}

function verbOf(method: string): RowVerb | null {
  return METHODS.find(([, names]) => names.test(method))?.[0] ?? null;
}

/** `new Order({ … }).save()` and `save(repository.create({ … }))` insert; what was read before is updated. */
function ofSave(call: LibraryCall): Pick<RowChange, "verb" | "columns" | "open"> {
  const { row, verb } = savedOf(call);
  if (row === null) return { verb, columns: new Set<string>(), open: true };
  return verb === "insert" ? { verb, ...columnsOf(row, call) } : inserted(columnsOf(row, call));
}

/** The object that `save` is given, made just before or written there, and what `save` does where that does not depend on its columns. */
function savedOf(call: LibraryCall): { readonly row: Denotation | null; readonly verb: RowVerb | null } {
  if (call.args.length === 0 || (call.path.module === "mongoose" && call.path.path.endsWith("#save"))) {
    const made = call.path.calls.at(-1);
    const isNew = /(model\(\)|Model#)#/.test(call.path.path);
    return isNew && made?.args[0] !== undefined
      ? { row: call.program.denote(made.args[0], made.scope, made.place), verb: "insert" }
      : { row: null, verb: null };
  }
  const data = dataOf(call, []);
  if (data.kind === "library") {
    if (/(^|[.#])(find\w*|getOne\w*|findBy\w*)\(\)$/.test(data.path.path)) return { row: null, verb: "update" };
    return { row: createdOf(data, call), verb: null };
  }
  return { row: data.kind === "object" ? data : null, verb: null };
}

/** Who saves a row with its key replaces the row that has it. */
function inserted(row: Pick<RowChange, "columns" | "open">): Pick<RowChange, "verb" | "columns" | "open"> {
  return { verb: row.columns.has("id") || row.columns.has("_id") ? "upsert" : "insert", ...row };
}

function dataOf(call: LibraryCall, chain: readonly SiteAt[]): Denotation {
  return given(call, chain)[0] ?? { kind: "unknown", text: "", type: null, trail: [] };
}

/** What a write is given for rows: one, or each of a list. */
function given(call: LibraryCall, chain: readonly SiteAt[]): readonly Denotation[] {
  const values = chain.find(({ site }) => calleeName(site.callee) === "values");
  const args = values === undefined ? call.args : values.site.args;
  const [first] = args
    .map((arg) => call.program.denote(arg, call.scope, call.place))
    .filter((value) => value.kind !== "class" && value.kind !== "text");
  if (first === undefined) return [];
  const data = first.kind === "object" && first.entries.has("data") ? call.program.member(first, "data") : first;
  return data.kind === "array" && data.items.length > 0 ? data.items.map((item) => call.program.denote(item, data.scope)) : [data];
}

/** What `repository.create({ … })` was given. */
function createdOf(value: Denotation, call: LibraryCall): Denotation | null {
  if (value.kind !== "library" || !/(^|[.#])create\(\)$/.test(value.path.path)) return null;
  const made = value.path.calls.at(-1)!;
  return made.args.map((arg) => call.program.denote(arg, made.scope, made.place)).find((one) => one.kind !== "class") ?? null;
}

function columnsOf(row: Denotation, call: LibraryCall): Pick<RowChange, "columns" | "open"> {
  if (row.kind !== "object") return { columns: new Set(), open: true };
  const kept = [...row.entries].filter(([, member]) => !isFresh(member, call)).map(([name]) => name);
  return { columns: new Set(kept), open: row.open };
}

const FRESH = /uuid|nanoid|cuid|ulid|objectid|random|^now$|generate\w*id|new\w*id|^v[147]$/i;

/** Values that are different every time: a second message with them is another row. */
function isFresh({ value, scope }: ObjectMember, call: LibraryCall): boolean {
  return isFreshExpr(value) || isFreshValue(call.program.denote(value, scope));
}

function isFreshExpr(value: Expr): boolean {
  if (value.kind === "call") return FRESH.test(calleeName(value.callee)) || (value.construct && calleeName(value.callee) === "Date");
  // `{ S: randomUUID() }`, as the plain client of DynamoDB has it.
  if (value.kind === "object") return value.entries.some((entry) => isFreshExpr(entry.value));
  return value.kind === "template" && value.parts.some(isFreshExpr);
}

function isFreshValue(value: Denotation): boolean {
  return value.kind === "library" && FRESH.test(/(\w+)[()#]*$/.exec(value.path.path)?.[1] ?? "");
}

function ofStatement(knowledge: DatabaseKnowledge, call: LibraryCall, base: RowChange): RowChange {
  const value = valueAt(knowledge.statement, call);
  const sql = value === null ? null : taggedText(value, call);
  if (sql === null) return base;
  const verb = firstVerb(sql);
  if (verb === "update" || verb === "delete") return { ...base, verb };
  if (verb !== "insert") return { ...base, verb: verb === "merge" || verb === "replace" || verb === "upsert" ? "upsert" : null };
  if (/\bon\s+(conflict|duplicate\s+key)\b|\binsert\s+(or\s+)?(ignore|replace)\b|\bnot\s+exists\b/i.test(sql))
    return { ...base, verb: "upsert" };
  return { ...base, verb, ...statementColumns(sql, call) };
}

/** `INSERT INTO payments (id, order_id) VALUES ($1, $2)`: the columns, without those whose value is made anew each time. */
function statementColumns(sql: string, call: LibraryCall): Pick<RowChange, "columns" | "open"> {
  const given = insertedColumns(sql);
  if (given === null) return { columns: new Set(), open: true };
  const kept = given.filter(({ value, position }) => (position === null ? !/\(/.test(value) : !isFreshParameter(position, call)));
  return { columns: new Set(kept.map(({ name }) => name)), open: false };
}

/** The columns of an `INSERT` with the text of each value; `position`: of the parameter that it is. */
function insertedColumns(
  sql: string,
): readonly { readonly name: string; readonly value: string; readonly position: number | null }[] | null {
  const [, names, values] = /\binto\s+[\w."`[\]]+\s*\(([^()]{1,2000})\)\s*values\s*\(([^;]{1,4000})/i.exec(sql) ?? [];
  if (names === undefined || values === undefined) return null;
  const given = values.split(",").map((one) => one.trim());
  return names.split(",").map((written, index) => {
    const name = written
      .trim()
      .replace(/^["'`[]|["'`\]]$/g, "")
      .toLowerCase();
    const value = given[index] ?? "";
    const [, number] = /^\$(\d{1,4})/.exec(value) ?? [];
    const position = number === undefined ? given.slice(0, index).filter((one) => one.startsWith("?")).length : Number(number) - 1;
    return { name, value, position: /^[$?]/.test(value) ? position : null };
  });
}

function statementRow(knowledge: DatabaseKnowledge, call: LibraryCall): ReadonlyMap<string, Denotation> {
  const value = valueAt(knowledge.statement, call);
  const sql = value === null ? null : taggedText(value, call);
  const columns = sql === null || firstVerb(sql) !== "insert" ? null : insertedColumns(sql);
  return new Map(
    (columns ?? []).flatMap(({ name, value: written, position }) => {
      const [, literal] = /^'([^']*)'/.exec(written) ?? [];
      const text: Denotation | null =
        literal === undefined ? null : { kind: "text", parts: [{ kind: "literal", text: literal }], trail: [] };
      const found = position === null ? text : parameterAt(position, call);
      return found === null ? [] : [[name, found] as const];
    }),
  );
}

function isFreshParameter(position: number, call: LibraryCall): boolean {
  const item = parameterExpr(position, call);
  return item !== null && (isFreshExpr(item.expr) || isFreshValue(call.program.denote(item.expr, item.scope)));
}

function parameterAt(position: number, call: LibraryCall): Denotation | null {
  const item = parameterExpr(position, call);
  return item === null ? null : call.program.denote(item.expr, item.scope);
}

/** Parameters are a list in the second argument, or the arguments after the first. */
function parameterExpr(position: number, call: LibraryCall): { readonly expr: Expr; readonly scope: Scope } | null {
  const rest = call.args.slice(1);
  const [only] = rest;
  if (only === undefined) return null;
  const value = call.program.denote(only, call.scope, call.place);
  const expr = value.kind === "array" ? value.items[position] : rest[position];
  return expr === undefined ? null : { expr, scope: value.kind === "array" ? value.scope : call.scope };
}
