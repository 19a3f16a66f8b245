import type { Expr } from "../../facts/source.js";
import type { Denotation } from "../code/denotation.js";
import type { DeadLetterTarget } from "../dead-letters.js";
import type { Evidence } from "../evidence.js";
import { databaseEffect } from "./database-effect.js";
import type { CallSites, DirectSite } from "./direct.js";
import type { Linking } from "./linking.js";
import { calleeName, eachPart, functionKey, placeOf, type FunctionAt, type SiteAt, type SiteIndex } from "./sites.js";
import { taggedText } from "./texts.js";
import type { Use } from "./use.js";
import { literalOf, valueAt, type LibraryCall } from "./values.js";

/** States of a row that was given up on: `dead_letter`, `DEAD`. */
const DEAD = /^dead(?:[-_ ]?letter(?:ed|s)?)?$/i;
const STATE = /^(?:.*[._])?(?:status|state)$/i;
/** Names of functions that look after such rows. */
const RESCUE =
  /(?:queue|retry|replay|drive|process|send|list|find|report|revive).*dead|dead.*(?:queue|retry|replay|drive|process|send|handler|list|report|revive)/i;
const TELLING = /alert|notif|sentry|pager|metric|counter|gauge|captureException|captureMessage/i;
const SAVING = /^(?:save|persist|flush|persistAndFlush|saveChanges)$/;

interface Mark {
  readonly site: DirectSite;
  readonly entity: string;
  readonly evidence: Evidence;
}

/** Rows of outboxes that are marked as given up on, with who looks after them. */
export function outboxLetters(
  linking: Linking,
  sites: CallSites,
  direct: readonly DirectSite[],
  index: SiteIndex,
  use: Use,
): readonly DeadLetterTarget[] {
  const marks = direct.flatMap((site) => markOf(site, linking, sites, index) ?? []).filter(({ site }) => use.of(site.at));
  const marking = new Set(marks.map(({ site }) => functionKey(site.at)));
  return marks.flatMap(({ site, entity, evidence }): DeadLetterTarget[] => {
    const { service } = site.at.file;
    if (service === null) return [];
    const functions = linking.program.filesOf(service).flatMap((file) => file.fact.functions.map((summary) => ({ file, summary })));
    return [
      {
        name: entity,
        kind: "rows",
        sources: [],
        services: [service],
        evidence: [evidence],
        handled: functions.filter((at) => !marking.has(functionKey(at))).flatMap((at) => handledBy(at) ?? []),
        watched: functions.flatMap((at) => (isAround(at, site.at) ? (toldBy(at) ?? []) : [])),
        isSqs: false,
        undecided: null,
        confidence: "medium",
      },
    ];
  });
}

/** The write of an outbox that gives a row such a state. */
function markOf(site: DirectSite, { program }: Linking, sites: CallSites, index: SiteIndex): Mark | null {
  const { knowledge } = site.known;
  if (knowledge.kind !== "database") return null;
  const call = sites.libraryCall(site.at, site.path, site.known, sites.scope(site.at));
  const effect = databaseEffect(knowledge, call);
  const entity = effect?.operation ?? null;
  if (effect === null || entity === null || effect.mutating !== true || !/outbox/i.test(entity)) return null;
  const isDead = (value: Denotation): boolean =>
    value.kind === "choice" ? value.options.some(isDead) : DEAD.test(literalOf(value) ?? "") || isDeadMember(value);
  const marks =
    knowledge.access === "statement"
      ? setsInText(call, valueAt(knowledge.statement, call), isDead)
      : setsInData(call, index.chainOf(site.at), isDead) || setsBeforeSaving(site.at, (value) => isDead(program.denote(value, call.scope)));
  const evidence: Evidence = { ...placeOf(site.at), kind: "code", note: `gives up on a row of ${entity}` };
  return marks ? { site, entity, evidence } : null;
}

/** A member of an enum in a package. */
function isDeadMember(value: Denotation): boolean {
  return value.kind === "library" && value.path.calls.length === 0 && DEAD.test(value.path.path.split(".").at(-1) ?? "");
}

