import type { Block, Expr, FunctionSummary, TypeRef } from "../../facts/source.js";
import type { Loop } from "../code.js";
import type { Denotation, Program, Scope } from "../code/denotation.js";
import { knowledgeOf, type Known } from "../libraries/knowledge.js";
import { calleeName, eachPart, placeOf, rootName, type FunctionAt, type SiteAt } from "./sites.js";

/** A loop around a call, with what tells whether the call depends on the iteration. */
export interface LoopAround {
  readonly loop: Omit<Loop, "dependent" | "exempt" | "own">;
  readonly exempt: Loop["exempt"];
  /** Names that have another value in each iteration. */
  readonly names: ReadonlySet<string>;
}

export const LOOPS: ReadonlySet<Block["kind"]> = new Set(["for", "for-of", "for-in", "for-await", "while", "do"]);

/** Methods of arrays, sets and maps that call a function once per item. */
const ITERATORS = new Set(["map", "forEach", "flatMap", "filter", "reduce", "reduceRight", "some", "every", "find", "findIndex", "each"]);

const BATCH = /chunk|batch|partition|paginat|slices?$|inGroupsOf|splitEvery/i;
const CURSOR = /page|cursor|offset|skip|next|token|after|hasmore|more|scroll|marker|continuation|limit|remaining|done/i;
const PAGE = /^(page|pageNumber|pageNo|pageIndex|offset|skip|cursor)$/i;
const ATTEMPT = /attempt|retr|tries|tri(?:al)?s$|backoff|delay/i;
const WAIT = /^(sleep|delay|wait|setTimeout|setInterval|backoff|pause|waitFor\w*|sleepMs)$/i;
const STREAM =
  /stream|subscription|consumer|messages?$|iterator|reader|readable|readline|^rl$|deliver|records$|notifications?$|changes$|watch|jobs?$|deadletters?$/i;
const RELAY = /outbox|relay|unsent|unpublished|undelivered|pending(events|messages|notifications)/i;
const CHECK = /(^|\/)(\w*health\w*|ready|readyz|readiness|live|livez|liveness|ping|heartbeat)$|^\/status$/i;

/** The loops of one function around a block of it, outermost first. `inside` says whether the call itself stands in this function. */
export function blockLoops(at: SiteAt, program: Program, scope: Scope): readonly LoopAround[] {
  const { blocks } = at.summary;
  const around: LoopAround[] = [];
  for (let index: number | null = at.site.block, guard = 0; index !== null && guard < 64; guard += 1) {
    const block: Block | undefined = blocks[index];
    if (block === undefined) break;
    if (LOOPS.has(block.kind)) around.unshift(blockLoop(at, index, block, program, scope));
    index = block.parent;
  }
  return around;
}

function blockLoop(at: SiteAt, index: number, block: Block, program: Program, scope: Scope): LoopAround {
  const names = new Set(block.binds);
  const counted = block.kind === "while" || block.kind === "do" || block.kind === "for";
  if (counted) for (const local of at.summary.locals) if (isInside(at.summary, local.block, index)) names.add(local.name);
  return {
    loop: {
      kind: "loop",
      place: { path: at.file.path, startLine: block.lines.startLine, endLine: block.lines.endLine },
      over: block.over === null ? null : textOf(block.over),
    },
    exempt: exemptionOfBlock(at, index, block, program, scope),
    names,
  };
}

function exemptionOfBlock(at: SiteAt, index: number, block: Block, program: Program, scope: Scope): Loop["exempt"] {
  const { summary, site } = at;
  if (site.exits || site.result === "returned") return "exits";
  const over = block.over === null ? "" : (textOf(block.over) ?? "");
  const inside = summary.calls.filter((call) => isInside(summary, call.block, index));
  const waits = inside.some((call) => WAIT.test(calleeName(call.callee)));
  if (block.kind === "while" || block.kind === "do" || block.kind === "for") {
    const exempt = exemptionOfCounted(at, index, block, waits);
    if (exempt !== null) return exempt;
  }
  if (gathersBatch(at, index)) return "batch";
  if (block.kind === "for-await" && isStream(block.over, over, program, scope)) return "stream";
  if (isShortList(block.over, at, program, scope)) return "literal-list";
  return exemptionByName(over, block.binds, block.over, program, scope);
}

