import type { Expr } from "../../facts/source.js";
import type { EffectContext, Loop } from "../code.js";
import type { Scope } from "../code/denotation.js";
import type { CallSites, DirectSite } from "./direct.js";
import { perRound } from "./branches.js";
import type { Evaluated } from "./evaluated.js";
import type { Evaluation } from "./evaluate.js";
import { Guards } from "./guards.js";
import { HandedNames } from "./handed-names.js";
import { waysPast } from "./leaving.js";
import type { Linking } from "./linking.js";
import { loopScope, openScope } from "./loop-scope.js";
import { namesOf } from "./loops.js";
import type { Relevance } from "./relevance.js";
import type { Run, Runs } from "./runs.js";
import { functionKey, isWithinFunction, siteKey, type FunctionAt, type SiteAt, type SiteIndex } from "./sites.js";
import { closed, expandedNames, intersects, renumbered, Standings } from "./standings.js";

/** An effect as one function has it: its own, or one that it reaches. */
export interface FlowEffect {
  readonly origin: DirectSite;
  readonly evaluated: Evaluated;
  /** Scope in which it was evaluated: of the origin's function. */
  readonly scope: Scope;
  /** The service whose environment it was evaluated in. */
  readonly service: string | null;
  /** Call sites that lead to the origin, outermost first, without it. */
  readonly via: readonly SiteAt[];
  readonly steps: number;
  readonly context: EffectContext;
  readonly undo: boolean;
  /** Names in the function's code that the effect's arguments come from. */
  readonly names: ReadonlySet<string>;
}

/** A function, and the scope in which it is entered. */
type Entered = Pick<Run, "at" | "scope">;

const MOST_EFFECTS = 200;
const MOST_VIA = 10;
const NO_CONTEXT: EffectContext = { loops: [], catchOf: null, tryOf: null, transaction: null, concurrent: null, branches: [] };

/** Carries effects from the calls that have them up to everyone who reaches them. */
export class Flow {
  readonly #linking: Linking;
  readonly #sites: CallSites;
  readonly #runs: Runs;
  readonly #evaluation: Evaluation;
  readonly #relevance: Relevance;
  readonly #direct = new Map<number, DirectSite>();
  readonly #effects = new Map<number, readonly FlowEffect[]>();
  /** Functions being looked at, by their depth. */
  readonly #open = new Map<number, number>();
  readonly #provisional = new Map<number, { readonly effects: readonly FlowEffect[]; readonly reachedBack: number }>();
  /** The least depth of an open function that was met again. */
  #reachedBack = Infinity;
  readonly #standings: Standings;
  readonly #guards: Guards;
  readonly #handed = new HandedNames();

  constructor(parts: {
    readonly linking: Linking;
    readonly sites: CallSites;
    readonly runs: Runs;
    readonly evaluation: Evaluation;
    readonly relevance: Relevance;
    readonly direct: readonly DirectSite[];
    readonly index: SiteIndex;
  }) {
    this.#linking = parts.linking;
    this.#sites = parts.sites;
    this.#runs = parts.runs;
    this.#evaluation = parts.evaluation;
    this.#relevance = parts.relevance;
    this.#guards = new Guards(parts.linking.program);
    this.#standings = new Standings(parts.linking, parts.sites, parts.index, (site) => this.#transactionAt(site));
    for (const direct of parts.direct) this.#direct.set(siteKey(direct.at, direct.at.index), direct);
  }

  /** Effects of a function in the order in which they happen. */
  effectsOf(at: FunctionAt): readonly FlowEffect[] {
    const key = functionKey(at);
    const known = this.#effects.get(key);
    if (known !== undefined) return known;
    const opened = this.#open.get(key);
    if (opened !== undefined) {
      // A circle: what it adds is found from where it was entered.
      this.#reachedBack = Math.min(this.#reachedBack, opened);
      return [];
    }
    const provisional = this.#provisional.get(key);
    if (provisional !== undefined) {
      this.#reachedBack = Math.min(this.#reachedBack, provisional.reachedBack);
      return provisional.effects;
    }
    const depth = this.#open.size;
    const before = this.#reachedBack;
    this.#open.set(key, depth);
    this.#reachedBack = Infinity;
    const effects = this.#compute(at);
    this.#open.delete(key);
    const reached = this.#reachedBack;
    this.#settle(key, effects, depth, reached);
    this.#reachedBack = Math.min(before, reached < depth ? reached : Infinity);
    return effects;
  }

