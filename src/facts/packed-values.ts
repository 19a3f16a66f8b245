import type { Lines } from "./place.js";
import type { CallSite, Expr, TypeMember, TypeRef } from "./source.js";

export type Json = string | number | boolean | null | readonly Json[];
export type List = readonly Json[];
/** The call sites of the function that an expression stands in. */
export type Calls = readonly CallSite[];
/** One of them by its number: it may have to be unpacked first. */
export type SiteAt = (site: number) => CallSite;

/** A list without the empty values at its end; each reading gives absent ones their meaning. */
export function trimmed(list: Json[]): Json[] {
  while (list.length > 0) {
    const last = list[list.length - 1]!;
    if (last !== null && last !== 0 && !(Array.isArray(last) && last.length === 0)) break;
    list.pop();
  }
  return list;
}

export const NONE: readonly never[] = [];

export function listAt<T>(list: List, index: number, read: (item: Json) => T): readonly T[] {
  const items = list[index] as List | null | undefined;
  return items == null || items.length === 0 ? NONE : items.map(read);
}

/** Reads on the first question, and remembers. */
export function lazy<T>(read: () => T): () => T {
  let known: { readonly value: T } | null = null;
  return () => (known ??= { value: read() }).value;
}

// Expressions. A string is a name with its members (`order.items`), a number, a boolean and null are themselves.

const TEXT = 0;
const TEMPLATE = 1;
const MEMBER = 2;
const ELEMENT = 3;
const SITE = 4;
const CALL = 5;
const OBJECT = 6;
const ARRAY = 7;
const CHOICE = 8;
const FUNCTION = 9;
const CLASS = 10;
const SPREAD = 11;

const UNKNOWN: Expr = { kind: "unknown" };
const PACKED_UNKNOWN: List = [];

export function packExpr(expr: Expr, calls: Calls): Json {
  switch (expr.kind) {
    case "name":
      return expr.name.includes(".") ? [MEMBER, null, expr.name] : expr.name;
    case "text":
      return [TEXT, expr.value];
    case "number":
      return Number.isFinite(expr.value) ? expr.value : PACKED_UNKNOWN;
    case "boolean":
      return expr.value;
    case "null":
      return null;
    case "unknown":
      return PACKED_UNKNOWN;
    case "member": {
      const object = packExpr(expr.object, calls);
      return typeof object === "string" && !expr.property.includes(".") ? `${object}.${expr.property}` : [MEMBER, object, expr.property];
    }
    case "element":
      return [ELEMENT, packExpr(expr.object, calls), packExpr(expr.index, calls)];
    case "call":
      return packCallValue(expr, calls);
    case "function":
      return [FUNCTION, expr.id];
    case "class":
      return [CLASS, expr.id];
    case "spread":
      return [SPREAD, packExpr(expr.value, calls)];
    default:
      return packCompound(expr, calls);
  }
}

function packCompound(expr: Extract<Expr, { kind: "template" | "choice" | "object" | "array" }>, calls: Calls): Json {
  switch (expr.kind) {
    case "template":
      return [TEMPLATE, ...packAll(expr.parts, calls)];
    case "choice":
      return [CHOICE, ...packAll(expr.options, calls)];
    case "object":
      return trimmed([
        OBJECT,
        expr.entries.flatMap(({ key, value, line }) => [key, packExpr(value, calls), line]),
        packAll(expr.spreads, calls),
      ]);
    default:
      return [ARRAY, expr.spread ? 1 : 0, ...packAll(expr.items, calls)];
  }
}

export function packAll(list: readonly Expr[], calls: Calls): Json[] {
  return list.map((one) => packExpr(one, calls));
}

/** A call whose site is at hand is the number of the site: its callee and arguments are the site's own. */
function packCallValue(expr: Extract<Expr, { kind: "call" }>, calls: Calls): Json {
  const site = calls[expr.site];
  if (site !== undefined && site.callee === expr.callee && site.args === expr.args) return [SITE, expr.site];
  return [CALL, expr.site, expr.construct ? 1 : 0, packExpr(expr.callee, calls), ...packAll(expr.args, calls)];
}

