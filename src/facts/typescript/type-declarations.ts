import type { Expr, TypeSummary } from "../source.js";
import { kinds, type ts } from "./compiler.js";
import { hasModifier } from "./functions.js";
import { propertyName } from "./names.js";
import type { SourceReader } from "./reader.js";
import { typeMembers, typeRef } from "./type-refs.js";

export function readInterface(reader: SourceReader, node: ts.InterfaceDeclaration): void {
  const bases = (node.heritageClauses ?? []).flatMap((clause) => clause.types.map((type) => typeRef(reader, type)));
  addType(reader, node, { kind: "interface", extends: bases, members: typeMembers(reader, node.members), type: null, values: [] });
}

export function readTypeAlias(reader: SourceReader, node: ts.TypeAliasDeclaration): void {
  const isLiteral = node.type.kind === kinds.TypeLiteral;
  addType(reader, node, {
    kind: "alias",
    extends: [],
    members: isLiteral ? typeMembers(reader, (node.type as ts.TypeLiteralNode).members) : [],
    type: isLiteral ? null : typeRef(reader, node.type),
    values: [],
  });
}

const MAX_VALUES = 300;

export function readEnum(reader: SourceReader, node: ts.EnumDeclaration): void {
  let next: number | null = 0;
  const values: TypeSummary["values"][number][] = [];
  for (const member of node.members.slice(0, MAX_VALUES)) {
    const value: Expr = member.initializer === undefined ? numbered(next) : reader.expression(member.initializer);
    next = value.kind === "number" ? value.value + 1 : null;
    values.push({ name: propertyName(member.name), value, lines: reader.linesOf(member) });
  }
  addType(reader, node, { kind: "enum", extends: [], members: [], type: null, values });
}

function numbered(value: number | null): Expr {
  return value === null ? { kind: "unknown" } : { kind: "number", value };
}

type Shape = Pick<TypeSummary, "kind" | "extends" | "members" | "type" | "values">;

function addType(reader: SourceReader, node: ts.InterfaceDeclaration | ts.TypeAliasDeclaration | ts.EnumDeclaration, shape: Shape): void {
  const { typeParameters } = node as ts.InterfaceDeclaration;
  reader.types.push({
    name: node.name.text,
    lines: reader.linesOf(node),
    exported: hasModifier(node, kinds.ExportKeyword),
    typeParameters: (typeParameters ?? []).map((parameter) => parameter.name.text),
    ...shape,
  });
}
