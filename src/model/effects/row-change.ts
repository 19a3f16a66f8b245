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
  ["delete", /^(delete\w*|remove\w*|destroy|del|soft\w+|truncate|clear|nativeDelete|findOneAnd(Delete|Remove)|findByIdAnd(Delete|Remove))$/],
  ["update", /^(update\w*|increment|decrement|restore|recover|replaceOne|findOneAndUpdate|findByIdAndUpdate|nativeUpdate)$/],
];
/** Links of a chain that say what becomes of a row that is there already. */
const CONFLICT = /^(onConflict\w*|onDuplicateKey\w*|orIgnore|orUpdate|ignore|merge)$/;

/** What a write of a database library does. `chain`: the calls on its result, in order. */
export function rowChange(knowledge: DatabaseKnowledge, call: LibraryCall, chain: readonly SiteAt[]): RowChange {
  const base: RowChange = { verb: null, columns: new Set(), open: true, place: call.place };
  if (knowledge.access === "statement") return ofStatement(knowledge, call, base);
  const method = /(\w+)(\(\))?$/.exec(call.path.path)?.[1] ?? "";
  const verb = METHODS.find(([, names]) => names.test(method))?.[0] ?? null;
  const conflict = chain.find(({ site }) => CONFLICT.test(calleeName(site.callee)));
  if (verb === "insert" && conflict !== undefined) return { ...base, verb: "upsert", place: placeOf(conflict) };
  if (verb === "insert") return { ...base, verb, ...columnsOf(dataOf(call, chain), call) };
  if (verb !== null || method !== "save") return { ...base, verb };
  return { ...base, ...ofSave(call) };
}

/** `new Order({ … }).save()` and `save(repository.create({ … }))` insert; what was read before is updated. */
function ofSave(call: LibraryCall): Pick<RowChange, "verb" | "columns" | "open"> {
  const nothing = { verb: null, columns: new Set<string>(), open: true };
  if (call.args.length === 0 || (call.path.module === "mongoose" && call.path.path.endsWith("#save"))) {
    const made = call.path.calls.at(-1);
    const isNew = /(model\(\)|Model#)#/.test(call.path.path);
    return isNew && made?.args[0] !== undefined ? { verb: "insert", ...columnsOf(call.program.denote(made.args[0], made.scope, made.place), call) } : nothing;
  }
  const data = dataOf(call, []);
  if (data.kind === "library") {
    const made = data.path.calls.at(-1);
    if (/(^|[.#])(find\w*|getOne\w*|findBy\w*)\(\)$/.test(data.path.path)) return { ...nothing, verb: "update" };
    if (!/(^|[.#])create\(\)$/.test(data.path.path) || made === undefined) return nothing;
    const row = made.args.map((arg) => call.program.denote(arg, made.scope, made.place)).find((value) => value.kind !== "class");
    return row === undefined ? nothing : inserted(columnsOf(row, call));
  }
  if (data.kind === "object") return inserted(columnsOf(data, call));
  return nothing;
}

/** Who saves a row with its key replaces the row that has it. */
function inserted(row: Pick<RowChange, "columns" | "open">): Pick<RowChange, "verb" | "columns" | "open"> {
  return { verb: row.columns.has("id") || row.columns.has("_id") ? "upsert" : "insert", ...row };
}

function dataOf(call: LibraryCall, chain: readonly SiteAt[]): Denotation {
  const values = chain.find(({ site }) => calleeName(site.callee) === "values");
  const args = values === undefined ? call.args : values.site.args;
  const given = args.map((arg) => call.program.denote(arg, call.scope, call.place)).filter((value) => value.kind !== "class" && value.kind !== "text");
  const [first] = given;
  if (first === undefined) return { kind: "unknown", text: "", type: null, trail: [] };
  if (first.kind === "object" && first.entries.has("data")) return call.program.member(first, "data");
  if (first.kind === "array" && first.items[0] !== undefined) return call.program.denote(first.items[0], first.scope);
  return first;
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
  if (/\bon\s+(conflict|duplicate\s+key)\b|\binsert\s+(or\s+)?(ignore|replace)\b|\bnot\s+exists\b/i.test(sql)) return { ...base, verb: "upsert" };
  return { ...base, verb, ...statementColumns(sql, call) };
}

/** `INSERT INTO payments (id, order_id) VALUES ($1, $2)`: the columns, without those whose value is made anew each time. */
function statementColumns(sql: string, call: LibraryCall): Pick<RowChange, "columns" | "open"> {
  const [, names, values] = /\binto\s+[\w."`[\]]+\s*\(([^()]{1,2000})\)\s*values\s*\(([^;]{1,4000})/i.exec(sql) ?? [];
  if (names === undefined || values === undefined) return { columns: new Set(), open: true };
  const columns = names.split(",").map((name) => name.trim().replace(/^["'`[]|["'`\]]$/g, "").toLowerCase());
  const given = values.split(",").map((one) => one.trim());
  const kept = columns.filter((_name, index) => {
    const [, number] = /^\$(\d{1,4})/.exec(given[index] ?? "") ?? [];
    const position = number === undefined ? given.slice(0, index).filter((one) => one.startsWith("?")).length : Number(number) - 1;
    return /^[$?]/.test(given[index] ?? "") ? !isFreshParameter(position, call) : !/\(/.test(given[index] ?? "");
  });
  return { columns: new Set(kept), open: false };
}

function isFreshParameter(position: number, call: LibraryCall): boolean {
  const list = call.args.slice(1).map((arg): { readonly arg: Expr; readonly scope: Scope } => ({ arg, scope: call.scope }));
  const [only] = list;
  if (only === undefined) return false;
  const value = call.program.denote(only.arg, only.scope, call.place);
  const item = value.kind === "array" ? value.items[position] : list[position]?.arg;
  if (item === undefined) return false;
  return isFreshExpr(item) || isFreshValue(call.program.denote(item, value.kind === "array" ? value.scope : call.scope));
}
