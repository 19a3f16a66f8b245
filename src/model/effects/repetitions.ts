import type { Comparison, Expr } from "../../facts/source.js";
import type { Repetition } from "../code.js";
import type { Denotation, Program } from "../code/denotation.js";
import type { Evidence, Place } from "../evidence.js";
import type { CallSites } from "./direct.js";
import type { FlowEffect } from "./flow.js";
import type { Linking } from "./linking.js";
import { rowChange } from "./row-change.js";
import { calleeName, eachPart, functionKey, placeOf, rootName, type FunctionAt, type SiteAt, type SiteIndex } from "./sites.js";
import { UniqueKeys } from "./unique-keys.js";

/** Names of own functions and decorators that look whether a message was taken before. */
const LOOKS =
  /idempot|dedup|duplicate|already(_?(processed|handled|exists?|seen|done|consumed))|(is|has|was|mark(as)?)_?(processed|handled|consumed|seen)|process(ed)?once|run_?once|once_?only|^setnx$|claim(message|event|job)/i;
/** How databases call a second row with the same key. */
const REFUSALS = new Set(["23505", "P2002", "11000", "ER_DUP_ENTRY", "SQLITE_CONSTRAINT_UNIQUE", "1062"]);
const STATES = /^(status|state|stage|phase|version|isProcessed|processed)$/i;

/** What happens when a change is made once more. */
export class Repetitions {
  readonly #program: Program;
  readonly #sites: CallSites;
  readonly #index: SiteIndex;
  readonly #keys: UniqueKeys;
  readonly #guards = new Map<number, Evidence | null>();

  constructor(linking: Linking, sites: CallSites, index: SiteIndex) {
    this.#program = linking.program;
    this.#sites = sites;
    this.#index = index;
    this.#keys = new UniqueKeys(linking);
  }

  /** `null` for what changes nothing. `at`: the function that the effect is listed under. */
  of(effect: FlowEffect, at: FunctionAt): Repetition | null {
    const { kind, mutating } = effect.evaluated;
    if (kind === "db-write") return this.#ofWrite(effect, at);
    return kind === "call" && mutating !== false ? this.#ofCall(effect, at) : null;
  }

  #ofWrite(effect: FlowEffect, at: FunctionAt): Repetition | null {
    const { origin, scope, evaluated } = effect;
    const { knowledge } = origin.known;
    if (knowledge.kind !== "database") return null;
    const call = this.#sites.libraryCall(origin.at, origin.path, origin.known, scope);
    const { verb, columns, open, place } = rowChange(knowledge, call, this.#index.chainOf(origin.at));
    const refused = verb === "insert" && this.#keys.refuse(evaluated.operation, columns);
    const own: Evidence | null =
      verb === "upsert" || refused
        ? { ...place, kind: "code", note: refused ? "a second row with this key is refused" : "a row that is there is kept or replaced" }
        : null;
    // Of a row that is handed on whole nobody can tell whether it has the key.
    const isUnread = own === null && open && verb === "insert" && this.#keys.mayRefuse(evaluated.operation);
    return { verb: isUnread ? null : verb, guard: own ?? this.#guardOnTheWay(effect, at), retry: null, certain: !open };
  }

  #ofCall(effect: FlowEffect, at: FunctionAt): Repetition {
    return { verb: null, guard: this.#keyOf(effect) ?? this.#guardOnTheWay(effect, at), retry: this.#retryAround(effect), certain: true };
  }

  /** `headers: { "Idempotency-Key": key }`, `{ idempotencyKey }`. */
  #keyOf({ origin, scope }: FlowEffect): Evidence | null {
    const { at } = origin;
    const found = at.site.args.some(
      (arg) => mentions(arg, isKeyName) || holdsKey(this.#program.denote(arg, scope, placeOf(at)), this.#program, 0),
    );
    return found ? { ...placeOf(at), kind: "code", note: "sends an idempotency key" } : null;
  }

  /** What looks at the message before the change, in the functions from the handler to it. */
  #guardOnTheWay({ origin, via }: FlowEffect, at: FunctionAt): Evidence | null {
    for (const fn of [at, ...via, origin.at]) {
      for (let current: FunctionAt | null = fn; current !== null; current = holder(current)) {
        const guard = this.#guardIn(current);
        if (guard !== null) return guard;
      }
    }
    return null;
  }

