import type { Expr } from "../source.js";
import { kinds, type ts } from "./compiler.js";
import type { SourceReader } from "./reader.js";

/** Longer names help nobody; they come from calls nested in calls. */
const MAX_NAME = 120;

/** `orders`, `this.client`, `module.exports.create`; `null` for anything that is more than names and dots. */
export function dottedName(node: ts.Node): string | null {
  let suffix = "";
  let part = node;
  for (let depth = 0; depth < 6; depth += 1) {
    if (part.kind === kinds.Identifier) return (part as ts.Identifier).text + suffix;
    if (part.kind === kinds.ThisKeyword) return `this${suffix}`;
    if (part.kind === kinds.ParenthesizedExpression || part.kind === kinds.AsExpression || part.kind === kinds.NonNullExpression) {
      part = (part as ts.ParenthesizedExpression).expression;
      continue;
    }
    if (part.kind !== kinds.PropertyAccessExpression) return null;
    const access = part as ts.PropertyAccessExpression;
    suffix = `.${access.name.text}${suffix}`;
    part = access.expression;
  }
  return null;
}

/** The name of a property, without quotes; `[NAME]` for a computed one. */
export function propertyName(node: ts.PropertyName | ts.BindingName): string {
  switch (node.kind) {
    case kinds.Identifier:
    case kinds.PrivateIdentifier:
    case kinds.StringLiteral:
    case kinds.NumericLiteral:
    case kinds.NoSubstitutionTemplateLiteral:
      return (node as ts.Identifier).text;
    case kinds.ComputedPropertyName: {
      const { expression } = node as ts.ComputedPropertyName;
      if (expression.kind === kinds.StringLiteral || expression.kind === kinds.NoSubstitutionTemplateLiteral) return (expression as ts.StringLiteral).text;
      return `[${dottedName(expression) ?? ""}]`;
    }
    default:
      return "";
  }
}

/** The name of a function inside the file, from its own name. */
export function qualified(reader: SourceReader, name: string): string {
  const prefix = reader.frame.name;
  if (prefix === "") return name;
  const full = `${prefix}.${name}`;
  return full.length > MAX_NAME ? name : full;
}

/** Objects that go without saying in a name. */
const OWN: readonly string[] = ["this.", "exports.", "module.exports."];

/** What a function or class without a name of its own is called after. */
export function nameFromHolder(reader: SourceReader): string {
  const { holder } = reader;
  if (holder === "") return "(anonymous)";
  const name = typeof holder === "string" ? holder : callName(holder);
  const prefix = OWN.find((each) => name.startsWith(each));
  return prefix === undefined ? name : name.slice(prefix.length);
}

/**
 * The name for a property of an object that stands in the present holder: `routes.post`, and `server.route("POST /orders").handler`
 * for an object that says which route it is.
 */
export function nameOfEntry(reader: SourceReader, key: string, object: ts.ObjectLiteralExpression): string {
  const { holder } = reader;
  if (holder === "" || holder === "module.exports" || holder === "exports" || holder === "default") return key;
  return shortened(`${typeof holder === "string" ? holder : callName(holder)}${routeLabel(object)}.${key}`);
}

/** More properties than the description of a route ever has. */
const MAX_PROPERTIES = 20;

function routeLabel({ properties }: ts.ObjectLiteralExpression): string {
  if (properties.length > MAX_PROPERTIES) return "";
  let method = "";
  let path = "";
  for (const property of properties) {
    if (property.kind !== kinds.PropertyAssignment) continue;
    const { name, initializer } = property as ts.PropertyAssignment;
    if (initializer.kind !== kinds.StringLiteral || name.kind !== kinds.Identifier) continue;
    const { text } = initializer as ts.StringLiteral;
    const key = (name as ts.Identifier).text;
    if (key === "method") method = `${text.toUpperCase()} `;
    else if (key === "path" || key === "url") path = text;
  }
  return path === "" ? "" : `("${method}${path.slice(0, 60)}")`;
}

/** `router.post("/orders")`, `items.map`, `new Promise`. */
function callName(call: ts.CallExpression | ts.NewExpression): string {
  const callee = calleeText(call.expression, 0) || "(call)";
  const first = call.arguments?.[0];
  const text =
    first !== undefined && (first.kind === kinds.StringLiteral || first.kind === kinds.NoSubstitutionTemplateLiteral)
      ? `("${(first as ts.StringLiteral).text.slice(0, 60)}")`
      : "";
  return shortened(`${call.kind === kinds.NewExpression ? "new " : ""}${callee}${text}`);
}

function calleeText(node: ts.Expression, depth: number): string {
  if (depth > 4) return "";
  switch (node.kind) {
    case kinds.Identifier:
      return (node as ts.Identifier).text;
    case kinds.PropertyAccessExpression: {
      const { expression, name } = node as ts.PropertyAccessExpression;
      if (expression.kind === kinds.ThisKeyword) return name.text;
      const object = calleeText(expression, depth + 1);
      return object === "" ? name.text : `${object}.${name.text}`;
    }
    case kinds.CallExpression:
    case kinds.NonNullExpression:
    case kinds.ParenthesizedExpression:
    case kinds.AwaitExpression:
    case kinds.ElementAccessExpression:
      return calleeText((node as ts.CallExpression).expression, depth + 1);
    case kinds.SuperKeyword:
      return "super";
    default:
      return "";
  }
}

function shortened(name: string): string {
  return name.length > MAX_NAME ? name.slice(-MAX_NAME) : name;
}

/** The text that an expression is, where it is one. */
export function literalText(value: Expr): string | null {
  return value.kind === "text" ? value.value : null;
}
