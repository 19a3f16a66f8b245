import type { CallSite, ClassSummary, Expr, FunctionSummary, SourceFact, TypeRef, TypeSummary } from "../../../src/facts/source.js";
import { typescript } from "../../../src/facts/typescript/extractor.js";

/** The fact of one file. Lines count from the first line that is not empty, so that tests can be indented. */
export function read(text: string, path = "orders.ts"): SourceFact {
  const [fact] = typescript.extract({ path, text: text.replace(/^\s*\n/, "") }).facts;
  if (fact?.kind !== "source") throw new Error("nothing was read");
  return fact;
}

export function functionNamed(fact: SourceFact, name: string): FunctionSummary {
  return named(fact.functions, name);
}

export function classNamed(fact: SourceFact, name: string): ClassSummary {
  return named(fact.classes, name);
}

export function typeNamed(fact: SourceFact, name: string): TypeSummary {
  return named(fact.types, name);
}

function named<T extends { readonly name: string }>(list: readonly T[], name: string): T {
  const found = list.find((one) => one.name === name);
  if (found === undefined) throw new Error(`no ${name}; there are: ${list.map((one) => one.name).join(", ")}`);
  return found;
}

/** The module's own code. */
export function moduleOf(fact: SourceFact): FunctionSummary {
  return fact.functions[0]!;
}

/** What each variable is given: `client = axios.create()`. */
export function localsOf({ locals }: FunctionSummary): string[] {
  return locals.map(({ name, value }) => `${name} = ${show(value)}`);
}

export function callsOf({ calls }: FunctionSummary): string[] {
  return calls.map(showCall);
}

export function callOf(summary: FunctionSummary, shown: string): CallSite {
  const found = summary.calls.find((call) => show(call.callee) === shown);
  if (found === undefined) throw new Error(`no call of ${shown}; there are: ${callsOf(summary).join(", ")}`);
  return found;
}

function showCall({ callee, args, construct }: Pick<CallSite, "callee" | "args" | "construct">): string {
  return `${construct ? "new " : ""}${show(callee)}(${args.map(show).join(", ")})`;
}

/** An expression as code: `?` for what is unknown, `#1` for the function 1, `a | b` for a choice. */
export function show(value: Expr): string {
  switch (value.kind) {
    case "text":
      return JSON.stringify(value.value);
    case "number":
    case "boolean":
      return String(value.value);
    case "null":
      return "null";
    case "template":
      return `\`${value.parts.map((part) => (part.kind === "text" ? part.value : `\${${show(part)}}`)).join("")}\``;
    case "name":
      return value.name;
    case "member":
      return `${show(value.object)}.${value.property}`;
    case "element":
      return `${show(value.object)}[${show(value.index)}]`;
    case "call":
      return showCall(value);
    case "object":
      return `{ ${[...value.entries.map((entry) => `${entry.key}: ${show(entry.value)}`), ...value.spreads.map((each) => `...${show(each)}`)].join(", ")} }`;
    case "array":
      return `[${value.items.map(show).join(", ")}${value.spread && value.items.every((item) => item.kind !== "spread") ? ", …" : ""}]`;
    case "choice":
      return value.options.map(show).join(" | ");
    case "function":
      return `#${value.id}`;
    case "class":
      return `class #${value.id}`;
    case "spread":
      return `...${show(value.value)}`;
    default:
      return "?";
  }
}

/** A type as its parts: `Repository<Order>`, `|<string, null>`, `"created"`, `{ id: string }`. */
export function showType(type: TypeRef | null): string {
  if (type === null) return "-";
  if (type.literal !== null) return type.literal;
  if (type.members !== null)
    return `{ ${type.members.map((member) => `${member.name}${member.optional ? "?" : ""}: ${showType(member.type)}`).join(", ")} }`;
  return type.args.length === 0 ? type.name : `${type.name}<${type.args.map(showType).join(", ")}>`;
}
