import type { Expr } from "../../facts/source.js";
import { isText } from "./linker.js";

/** The last name in an expression: what a hole that it leaves is called. */
export function lastNameOf(expr: Expr): string {
  switch (expr.kind) {
    case "name":
      return expr.name;
    case "member":
      return expr.property;
    case "call":
      return nameOfCall(expr);
    case "element":
      return isText(expr.index) ? expr.index.value : lastNameOf(expr.index);
    case "choice":
      return expr.options[0] === undefined ? "" : lastNameOf(expr.options[0]);
    default:
      return "";
  }
}

/** Methods and functions that give the same in another form. */
const CHANGES_FORM = new Set([
  "toString",
  "toLowerCase",
  "toUpperCase",
  "trim",
  "replace",
  "replaceAll",
  "join",
  "slice",
  "toISOString",
  "toFixed",
  "split",
]);
const PASSES_ON = new Set(["String", "encodeURIComponent", "encodeURI", "Number", "parseInt"]);

/** `order.id.toString()` is called `id`, `encodeURIComponent(topic)` is `topic`. */
function nameOfCall({ callee, args }: Extract<Expr, { kind: "call" }>): string {
  const [first] = args;
  if (callee.kind === "member" && CHANGES_FORM.has(callee.property)) return lastNameOf(callee.object);
  if (callee.kind === "name" && PASSES_ON.has(callee.name) && first !== undefined) return lastNameOf(first);
  return lastNameOf(callee);
}

/** Names and dots as written, as far as the expression has them. */
export function nameOf(expr: Expr): string {
  if (expr.kind === "member") {
    const object = nameOf(expr.object);
    return object === "" || object.length > 200 ? expr.property : `${object}.${expr.property}`;
  }
  return lastNameOf(expr);
}