/** Loops over a condition: what ends them tells what they are for. */
function exemptionOfCounted(at: SiteAt, index: number, block: Block, waits: boolean): Loop["exempt"] {
  const names = [...block.binds, ...namesOf(block.over)];
  if (names.some((name) => ATTEMPT.test(name))) return "retry";
  if (block.binds.some((name) => PAGE.test(name))) return "pagination";
  if (block.binds.length > 0 && isFewRounds(block.over)) return "literal-list";
  if (isCaughtInside(at.summary, at.site.block, index) && waits) return "retry";
  if (drainsQueue(at, index, names)) return "stream";
  if (feedsItself(at, index, names)) return "pagination";
  if (waits && block.binds.length === 0) return "polling";
  return slicesByStep(at, index) ? "batch" : null;
}

/** What the names of a loop say: batches, relays, streams. */
function exemptionByName(over: string, binds: readonly string[], expr: Expr | null, program: Program, scope: Scope): Loop["exempt"] {
  if (RELAY.test(over)) return "stream";
  if (/\bRecords$/.test(over)) return "stream";
  if (binds.some((name) => /^(chunk|batch|slice)(ed|es|s)?$|(chunk|batch)$/i.test(name))) return "batch";
  if (expr !== null && isBatches(expr, program, scope)) return "batch";
  return null;
}

function isBatches(expr: Expr, program: Program, scope: Scope): boolean {
  if (expr.kind === "call") return BATCH.test(calleeName(expr.callee));
  const name = calleeName(expr);
  if (/(chunk|batch)(es|s)$/i.test(name)) return true;
  const value = program.denote(expr, scope);
  return value.kind === "library" && knownSource(value) === "batches";
}

function knownSource(value: Denotation): string | null {
  if (value.kind !== "library") return null;
  const known = knowledgeOf({ ...value.path, path: value.path.path.replace(/\(\)$/, "") }, false);
  return known?.knowledge.kind === "source" ? known.knowledge.source : null;
}

