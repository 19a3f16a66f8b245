import type { CallSite, Expr } from "../../facts/source.js";
import { calleeName, eachPart, rootName, type SiteAt } from "./sites.js";

/** What makes room for tables and asks whether there is room, and touches no table. */
const PREPARES =
  /^\s*(create\s+(schema|database|extension|role|user)|(alter|drop)\s+(schema|database|role|user)|grant|set|select\s[^;]*\bpg_\w+)\b/i;
const OPENS_AND_CLOSES = /^(connect|initialize|end|close|destroy|release|on|once)$/;

/**
 * Whether a connection only prepares a database: `await client.query('CREATE SCHEMA IF NOT EXISTS "orders"')`, and is closed
 * again. It says nothing about whose tables the service uses.
 */
export function preparesOnly({ summary, index, site }: SiteAt): boolean {
  const holder = summary.locals.find(({ value }) => value.kind === "call" && value.site === index && value.callee === site.callee);
  if (holder === undefined) return false;
  const { name } = holder;
  const own = summary.calls.filter((call) => call.callee.kind === "member" && rootName(call.callee) === name);
  const asked = own.filter((call) => !OPENS_AND_CLOSES.test(calleeName(call.callee)));
  const handedOn = [...summary.calls.flatMap(({ args }) => args), ...summary.returns].some((part) => mentions(part, name));
  return asked.length > 0 && !handedOn && asked.every(isPreparation);
}

function isPreparation({ callee, args: [statement] }: CallSite): boolean {
  if (calleeName(callee) !== "query" || statement === undefined) return false;
  const first = statement.kind === "template" ? statement.parts[0] : statement;
  return first?.kind === "text" && PREPARES.test(first.value);
}

/** The name itself, not a member of it. */
function mentions(expr: Expr, name: string): boolean {
  let found = false;
  eachPart(expr, (part) => {
    found ||= part.kind === "name" && part.name === name;
    return !found && part.kind !== "member" && part.kind !== "call";
  });
  return found;
}