  /** What was found inside a circle without its entrance holds only until the entrance is known: then it is asked again. */
  #settle(key: number, effects: readonly FlowEffect[], depth: number, reachedBack: number): void {
    if (reachedBack < depth) {
      this.#provisional.set(key, { effects, reachedBack });
      return;
    }
    this.#effects.set(key, effects);
    for (const [other, { reachedBack: back }] of this.#provisional) if (back >= depth) this.#provisional.delete(other);
  }

  #compute(at: FunctionAt): readonly FlowEffect[] {
    const found = new Map<string, FlowEffect>();
    const add = (effect: FlowEffect): void => {
      if (found.size >= MOST_EFFECTS) return;
      const always = identity(effect);
      const isCertain = effect.context.branches.length === 0;
      // What happens in any case happens in each branch too.
      if (!isCertain && found.has(always)) return;
      const id = isCertain ? always : `${always}|${branchesIn(effect)}`;
      const before = found.get(id);
      if (before === undefined || before.via.length > effect.via.length) found.set(id, effect);
    };
    for (const guard of this.#guards.of(at)) this.#asked(guard, at).forEach(add);
    const recursive: { readonly site: SiteAt; readonly run: Run }[] = [];
    for (const site of this.#relevance.sitesOf(at)) {
      for (const own of this.#ownEffects(site)) add(own);
      for (const run of this.#runs.of(site)) {
        if (run.at.file === at.file && run.at.summary === at.summary) recursive.push({ site, run });
        else
          this.effectsOf(run.at)
            .filter(({ evaluated }) => run.how !== "event" || evaluated.kind === "publish")
            .flatMap((effect) => this.#carried(effect, site, run))
            .forEach(add);
      }
    }
    const direct = [...found.values()];
    for (const { site, run } of recursive) direct.flatMap((effect) => this.#again(effect, site, run)).forEach(add);
    return withWays(at, [...found.values()]);
  }

  /** Whom a guard asks before the function runs. What it asks changes nothing. */
  #asked(guard: FunctionAt, at: FunctionAt): readonly FlowEffect[] {
    const run = { at: guard, scope: this.#sites.scope(guard) };
    return this.effectsOf(guard)
      .filter(({ evaluated }) => evaluated.kind === "call")
      .flatMap((effect) =>
        this.#evaluatedFor(effect, run, at.file.service).map((one) => ({
          ...effect,
          ...one,
          evaluated: { ...one.evaluated, mutating: false },
          context: NO_CONTEXT,
          names: new Set<string>(),
        })),
      );
  }

