import type { Expr } from "../source.js";
import { addLocal } from "./assignments.js";
import { kinds, type ts } from "./compiler.js";
import { readClassDeclaration } from "./classes.js";
import { hasModifier, readFunctionDeclaration } from "./functions.js";
import type { SourceReader } from "./reader.js";
import { readStatements, readVariables } from "./statements.js";
import { readEnum, readInterface, readTypeAlias } from "./type-declarations.js";

export function readImport(reader: SourceReader, node: ts.ImportDeclaration): void {
  const module = moduleText(node.moduleSpecifier);
  const clause = node.importClause;
  reader.tokens.word(module);
  if (clause === undefined) {
    reader.imports.push({ local: "", module, imported: "*", typeOnly: false, line: reader.lineOfEnd(node.moduleSpecifier) });
    return;
  }
  const add = (local: ts.Identifier, imported: string, typeOnly: boolean): void => {
    reader.imports.push({ local: local.text, module, imported, typeOnly, line: reader.lineOfEnd(local) });
  };
  const typeOnly = clause.phaseModifier === kinds.TypeKeyword;
  if (clause.name !== undefined) add(clause.name, "default", typeOnly);
  const named = clause.namedBindings;
  if (named === undefined) return;
  if (named.kind === kinds.NamespaceImport) {
    add(named.name, "*", typeOnly);
    return;
  }
  for (const element of named.elements) {
    add(element.name, (element.propertyName ?? element.name).text, typeOnly || element.isTypeOnly);
  }
}

/** `import express = require("express")`, `import Status = Orders.Status`. */
export function readImportEquals(reader: SourceReader, node: ts.ImportEqualsDeclaration): void {
  const local = node.name.text;
  const line = reader.lineOfEnd(node.name);
  const reference = node.moduleReference;
  if (reference.kind === kinds.ExternalModuleReference) {
    const module = moduleText(reference.expression);
    reader.imports.push({ local, module, imported: "*", typeOnly: node.isTypeOnly, line });
  } else {
    addLocal(reader, local, entity(reference), line);
  }
  if (hasModifier(node, kinds.ExportKeyword)) exportName(reader, local, local);
}

function entity(node: ts.EntityName): Expr {
  if (node.kind === kinds.Identifier) return { kind: "name", name: node.text };
  const { left, right } = node;
  return { kind: "member", object: entity(left), property: right.text };
}

/** `export { a as b }`, `export { a } from "m"`, `export * from "m"`, `export * as a from "m"`. */
export function readExport(reader: SourceReader, node: ts.ExportDeclaration): void {
  const module = node.moduleSpecifier === undefined ? null : moduleText(node.moduleSpecifier);
  const clause = node.exportClause;
  if (clause === undefined || clause.kind !== kinds.NamedExports) {
    if (module === null) return;
    const exported = clause === undefined ? "*" : clause.name.text;
    reader.exports.push({ exported, value: null, from: { module, imported: "*" } });
    return;
  }
  for (const { name, propertyName } of clause.elements) {
    const own = (propertyName ?? name).text;
    if (module === null) exportName(reader, name.text, own);
    else reader.exports.push({ exported: name.text, value: null, from: { module, imported: own } });
  }
}

/** `export default x`, `export = x`. */
export function readExportAssignment(reader: SourceReader, node: ts.ExportAssignment): void {
  reader.tokens.mark(node.kind);
  const exported = node.isExportEquals === true ? "=" : "default";
  reader.holder = exported === "=" ? "module.exports" : exported;
  const value = reader.expression(node.expression);
  reader.holder = "";
  reader.exports.push({ exported, value, from: null });
}

/** A declaration of a value or type that may have `export` before it. */
function readDeclared(read: (reader: SourceReader, node: never) => void): (reader: SourceReader, node: ts.DeclarationStatement) => void {
  return (reader, node) => {
    read(reader, node as never);
    if (!hasModifier(node, kinds.ExportKeyword)) return;
    const name = (node.name as ts.Identifier | undefined)?.text ?? "default";
    exportName(reader, hasModifier(node, kinds.DefaultKeyword) ? "default" : name, name);
  };
}

export const readExportedFunction = readDeclared(readFunctionDeclaration);
export const readExportedClass = readDeclared(readClassDeclaration);
export const readExportedInterface = readDeclared(readInterface);
export const readExportedAlias = readDeclared(readTypeAlias);
export const readExportedEnum = readDeclared(readEnum);

export function readExportedVariables(reader: SourceReader, node: ts.VariableStatement): void {
  readVariables(reader, node);
  if (node.modifiers === undefined || !hasModifier(node, kinds.ExportKeyword)) return;
  for (const { name } of node.declarationList.declarations) for (const local of boundNames(name)) exportName(reader, local, local);
}

function boundNames(name: ts.BindingName): string[] {
  if (name.kind === kinds.Identifier) return [name.text];
  return name.elements.flatMap((element) => (element.kind === kinds.OmittedExpression ? [] : boundNames(element.name)));
}

/** A namespace is read as if its code stood in the module. */
export function readNamespace(reader: SourceReader, node: ts.ModuleDeclaration): void {
  const { body } = node;
  if (body === undefined) return;
  if (body.kind === kinds.ModuleBlock) readStatements(reader, body.statements);
  else if (body.kind === kinds.ModuleDeclaration) readNamespace(reader, body);
  if (hasModifier(node, kinds.ExportKeyword) && node.name.kind === kinds.Identifier) exportName(reader, node.name.text, node.name.text);
}

function exportName(reader: SourceReader, exported: string, name: string): void {
  reader.exports.push({ exported, value: { kind: "name", name }, from: null });
}

function moduleText(node: ts.Expression): string {
  return node.kind === kinds.StringLiteral ? (node as ts.StringLiteral).text : "";
}