/** `UPDATE outbox SET status = 'dead'`, or a parameter in its place. */
function setsInText(call: LibraryCall, statement: Denotation | null, isDead: (value: Denotation) => boolean): boolean {
  const sql = statement === null ? null : taggedText(statement, call);
  const [, before = "", written] = /^(.*?\bset\b.*?\b(?:status|state)\s*=\s*)('[^']*'|\$\d+|\?)/is.exec(sql ?? "") ?? [];
  if (written === undefined || /\bwhere\b/i.test(before)) return false;
  if (written.startsWith("'")) return DEAD.test(written.slice(1, -1));
  const position = written === "?" ? before.split("?").length - 1 : Number(written.slice(1)) - 1;
  const [, given] = call.args;
  const list = given === undefined ? null : call.program.denote(given, call.scope, call.place);
  const item = list?.kind === "array" ? list.items[position] : undefined;
  return list?.kind === "array" && item !== undefined && isDead(call.program.denote(item, list.scope));
}

/** `update({ id }, { status: Status.Dead })`, `update({ where, data })`, `update(outbox).set({ status })`. */
function setsInData(call: LibraryCall, chain: readonly SiteAt[], isDead: (value: Denotation) => boolean): boolean {
  const set = chain.find(({ site }) => calleeName(site.callee) === "set");
  const args = set === undefined ? call.args : set.site.args;
  const objects = args.map((arg) => call.program.denote(arg, call.scope, call.place)).filter((value) => value.kind === "object");
  const data = objects.at(-1);
  if (data?.kind !== "object") return false;
  const inner = ["data", "$set", "set"].flatMap((key) => (data.entries.has(key) ? [call.program.member(data, key)] : []));
  return [data, ...inner].some(
    (value) =>
      value.kind === "object" && [...value.entries.keys()].some((key) => STATE.test(key) && isDead(call.program.member(value, key))),
  );
}

/** `row.status = Status.Dead; await rows.save(row);` */
function setsBeforeSaving({ site, summary }: SiteAt, isDead: (value: Expr) => boolean): boolean {
  return (
    SAVING.test(calleeName(site.callee)) &&
    summary.locals.some(({ name, value }) => name.includes(".") && STATE.test(name) && isDead(value))
  );
}

/** Reads rows in that state, asks for it, or is called after looking after them. */
function handledBy({ file, summary }: FunctionAt): Evidence | null {
  const at = (line: number): Evidence => ({
    path: file.path,
    startLine: line,
    endLine: line,
    kind: "code",
    note: "looks after rows that were given up on",
  });
  if (RESCUE.test(summary.name)) return at(summary.lines.startLine);
  const asked = summary.comparisons.find(({ constant }) => saysDead(constant));
  if (asked !== undefined) return at(asked.line);
  const told = summary.calls.find(({ args }) => args.some(saysDead));
  return told === undefined ? null : at(told.lines.startLine);
}

function saysDead(expr: Expr): boolean {
  let found = false;
  eachPart(expr, (part) => {
    if (part.kind === "text") found ||= DEAD.test(part.value) || /\b(?:status|state)\b[^;]*'dead/i.test(part.value);
    else if (part.kind === "member") found ||= DEAD.test(part.property);
    return !found;
  });
  return found;
}

/** The function itself, and those of its class. */
function isAround({ file, summary }: FunctionAt, at: FunctionAt): boolean {
  return file === at.file && (summary === at.summary || (summary.class !== null && summary.class === at.summary.class));
}

function toldBy({ file, summary }: FunctionAt): Evidence | null {
  const call = summary.calls.find(({ callee }) => {
    const receiver = callee.kind === "member" ? (callee.object.kind === "member" ? callee.object.property : calleeName(callee.object)) : "";
    return TELLING.test(calleeName(callee)) || TELLING.test(receiver);
  });
  return call === undefined ? null : { path: file.path, ...call.lines, kind: "code", note: "tells of rows that were given up on" };
}