  #guardIn(fn: FunctionAt): Evidence | null {
    const key = functionKey(fn);
    let found = this.#guards.get(key);
    if (found === undefined) {
      found = guardIn(fn);
      this.#guards.set(key, found);
    }
    return found;
  }

  /** What makes the call, or a call that leads to it, again after a failure. */
  #retryAround({ origin, via, context }: FlowEffect): Place | null {
    const loop = context.loops.find(({ exempt }) => exempt === "retry");
    if (loop !== undefined) return loop.place;
    for (const start of [origin.at, ...via.toReversed()]) {
      const place = this.#retryOutside(start);
      if (place !== null) return place;
    }
    return null;
  }

  #retryOutside(start: SiteAt): Place | null {
    let current: SiteAt | null = start;
    for (let depth = 0; current !== null && depth < 8; depth += 1) {
      for (let outer: SiteAt | null = depth === 0 ? this.#enclosing(current) : current; outer !== null; outer = this.#enclosing(outer)) {
        if (this.#retries(outer)) return placeOf(outer);
      }
      current = this.#index.holderOf(current)?.site ?? null;
    }
    return null;
  }

  #enclosing(at: SiteAt): SiteAt | null {
    const nested = this.#index.nestingOf(at)[at.index];
    const site = nested === null || nested === undefined ? undefined : at.summary.calls[nested.site];
    return site === undefined ? null : { ...at, index: nested!.site, site };
  }

  /** A library's retry around the call, or `pipe(retry(3))` of its answer. */
  #retries(at: SiteAt): boolean {
    if (this.#isRetry(at)) return true;
    if (calleeName(at.site.callee) !== "pipe") return false;
    return at.site.args.some(
      (arg) =>
        arg.kind === "call" &&
        at.summary.calls[arg.site] !== undefined &&
        this.#isRetry({ ...at, index: arg.site, site: at.summary.calls[arg.site]! }),
    );
  }

  #isRetry(at: SiteAt): boolean {
    const knowledge = this.#sites.known(at)?.knowledge;
    return knowledge?.kind === "guard" && knowledge.guard === "retry";
  }
}

function holder({ file, summary }: FunctionAt): FunctionAt | null {
  const outer = summary.parent === null ? undefined : file.fact.functions[summary.parent];
  return outer === undefined || outer.name === "(module)" ? null : { file, summary: outer };
}

function guardIn({ file, summary }: FunctionAt): Evidence | null {
  const at = (line: number, note: string): Evidence => ({ path: file.path, startLine: line, endLine: line, kind: "code", note });
  const owner = summary.class === null ? undefined : file.fact.classes[summary.class];
  const decorator = [...summary.decorators, ...(owner?.decorators ?? [])].find(
    ({ name, args }) => LOOKS.test(name) || args.some((arg) => mentions(arg, (text) => LOOKS.test(text))),
  );
  if (decorator !== undefined) return at(decorator.line, "takes each message once");
  const looking = summary.calls.find(
    (site) =>
      LOOKS.test(calleeName(site.callee)) ||
      (calleeName(site.callee) === "set" && site.args.some(isOnlyIfAbsent)) ||
      LOOKS.test(receiverName(site.callee)),
  );
  if (looking !== undefined) return at(looking.lines.startLine, "looks whether the message was taken before");
  const given = new Set(summary.parameters.map(({ name }) => name));
  const comparison = summary.comparisons.find((each) => isRefusal(each.constant) || isState(each, given));
  return comparison === undefined
    ? null
    : at(comparison.line, isRefusal(comparison.constant) ? "knows a row that is there already" : "looks at what was done before");
}

function receiverName(callee: Expr): string {
  if (callee.kind !== "member") return "";
  return callee.object.kind === "member" ? callee.object.property : callee.object.kind === "name" ? callee.object.name : "";
}

/** `redis.set(key, "1", "NX")`, `redis.set(key, "1", { NX: true })`. */
function isOnlyIfAbsent(arg: Expr): boolean {
  return (arg.kind === "text" && arg.value === "NX") || (arg.kind === "object" && arg.entries.some(({ key }) => key === "NX"));
}

function isRefusal(constant: Expr): boolean {
  return (constant.kind === "text" && REFUSALS.has(constant.value)) || (constant.kind === "number" && REFUSALS.has(String(constant.value)));
}

/** The state of something that was read, not of the message. */
function isState({ subject }: Comparison, given: ReadonlySet<string>): boolean {
  return subject.kind === "member" && STATES.test(subject.property) && !given.has(rootName(subject));
}

function mentions(expr: Expr, says: (text: string) => boolean): boolean {
  let found = false;
  eachPart(expr, (part) => {
    if (part.kind === "object") found ||= part.entries.some(({ key }) => says(key));
    else if (part.kind === "name") found ||= says(part.name);
    else if (part.kind === "member") found ||= says(part.property);
    return !found;
  });
  return found;
}

function isKeyName(text: string): boolean {
  return /idempoten|dedup/i.test(text);
}

/** In the object or one that it holds: `{ headers: { "Idempotency-Key": key } }`. */
function holdsKey(value: Denotation, program: Program, depth: number): boolean {
  if (value.kind !== "object" || depth > 2) return false;
  return [...value.entries].some(
    ([key, member]) =>
      isKeyName(key) || mentions(member.value, isKeyName) || holdsKey(program.denote(member.value, member.scope), program, depth + 1),
  );
}
