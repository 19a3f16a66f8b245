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
      const { expression } = node;
      if (expression.kind === kinds.StringLiteral || expression.kind === kinds.NoSubstitutionTemplateLiteral)
        return (expression as ts.StringLiteral).text;
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
  const name = typeof holder === "string" ? holder : callName(reader, holder);
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
  return shortened(`${typeof holder === "string" ? holder : callName(reader, holder)}${routeLabel(object)}.${key}`);
}

/** More properties than the description of a route ever has. */
const MAX_PROPERTIES = 20;

function routeLabel({ properties }: ts.ObjectLiteralExpression): string {
  if (properties.length > MAX_PROPERTIES) return "";
  let method = "";
  let path = "";
  for (const property of properties) {
    if (property.kind !== kinds.PropertyAssignment) continue;
    const { name, initializer } = property;
    if (initializer.kind !== kinds.StringLiteral || name.kind !== kinds.Identifier) continue;
    const { text } = initializer as ts.StringLiteral;
    const key = name.text;
    if (key === "method") method = `${text.toUpperCase()} `;
    else if (key === "path" || key === "url") path = text;
  }
  return path === "" ? "" : `("${method}${path.slice(0, 60)}")`;
}

/**
 * `router.post("/orders")`, `bus.subscribe(OrderCreated)`, `new Promise`. Inside functions the receiver is left out where it may be a
 * local: a function must not be called otherwise because a local is.
 */
function callName(reader: SourceReader, call: ts.CallExpression | ts.NewExpression): string {
  const callee = calleeText(call.expression, reader.frame.id !== 0, 0) || "(call)";
  const first = call.arguments?.[0];
  const text = first === undefined ? null : (quoted(first) ?? constantName(first));
  return shortened(`${call.kind === kinds.NewExpression ? "new " : ""}${callee}${text === null ? "" : `(${text})`}`);
}

function quoted(node: ts.Expression): string | null {
  return isText(node) ? `"${node.text.slice(0, 60)}"` : null;
}

function isText(node: ts.Expression): node is ts.StringLiteral {
  return node.kind === kinds.StringLiteral || node.kind === kinds.NoSubstitutionTemplateLiteral;
}

/** Names of classes, enums and constants. */
function constantName(node: ts.Expression): string | null {
  const name = dottedName(node);
  return name !== null && /^[A-Z]/.test(name) ? name.slice(0, 60) : null;
}

/** Without what is called on the way: `axios.get(url).then` is `axios.get.then`. */
function calleeText(node: ts.Expression, inFunction: boolean, depth: number): string {
  if (depth > 4) return "";
  switch (node.kind) {
    case kinds.Identifier: {
      const { text } = node as ts.Identifier;
      return inFunction && depth > 0 && !/^[A-Z]/.test(text) ? "" : text;
    }
    case kinds.PropertyAccessExpression: {
      const { expression, name } = node as ts.PropertyAccessExpression;
      const object = calleeText(expression, inFunction, depth + 1);
      return object === "" ? name.text : `${object}.${name.text}`;
    }
    case kinds.CallExpression:
    case kinds.NewExpression:
      return calleeText((node as ts.CallExpression).expression, inFunction, depth);
    case kinds.NonNullExpression:
    case kinds.ParenthesizedExpression:
    case kinds.AwaitExpression:
    case kinds.ElementAccessExpression:
      return calleeText((node as ts.NonNullExpression).expression, inFunction, depth + 1);
    case kinds.SuperKeyword:
      return "super";
    default:
      return "";
  }
}

/** Methods whose callbacks run at once, with what the receiver holds. */
export const CALLBACK_METHODS: ReadonlySet<string> = new Set([
  "catch",
  "every",
  "filter",
  "finally",
  "find",
  "findIndex",
  "findLast",
  "flatMap",
  "forEach",
  "map",
  "reduce",
  "some",
  "sort",
  "then",
]);

/**
 * What a function that a variable is given is called after. Not what a local gets from a call: `const saved = later(() => …)` names the
 * result.
 */
export function nameOfLocal(reader: SourceReader, name: string, value: ts.Expression | undefined): string {
  const isResult = value !== undefined && (value.kind === kinds.CallExpression || value.kind === kinds.AwaitExpression);
  return isResult && reader.frame.id !== 0 && !name.includes(".") ? "" : name;
}

/**
 * What the functions that a call takes are called after: mostly the call. A wrapper hands on the name that it stands under:
 * `const create = handled(async () => …)`, `router.post("/orders", handled(async () => …))`.
 */
export function holderOfArguments(reader: SourceReader, call: ts.CallExpression | ts.NewExpression): SourceReader["holder"] {
  const { holder } = reader;
  const [first] = call.arguments ?? [];
  if (holder === "" || first === undefined || isText(first)) return call;
  const { expression } = call;
  if (expression.kind === kinds.PropertyAccessExpression && CALLBACK_METHODS.has((expression as ts.PropertyAccessExpression).name.text))
    return call;
  if (typeof holder === "string") return holder;
  const outer = holder.arguments?.[0];
  return outer !== undefined && isText(outer) ? holder : call;
}

function shortened(name: string): string {
  return name.length > MAX_NAME ? name.slice(-MAX_NAME) : name;
}

/** The text that an expression is, where it is one. */
export function literalText(value: Expr): string | null {
  return value.kind === "text" ? value.value : null;
}
