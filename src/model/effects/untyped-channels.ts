import type { CallSite, Expr } from "../../facts/source.js";
import type { LibraryPath } from "../code/denotation.js";
import { knowledgeOf, type Known } from "../libraries/knowledge.js";

/**
 * A call on a RabbitMQ channel of which nothing says that it is one: a parameter without a type, a field of `any`. Its methods
 * have names and arguments that nothing else has.
 */
export function untypedChannelCall({ callee, args, construct }: CallSite): { readonly known: Known; readonly path: LibraryPath } | null {
  if (callee.kind !== "member" || !isChannelCall(callee, args)) return null;
  const path: LibraryPath = { module: "amqplib", subpath: "", path: `Channel#${callee.property}`, calls: [], typeArgs: [], declared: true };
  const known = knowledgeOf(path, construct);
  return known === null ? null : { known, path };
}

function isChannelCall({ object, property }: Extract<Expr, { kind: "member" }>, args: readonly Expr[]): boolean {
  switch (property) {
    case "sendToQueue":
      return args.length >= 2;
    case "publish":
      return args.length >= 3 && isBuffer(args[2]!);
    case "consume":
      return args.length >= 2 && /channel$|^ch$/i.test(nameOf(object));
    default:
      return false;
  }
}

function isBuffer(expr: Expr): boolean {
  return (
    expr.kind === "call" && expr.callee.kind === "member" && expr.callee.object.kind === "name" && expr.callee.object.name === "Buffer"
  );
}

function nameOf(expr: Expr): string {
  return expr.kind === "name" ? expr.name : expr.kind === "member" ? expr.property : "";
}