  #ownEffects(site: SiteAt): readonly FlowEffect[] {
    const direct = this.#direct.get(siteKey(site, site.index));
    if (direct === undefined) return [];
    const { service } = site.file;
    let scope = this.#sites.scope(site);
    // An address that is one of several, chosen by a value: any of them, but not all.
    let found = this.#evaluation
      .evaluate(direct, scope, service)
      .map((one): Evaluated => (one.fanOut ? { ...one, confidence: "low" } : one));
    if (found.some(({ to }) => to?.kind === "unresolved")) {
      const inLoop = loopScope(site, scope, this.#linking.program);
      if (inLoop !== null) {
        scope = inLoop;
        found = [...this.#evaluation.evaluate(direct, scope, service)];
      }
    }
    found = this.#ofAnyRound(found, direct, scope);
    if (found.length === 0) return [];
    const names = this.#standings.namesAt(site);
    const context = this.#standings.placed(site, NO_CONTEXT, names, null);
    const callees = this.#sites.callees(site);
    const isSettled = callees.alike && isToldByArguments(direct.known.knowledge);
    const steps = (isSettled ? 0 : callees.steps) + (this.#linking.isRunByHand(site.file.path) ? 1 : 0);
    return found.map((evaluated) => ({ origin: direct, evaluated, scope, service, via: [], steps, context, undo: false, names }));
  }

  /** The same call with the loop's variable as a parameter, where whom it reaches does not depend on the round. */
  #ofAnyRound(found: Evaluated[], direct: DirectSite, scope: Scope): Evaluated[] {
    const [only] = found;
    if (found.length !== 1 || only?.kind !== "call" || only.to?.kind !== "service") return found;
    const open = openScope(direct.at, scope, this.#linking.program);
    const [any] = open === null ? [] : this.#evaluation.evaluate(direct, open, direct.at.file.service);
    const isSame = any?.to?.kind === "service" && any.to.service === only.to.service && any.mutating === only.mutating && any.complete;
    return isSame ? [any] : found;
  }

  /** An effect of what a site runs, seen from the function of the site. */
  #carried(effect: FlowEffect, site: SiteAt, run: Run): readonly FlowEffect[] {
    if (effect.via.length >= MOST_VIA) return [];
    const again = this.#evaluatedFor(effect, run, site.file.service ?? effect.service);
    const isLiteral = run.how === "callback" && run.at.summary.parent !== null && run.at.file === site.file;
    const names = isLiteral ? expandedNames(site, effect.names) : this.#handed.at(site, run, effect, this.#standings.namesAt(site));
    const depends = isLiteral ? null : run.loop === null ? null : run.at.summary.parameters.length > 0;
    const below =
      isLiteral || site.file.service === null || run.at.file.service === null
        ? effect.context.loops
        : effect.context.loops.map((loop) => ({ ...loop, own: false }));
    const loops = run.loop === null ? below : [closed(run.loop, depends ?? intersects(run.loop.names, effect.names)), ...below];
    // Branches of another function say nothing about what happens in this one.
    const branches = !isLiteral ? [] : run.loop === null ? effect.context.branches : perRound(effect.context.branches);
    const inner: EffectContext = { ...renumbered(site, effect.context), loops, branches };
    const within = run.transaction && isOutside(effect, run.at) ? { ...run, transaction: false } : run;
    const context = this.#standings.placed(site, inner, names, within);
    const byHand = this.#linking.isRunByHand(site.file.path) && !this.#linking.isRunByHand(run.at.file.path);
    return again.map((one) => ({
      ...effect,
      ...one,
      via: run.how === "callback" && isLiteral ? effect.via : [site, ...effect.via],
      steps: effect.steps + run.steps + (byHand ? 1 : 0),
      context,
      undo: effect.undo || run.undo !== null,
      names,
    }));
  }

  /** Recursion over children: the same effects once more, for each child. Recursion outside a loop goes on to a next page. */
  #again(effect: FlowEffect, site: SiteAt, run: Run): readonly FlowEffect[] {
    if (effect.via.length > 0 || effect.context.loops.length > 0 || effect.evaluated.kind !== "call") return [];
    const names = this.#standings.namesAt(site);
    const around = [...this.#standings.loopsAt(site, names), ...(run.loop === null ? [] : [closed(run.loop, true)])];
    if (around.length === 0) return [];
    const loops = around.map((loop, index): Loop => (index === around.length - 1 ? { ...loop, kind: "recursion", dependent: true } : loop));
    return [{ ...effect, via: [site], context: { ...effect.context, loops } }];
  }

  /** What the effect is for this caller: its arguments may say whom a wrapper calls, its service in which environment. */
  #evaluatedFor(effect: FlowEffect, run: Entered, service: string | null): readonly Pick<FlowEffect, "evaluated" | "scope" | "service">[] {
    const same = { evaluated: effect.evaluated, scope: effect.scope, service: effect.service };
    if (effect.evaluated.complete && (effect.service === service || !dependsOnService(effect))) return [same];
    const followed = this.#follow(effect, run);
    if (followed === "elsewhere") return [];
    const scope = followed ?? effect.scope;
    const found = this.#evaluation.evaluate(effect.origin, scope, service);
    return found.length === 0 ? [same] : found.map((evaluated) => ({ evaluated, scope, service }));
  }

  /** The scope of the origin when it is reached through this run; `elsewhere` when these arguments lead to other code. */
  #follow(effect: FlowEffect, run: Entered): Scope | "elsewhere" | null {
    let scope = run.scope;
    let at = run.at;
    for (const next of effect.via) {
      if (next.file !== at.file || next.summary !== at.summary) {
        // Through function literals that were folded into their parent.
        scope = this.#linking.program.scopeOf(next.file, next.summary, { outer: scope, self: scope.self });
      }
      const callees = this.#linking.program.callees(next.site, scope);
      const wanted = effect.via[effect.via.indexOf(next) + 1] ?? effect.origin.at;
      const found = [...callees.functions, ...callees.callbacks, ...callees.listeners].find(
        ({ function: fn }) => fn.file === wanted.file && (fn.summary === wanted.summary || isWithinFunction(wanted, fn.summary.id)),
      );
      if (found === undefined) return callees.functions.length > 0 ? "elsewhere" : null;
      scope = found.scope;
      at = { file: found.function.file, summary: found.function.summary };
    }
    const origin = effect.origin.at;
    if (origin.file === at.file && origin.summary === at.summary) return scope;
    return origin.file === at.file ? this.#linking.program.scopeOf(origin.file, origin.summary, { outer: scope, self: scope.self }) : null;
  }

  /** Between a statement that begins a transaction and the one that commits it. */
  #transactionAt(site: SiteAt): number | null {
    let begun: number | null = null;
    for (const each of this.#relevance.sitesOf(site)) {
      if (each.index >= site.index) break;
      if (isOnWayOut(each, site)) continue;
      const knowledge = this.#direct.get(siteKey(each, each.index))?.known.knowledge;
      if (knowledge?.kind !== "database") continue;
      if (knowledge.access === "transaction" && knowledge.within === "") begun = each.index + 1;
      if (knowledge.access === "commit") begun = null;
      if (knowledge.access === "statement") {
        const evaluated = this.#ownEffects(each)[0]?.evaluated;
        if (evaluated?.kind === "transaction") begun = /^(begin|start)$/.test(evaluated.operation ?? "") ? each.index + 1 : null;
      }
    }
    return begun;
  }
}

