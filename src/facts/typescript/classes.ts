import type { ClassSummary, Expr, FieldSummary } from "../source.js";
import { addLocal } from "./assignments.js";
import { kinds, type ts } from "./compiler.js";
import { readDecorators } from "./decorators.js";
import { hasModifier, readFunction } from "./functions.js";
import { nameFromHolder, propertyName, qualified } from "./names.js";
import type { SourceReader } from "./reader.js";
import { readStatements } from "./statements.js";
import { typeList, typeRef } from "./type-refs.js";

export function readClassDeclaration(reader: SourceReader, node: ts.ClassDeclaration): void {
  const name = node.name?.text ?? "default";
  reader.tokens.declare(name);
  const id = readClass(reader, node, qualified(reader, name));
  addLocal(reader, name, { kind: "class", id }, node.name === undefined ? reader.lineOfStart(node) : reader.lineOfEnd(node.name));
}

export function readClassExpression(reader: SourceReader, node: ts.ClassExpression): Expr {
  const name = qualified(reader, node.name?.text ?? nameFromHolder(reader));
  return { kind: "class", id: readClass(reader, node, name) };
}

type Method = ClassSummary["methods"][number];

/** A class being read. */
interface ClassParts {
  readonly id: number;
  readonly name: string;
  readonly parent: number | null;
  readonly fields: FieldSummary[];
  readonly methods: Method[];
}

function readClass(reader: SourceReader, node: ts.ClassLikeDeclaration, name: string): number {
  const id = reader.classes.length;
  reader.classes.push(null);
  reader.tokens.mark(node.kind);
  const { frame, holder } = reader;
  const decorators = readDecorators(reader, node.modifiers);
  let base: Expr | null = null;
  let baseArgs: ClassSummary["extendsArgs"] = [];
  let contracts: ClassSummary["implements"] = [];
  for (const clause of node.heritageClauses ?? []) {
    const first = clause.types[0];
    if (clause.token !== kinds.ExtendsKeyword) contracts = typeList(reader, clause.types);
    else if (first !== undefined) {
      base = reader.expression(first.expression);
      baseArgs = typeList(reader, first.typeArguments);
    }
  }
  const parts: ClassParts = { id, name, parent: frame.id === 0 ? null : frame.id, fields: [], methods: [] };
  for (const member of node.members) readMember(reader, parts, member);
  reader.holder = holder;
  reader.classes[id] = {
    id,
    name,
    lines: { startLine: startLine(reader, node), endLine: reader.lineOfEnd(node) },
    parent: frame.id,
    extends: base,
    extendsArgs: baseArgs,
    implements: contracts,
    abstract: hasModifier(node, kinds.AbstractKeyword),
    decorators,
    fields: parts.fields,
    methods: parts.methods,
  };
  return id;
}

/** The first line without decorators, which have their own. */
function startLine(reader: SourceReader, node: ts.ClassLikeDeclaration): number {
  return node.name === undefined ? reader.lineOfStart(node) : reader.lineOfEnd(node.name);
}

function readMember(reader: SourceReader, parts: ClassParts, member: ts.ClassElement): void {
  switch (member.kind) {
    case kinds.Constructor:
      readMethod(reader, parts, member as ts.ConstructorDeclaration, "constructor");
      return;
    case kinds.MethodDeclaration:
      readMethod(reader, parts, member as ts.MethodDeclaration, "method");
      return;
    case kinds.GetAccessor:
      readMethod(reader, parts, member as ts.GetAccessorDeclaration, "getter");
      return;
    case kinds.SetAccessor:
      readMethod(reader, parts, member as ts.SetAccessorDeclaration, "setter");
      return;
    case kinds.PropertyDeclaration:
      readField(reader, parts, member as ts.PropertyDeclaration);
      return;
    case kinds.ClassStaticBlockDeclaration:
      readStatements(reader, (member as ts.ClassStaticBlockDeclaration).body.statements);
      return;
    default:
  }
}

function readMethod(reader: SourceReader, parts: ClassParts, node: ts.FunctionLikeDeclaration, kind: Method["kind"]): void {
  if (node.body === undefined) return;
  const name = kind === "constructor" ? "constructor" : propertyName(node.name as ts.PropertyName);
  reader.tokens.word(name);
  const decorators = readDecorators(reader, (node as ts.MethodDeclaration).modifiers);
  const id = readFunction(reader, node, { name: `${parts.name}.${name}`, class: parts.id, decorators, parent: parts.parent });
  parts.methods.push({ name, function: id, static: hasModifier(node, kinds.StaticKeyword), kind });
}

function readField(reader: SourceReader, parts: ClassParts, node: ts.PropertyDeclaration): void {
  const name = propertyName(node.name);
  reader.tokens.word(name);
  const decorators = readDecorators(reader, node.modifiers);
  const { class: outerClass } = reader;
  reader.class = parts.id;
  reader.holder = `${parts.name}.${name}`;
  const value = node.initializer === undefined ? null : reader.expression(node.initializer);
  reader.class = outerClass;
  const lines = { startLine: reader.lineOfEnd(node.name), endLine: reader.lineOfEnd(node) };
  parts.fields.push({
    name,
    type: node.type === undefined ? null : typeRef(reader, node.type),
    value,
    static: hasModifier(node, kinds.StaticKeyword),
    optional: node.questionToken !== undefined,
    decorators,
    lines,
  });
}