export function unpackExpr(json: Json, siteAt: SiteAt): Expr {
  if (typeof json === "string") return unpackName(json);
  if (json === null) return { kind: "null" };
  if (typeof json === "number") return { kind: "number", value: json };
  if (typeof json === "boolean") return { kind: "boolean", value: json };
  switch (json[0]) {
    case undefined:
      return UNKNOWN;
    case TEXT:
      return { kind: "text", value: json[1] as string };
    case SITE:
      return unpackSite(json[1] as number, siteAt);
    case MEMBER:
      return json[1] === null
        ? { kind: "name", name: json[2] as string }
        : { kind: "member", object: unpackExpr(json[1]!, siteAt), property: json[2] as string };
    case OBJECT:
      return unpackObject(json, siteAt);
    case TEMPLATE:
      return { kind: "template", parts: unpackAll(json, 1, siteAt) };
    case CHOICE:
      return { kind: "choice", options: unpackAll(json, 1, siteAt) };
    case ARRAY:
      return { kind: "array", items: unpackAll(json, 2, siteAt), spread: json[1] === 1 };
    case FUNCTION:
      return { kind: "function", id: json[1] as number };
    case CALL:
      return {
        kind: "call",
        callee: unpackExpr(json[3]!, siteAt),
        args: unpackAll(json, 4, siteAt),
        construct: json[2] === 1,
        site: json[1] as number,
      };
    case ELEMENT:
      return { kind: "element", object: unpackExpr(json[1]!, siteAt), index: unpackExpr(json[2]!, siteAt) };
    case CLASS:
      return { kind: "class", id: json[1] as number };
    case SPREAD:
      return { kind: "spread", value: unpackExpr(json[1]!, siteAt) };
    default:
      throw new TypeError("not a packed expression");
  }
}

function unpackName(text: string): Expr {
  let dot = text.indexOf(".");
  if (dot < 0) return { kind: "name", name: text };
  let expr: Expr = { kind: "name", name: text.slice(0, dot) };
  for (;;) {
    const next = text.indexOf(".", dot + 1);
    expr = { kind: "member", object: expr, property: next < 0 ? text.slice(dot + 1) : text.slice(dot + 1, next) };
    if (next < 0) return expr;
    dot = next;
  }
}

function unpackSite(index: number, siteAt: SiteAt): Expr {
  const { callee, args, construct } = siteAt(index);
  return { kind: "call", callee, args, construct, site: index };
}

function unpackObject(json: List, siteAt: SiteAt): Expr {
  const flat = (json[1] ?? NONE) as List;
  const entries: { key: string; value: Expr; line: number }[] = [];
  for (let index = 0; index < flat.length; index += 3) {
    entries.push({ key: flat[index] as string, value: unpackExpr(flat[index + 1]!, siteAt), line: flat[index + 2] as number });
  }
  return { kind: "object", entries, spreads: listAt(json, 2, (one) => unpackExpr(one, siteAt)) };
}

export function unpackAll(json: List, from: number, siteAt: SiteAt): Expr[] {
  const list: Expr[] = [];
  for (let index = from; index < json.length; index += 1) list.push(unpackExpr(json[index]!, siteAt));
  return list;
}

export function packOptional(expr: Expr | null, calls: Calls): Json {
  return expr === null ? null : [packExpr(expr, calls)];
}

export function unpackOptional(json: Json | undefined, siteAt: SiteAt): Expr | null {
  return json == null ? null : unpackExpr((json as List)[0]!, siteAt);
}

// Types. A string is a name; a list a name with arguments; a list that starts with null a literal, one with false its members.

export function packTypeRef(type: TypeRef): Json {
  if (type.literal !== null) return [null, type.name, type.literal];
  if (type.members !== null) return [false, type.name, type.members.map(packMember)];
  return type.args.length === 0 ? type.name : [type.name, ...type.args.map(packTypeRef)];
}

export function unpackTypeRef(json: Json): TypeRef {
  if (typeof json === "string") return { name: json, args: NONE, members: null, literal: null };
  const list = json as List;
  if (list[0] === null) return { name: list[1] as string, args: NONE, members: null, literal: list[2] as string };
  if (list[0] === false) return { name: list[1] as string, args: NONE, members: (list[2] as List).map(unpackMember), literal: null };
  return { name: list[0] as string, args: list.slice(1).map(unpackTypeRef), members: null, literal: null };
}

export function packOptionalType(type: TypeRef | null): Json {
  return type === null ? null : packTypeRef(type);
}

export function unpackOptionalType(json: Json | undefined): TypeRef | null {
  return json == null ? null : unpackTypeRef(json);
}

export function packMember({ name, type, optional, lines }: TypeMember): Json {
  return [name, optional ? 1 : 0, lines.startLine, lines.endLine, packOptionalType(type)];
}

export function unpackMember(json: Json): TypeMember {
  const list = json as List;
  return { name: list[0] as string, type: unpackOptionalType(list[4]), optional: list[1] === 1, lines: linesAt(list, 2) };
}

export function linesAt(list: List, index: number): Lines {
  return { startLine: list[index] as number, endLine: list[index + 1] as number };
}