/** Messages of a broker, lines of a file, changes of a watch: one call per message is how they are meant. */
function isStream(expr: Expr | null, over: string, program: Program, scope: Scope): boolean {
  if (expr === null) return false;
  if (STREAM.test(over.replace(/\(.*$/, ""))) return true;
  const value = program.denote(expr, scope);
  return value.kind === "library" && /consume|subscribe|createReadStream|createInterface|watch|receive/i.test(value.path.path);
}

/** `[a, b, c]` with one to three items, written in the loop or as a constant that nothing is added to. */
function isShortList(expr: Expr | null, at: FunctionAt, program: Program, scope: Scope): boolean {
  if (expr === null) return false;
  if (expr.kind === "array") return isShort(expr);
  // Object.keys(LIMITS), Object.entries(LIMITS)
  if (expr.kind === "call" && /^(keys|values|entries)$/.test(calleeName(expr.callee)) && rootName(expr.callee) === "Object") {
    const [of] = expr.args;
    const value = of?.kind === "name" ? program.denote(of, scope) : null;
    return value?.kind === "object" && !value.open && value.entries.size > 0 && value.entries.size <= 3;
  }
  return expr.kind === "name" && isShortListBehind(expr, at, program, scope);
}

/** What a variable, a parameter or a constant holds. */
function isShortListBehind(expr: Extract<Expr, { kind: "name" }>, { summary }: FunctionAt, program: Program, scope: Scope): boolean {
  const named = ({ name }: { readonly name: string }): boolean => name === expr.name;
  const written = summary.locals.filter(named);
  const given = summary.parameters.find(named);
  if (given !== undefined) return written.length === 0 && given.property === null && hasFewValues(given.type);
  if (written.length > 1) return false;
  if (summary.calls.some(({ callee }) => rootName(callee) === expr.name && GROWS.test(calleeName(callee)))) return false;
  if (written[0] !== undefined) return isShort(written[0].value);
  const value = program.denote(expr, scope);
  return value.kind === "array" && !value.open && isShort({ kind: "array", items: value.items, spread: false });
}

/** `Array<"STAFF" | "MANAGER">`: each of them once, if all are asked for. */
function hasFewValues(type: TypeRef | null): boolean {
  const [of] = type?.name === "[]" ? type.args : [];
  return of?.name === "|" && of.args.length <= 3 && of.args.every(({ literal }) => literal !== null);
}

/** `i < 3`. */
function isFewRounds(condition: Expr | null): boolean {
  return (
    condition?.kind === "choice" &&
    condition.options.length === 2 &&
    condition.options.some((operand) => operand.kind === "number" && operand.value <= 3)
  );
}

const GROWS = /^(push|unshift|splice|concat|add)$/;

function isShort(expr: Expr): boolean {
  return (
    expr.kind === "array" &&
    !expr.spread &&
    expr.items.length > 0 &&
    expr.items.length <= 3 &&
    expr.items.every((item) => item.kind !== "spread")
  );
}

/** The call's result decides whether the loop goes on, or where: `page = next.page` after `next = await fetchPage(page)`. */
function feedsItself(at: SiteAt, loop: number, names: readonly string[]): boolean {
  const { summary, site } = at;
  const results = new Set<string>();
  const inside = summary.locals.filter((local) => isInside(summary, local.block, loop));
  for (let round = 0; round < 3; round += 1) {
    for (const local of inside) {
      if (mentions(local.value, results) || holdsSite(local.value, at.index)) results.add(local.name);
    }
  }
  if (results.size === 0) return false;
  if (names.some((name) => results.has(name))) return true;
  const used = new Set(site.args.flatMap((arg) => [...namesOf(arg)]));
  if ([...used].some((name) => results.has(name))) return true;
  return [...used, ...names].some((name) => CURSOR.test(name)) && !names.some((name) => /^(i|j|idx|index)$/.test(name));
}

/** `while (job) { … job = await takeOldestJob(); }`: a worker takes one after the other until the queue is empty. */
function drainsQueue(at: SiteAt, loop: number, names: readonly string[]): boolean {
  return at.summary.locals.some(
    (local) =>
      names.includes(local.name) &&
      isInside(at.summary, local.block, loop) &&
      local.value.kind === "call" &&
      TAKES.test(calleeName(local.value.callee)),
  );
}

const TAKES = /queue|oldest|pending|unsent|claim|dequeue|receive|poll|^(take|next|fetch|find|get)(next|job|task|message|record)/i;

/** `for (let i = 0; i < all.length; i += 100) { … all.slice(i, i + 100) … }`. */
function slicesByStep(at: SiteAt, loop: number): boolean {
  const { summary } = at;
  const slices = (expr: Expr): boolean => {
    let found = false;
    eachPart(expr, (part) => {
      if (part.kind === "call" && /^(slice|splice|subarray)$/.test(calleeName(part.callee))) found = true;
      return !found;
    });
    return found;
  };
  return (
    summary.locals.some((local) => isInside(summary, local.block, loop) && slices(local.value)) ||
    summary.calls.some((call) => isInside(summary, call.block, loop) && /^(slice|splice|subarray)$/.test(calleeName(call.callee))) ||
    at.site.args.some(slices)
  );
}

/** `batch.push(order); if (batch.length >= 500) { await send(batch); batch = []; }`, where the batch outlives the round. */
function gathersBatch(at: SiteAt, loop: number): boolean {
  const { summary } = at;
  const inside = summary.calls.filter((call) => call.callee.kind === "member" && isInside(summary, call.block, loop));
  const calls = (name: string, method: RegExp): boolean =>
    inside.some(({ callee }) => rootName(callee) === name && method.test(calleeName(callee)));
  return at.site.args
    .flatMap((arg) => [...namesOf(arg)])
    .some((name) => {
      const given = summary.locals.filter((local) => local.name === name || local.name === `${name}.length`);
      const isEmptied =
        calls(name, /^(splice|clear)$/) ||
        given.some(
          ({ value, block }) => isInside(summary, block, loop) && (isEmpty(value) || (value.kind === "number" && value.value === 0)),
        );
      return isEmptied && calls(name, GROWS) && given.some(({ block }) => !isInside(summary, block, loop));
    });
}

function isEmpty(value: Expr): boolean {
  return (value.kind === "array" && value.items.length === 0) || (value.kind === "call" && value.construct && value.args.length === 0);
}

function isCaughtInside(summary: FunctionSummary, block: number, loop: number): boolean {
  for (let at: number | null = block, guard = 0; at !== null && at !== loop && guard < 64; guard += 1) {
    const current: Block | undefined = summary.blocks[at];
    if (current === undefined) return false;
    if (current.kind === "try") return true;
    at = current.parent;
  }
  return false;
}

/** The loop that a callback stands for, or `null` when its holder runs it once. */
export function callbackLoop(
  holder: SiteAt,
  callback: FunctionAt,
  known: Known | null,
  ownCallees: boolean,
  program: Program,
  scope: Scope,
): LoopAround | null {
  const over = iteratedBy(holder, known, ownCallees, program, scope);
  if (over === undefined) return null;
  const names = new Set(callback.summary.parameters.map((parameter) => parameter.name));
  const place = placeOf(holder);
  const text = over === null ? null : textOf(over);
  return {
    loop: { kind: "callback", place, over: text },
    exempt: isShortList(over, holder, program, scope) ? "literal-list" : exemptionByName(text ?? "", [...names], over, program, scope),
    names,
  };
}

/** What is iterated; `null` if unknown; `undefined` where nothing is. */
function iteratedBy(holder: SiteAt, known: Known | null, ownCallees: boolean, program: Program, scope: Scope): Expr | null | undefined {
  const { callee, args } = holder.site;
  if (known !== null) {
    if (known.knowledge.kind !== "iteration") return undefined;
    if (known.knowledge.source) return pipedList(holder, program, scope);
    const at = Number.parseInt(known.knowledge.over, 10);
    return Number.isNaN(at) ? null : (args[at] ?? null);
  }
  if (ownCallees || callee.kind !== "member" || !ITERATORS.has(callee.property)) return undefined;
  return callee.object;
}

/** `from(orders).pipe(mergeMap(…))`: the list. The answer to one request is one value, and an operator on it no loop. */
function pipedList(holder: SiteAt, program: Program, scope: Scope): Expr | null | undefined {
  const pipe = holder.summary.calls.find(
    (site) => calleeName(site.callee) === "pipe" && site.args.some((arg) => arg.kind === "call" && arg.site === holder.index),
  );
  const source = pipe?.callee.kind === "member" ? pipe.callee.object : null;
  if (source?.kind !== "call") return undefined;
  const value = program.denote(source, scope);
  return knownSource(value) === "many" ? (source.args[0] ?? null) : undefined;
}

function isInside(summary: FunctionSummary, block: number, loop: number): boolean {
  for (let at: number | null = block, guard = 0; at !== null && guard < 64; guard += 1) {
    if (at === loop) return true;
    at = summary.blocks[at]?.parent ?? null;
  }
  return false;
}

function holdsSite(expr: Expr, site: number): boolean {
  let found = false;
  eachPart(expr, (part) => {
    if (part.kind === "call" && part.site === site) found = true;
    return !found;
  });
  return found;
}

function mentions(expr: Expr, names: ReadonlySet<string>): boolean {
  let found = false;
  eachPart(expr, (part) => {
    if (part.kind === "name" && names.has(part.name)) found = true;
    return !found;
  });
  return found;
}

export function namesOf(expr: Expr | null): ReadonlySet<string> {
  const names = new Set<string>();
  if (expr === null) return names;
  eachPart(expr, (part) => {
    if (part.kind === "name") names.add(part.name);
    return true;
  });
  return names;
}

/** The expression as it would be written, for messages; `null` where that would be long or unclear. */
function textOf(expr: Expr): string | null {
  const text = write(expr, 0);
  return text === null || text.length > 60 ? null : text;
}

function write(expr: Expr, depth: number): string | null {
  if (depth > 6) return null;
  if (expr.kind === "name") return expr.name;
  if (expr.kind === "member") {
    const object = write(expr.object, depth + 1);
    return object === null ? null : `${object}.${expr.property}`;
  }
  if (expr.kind === "call") {
    const callee = write(expr.callee, depth + 1);
    return callee === null ? null : `${callee}(${expr.args.length === 0 ? "" : "…"})`;
  }
  // A condition: of `i < orders.length` the list, else the first operand.
  if (expr.kind === "choice") {
    const list = expr.options.find((option) => option.kind === "member" && /^(length|size)$/.test(option.property));
    const shown = list?.kind === "member" ? list.object : expr.options[0];
    return shown === undefined ? null : write(shown, depth + 1);
  }
  return null;
}

/** Whether a call of this operation is how one asks every service whether it is up. */
export function isHealthCheck(operation: string): boolean {
  return CHECK.test(operation.replace(/^\S+ /, ""));
}