/** Another client writes beside the transaction whose own one is at hand: `prisma.outbox.create(…)` where `tx` was given. */
function isOutside({ evaluated, origin, via }: FlowEffect, run: FunctionAt): boolean {
  if (evaluated.kind !== "db-write" && evaluated.kind !== "outbox-add") return false;
  const given = new Set(run.summary.parameters.map(({ name }) => name));
  const first = via[0] ?? origin.at;
  if (given.size === 0 || first.file !== run.file) return false;
  const receivers = expandedNames(run, expandedNames(first, namesOf(first.site.callee)));
  const handed = first.site.args.flatMap((arg) => [...namesOf(arg), ...optionsIn(arg, first)]);
  if (intersects(given, receivers) || handed.some((name) => given.has(name))) return false;
  // A transaction that nobody asks for is bound to the context by other means.
  return run.summary.calls.some(({ callee, args }) => [callee, ...args].some((part) => intersects(given, namesOf(part))));
}

/** `const options = { transaction }` is the transaction itself; a row that was read with it is not. */
function optionsIn(arg: Expr, { summary }: FunctionAt): readonly string[] {
  if (arg.kind !== "name") return [];
  return summary.locals.filter(({ name, value }) => name === arg.name && value.kind !== "call").flatMap(({ value }) => [...namesOf(value)]);
}

/** `if (none) { await client.commit(); return; }`: what comes after it did not pass through it. */
function isOnWayOut(each: SiteAt, site: SiteAt): boolean {
  const { blocks, calls } = site.summary;
  const { block } = each.site;
  if (!calls.some((call, index) => index >= each.index && call.block === block && call.exits)) return false;
  let around: number | null = site.site.block;
  for (let guard = 0; around !== null && guard < 64; guard += 1) {
    if (around === block) return false;
    around = blocks[around]?.parent ?? null;
  }
  return true;
}

/** Whichever connection to the broker it is, the call itself says to which channel it publishes. */
function isToldByArguments(knowledge: DirectSite["known"]["knowledge"]): boolean {
  return knowledge.kind === "publish" && knowledge.channel !== "" && !/:|type/.test(`${knowledge.channel} ${knowledge.event}`);
}

function dependsOnService(effect: FlowEffect): boolean {
  return effect.evaluated.kind === "call" || effect.evaluated.kind === "publish" || effect.evaluated.kind === "consume";
}

function identity(effect: FlowEffect): string {
  const { evaluated, origin, context } = effect;
  const target = evaluated.to === null ? (evaluated.channel ?? "") : JSON.stringify(evaluated.to);
  const loops = context.loops.map(({ place }) => `${place.path}:${place.startLine}`).join(",");
  const row = evaluated.row === null ? "" : [...evaluated.row].join();
  return [siteKey(origin.at, origin.at.index), target, evaluated.operation ?? "", row, loops, context.catchOf, effect.undo].join("|");
}

/** With the ways that end before the end of the function, where it has some. */
function withWays(at: FunctionAt, effects: readonly FlowEffect[]): readonly FlowEffect[] {
  const ways = waysPast(at, effects);
  return effects.map((effect, index) => {
    const { context } = effect;
    const branches = ways[index]!;
    return branches.length === 0 ? effect : { ...effect, context: { ...context, branches: [...context.branches, ...branches] } };
  });
}

function branchesIn({ context }: FlowEffect): string {
  return context.branches.map(({ statement, arm }) => `${statement}/${arm}`).join(",");
}
