import type { Effect } from "../code.js";
import type { Denotation, WrittenType } from "../code/denotation.js";
import { isTypeParameter } from "../code/type-parameter.js";
import type { DatabaseKnowledge } from "../libraries/library.js";
import { SOME_METHOD } from "../libraries/patterns.js";
import { NOTHING, type Evaluated } from "./evaluated.js";
import { firstVerb, isWriteVerb, tablesOf } from "./statement.js";
import { taggedText } from "./texts.js";
import { literalOf, valueAt, type LibraryCall } from "./values.js";

/** What a call of a database library does; `null` for what touches no row. */
export function databaseEffect(knowledge: DatabaseKnowledge, call: LibraryCall): Evaluated | null {
  const base: Evaluated = { ...NOTHING, kind: "db-read", mutating: false };
  if (knowledge.access === "commit") return null;
  if (knowledge.access === "transaction") return { ...base, kind: "transaction", mutating: null };
  const entity = entityName(valueAt(knowledge.entity, call), call);
  if (knowledge.access === "flush") return { ...base, kind: "db-write", operation: entity, mutating: true };
  if (knowledge.access !== "statement") {
    const isWrite = knowledge.access === "write";
    return { ...base, kind: isWrite ? writeKind(entity) : "db-read", operation: entity, mutating: isWrite, complete: entity !== null };
  }
  const statement = valueAt(knowledge.statement, call);
  const sql = statement === null ? null : taggedText(statement, call);
  const verb = sql === null ? null : firstVerb(sql);
  if (sql === null || verb === null) return { ...base, complete: false, confidence: "low" };
  const table = tablesOf(sql)[0] ?? null;
  if (/^(begin|start|commit|rollback|savepoint)$/.test(verb)) return { ...base, kind: "transaction", operation: verb, mutating: null };
  // Definitions and settings touch no row.
  if (!/^(select|with|values|show|explain)$/.test(verb) && !isWriteVerb(verb)) return null;
  return isWriteVerb(verb) ? { ...base, kind: writeKind(table), operation: table, mutating: true } : { ...base, operation: table };
}

function writeKind(entity: string | null): Effect["kind"] {
  return entity !== null && /outbox/i.test(entity) ? "outbox-add" : "db-write";
}

function entityName(value: Denotation | null, call: LibraryCall): string | null {
  if (value === null) return null;
  const text = literalOf(value);
  if (text !== null) return text === SOME_METHOD ? null : text;
  if (value.kind === "class" || value.kind === "instance") return value.class.summary.name;
  if (value.kind === "array" && value.items[0] !== undefined)
    return entityName(call.program.denote(value.items[0], value.scope, call.place), call);
  if (value.kind === "library") {
    // `pgTable("orders", …)`, `getRepositoryToken(Order)`, and `repository.create({ … })` of a `Repository<Order>`
    const last = value.path.calls.at(-1);
    const [first] = last?.args ?? [];
    const named = last === undefined || first === undefined ? null : entityName(call.program.denote(first, last.scope, last.place), call);
    return named ?? (value.path.path.endsWith("#create()") ? entityName(value.path.typeArgs[0] ?? null, call) : null);
  }
  return value.kind === "unknown" && value.type !== null ? typeName(value.type, call) : null;
}

/** `Order` of a row of this type, and of an `OrderDocument`. */
function typeName(written: WrittenType, { program }: LibraryCall): string | null {
  const { name } = written.type;
  if (isTypeParameter(written, program) || !/^[A-Z]\w*$/.test(name) || name === "Document") return null;
  return name.replace(/Document$/, "");
}
