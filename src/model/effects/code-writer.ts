import type { CodeFunction, Delivery, Effect, EntryPoint, Loop, Repetition, ServiceCall, SystemCode } from "../code.js";
import { compare, comparePlaces, confidenceOf, type Calls, type DraftCall } from "./calls.js";
import type { Flow, FlowEffect } from "./flow.js";
import type { Handlers } from "./handlers.js";
import { libraryDirectory } from "./library-modules.js";
import { isHealthCheck } from "./loops.js";
import type { Repetitions } from "./repetitions.js";
import { calleeName, functionKey, placeOf, type FunctionAt } from "./sites.js";
import { isInverseName, takesBack } from "./verbs.js";

/** What the writer puts together. */
interface CodeParts {
  readonly listed: readonly FunctionAt[];
  readonly ids: ReadonlyMap<number, string>;
  readonly flow: Flow;
  readonly handlers: Handlers;
  readonly calls: Calls;
  readonly ownerOf: (at: FunctionAt) => FunctionAt;
  readonly deliveries: ReadonlyMap<number, readonly Delivery[]>;
  readonly repetitions: Repetitions;
}

/** Puts functions, effects and calls into the form of the model. */
export class CodeWriter {
  readonly #parts: CodeParts;

  constructor(parts: CodeParts) {
    this.#parts = parts;
  }

  write(): SystemCode {
    const { ids, listed, flow, handlers, deliveries, repetitions } = this.#parts;
    const drafts = listed.map((at) => ({
      at,
      effects: flow
        .effectsOf(at)
        .filter(({ evaluated }) => evaluated.kind !== "consume")
        .map((effect) => ({ effect, call: this.#parts.calls.add(effect) })),
    }));
    const all = [...this.#parts.calls.all()];
    const numbers = new Map(all.map(([key], number) => [key, number]));
    const calls = all.map(([, draft], id) => this.#call(draft, id, ids));
    const functions = drafts.map(({ at, effects }): CodeFunction => {
      const entries = handlers.entriesOf(functionKey(at));
      const written = effects.map(({ effect, call }) => {
        // Without a number it is what the site alone says, where callers' arguments said more.
        const number = call === null ? null : (numbers.get(call) ?? null);
        const loops = [...resolverLoop(at, effect), ...loopsOf(effect, entries)];
        return writeEffect(effect, number, loops, repetitions.of(effect, at));
      });
      return {
        id: ids.get(functionKey(at))!,
        service: at.file.service!,
        name: at.summary.name,
        place: { path: at.file.path, ...at.summary.lines },
        bodyHash: at.summary.bodyHash,
        entries,
        deliveries: deliveries.get(functionKey(at)) ?? [],
        effects: written,
      };
    });
    const kept = functions.filter(({ effects, entries }) => effects.length > 0 || entries.length > 0);
    return { functions: kept.sort((a, b) => compare(a.id, b.id)), calls };
  }

  #call(draft: DraftCall, id: number, ids: ReadonlyMap<number, string>): ServiceCall {
    const { holder, complete: _complete, ...call } = draft;
    return { ...call, id, function: functionId(this.#parts.ownerOf(holder), ids) };
  }
}

/** The id of a function, or what it would be where it has no effect of its own. */
export function functionId(at: FunctionAt, ids: ReadonlyMap<number, string>): string {
  return ids.get(functionKey(at)) ?? `${at.file.service ?? libraryName(at.file.path)}/${at.summary.name}`;
}

/** Library code is nobody's service: its functions are called after its directory. */
function libraryName(path: string): string {
  return libraryDirectory(path, new Set()).split("/").at(-1) ?? "";
}

/** `orders/OrdersService.create`; equal names of one service get a number in order of path. */
export function functionIds(listed: readonly FunctionAt[]): ReadonlyMap<number, string> {
  const counts = new Map<string, number>();
  const ids = new Map<number, string>();
  const sorted = [...listed].sort(
    (a, b) => compare(a.file.path, b.file.path) || comparePlaces({ path: "", ...a.summary.lines }, { path: "", ...b.summary.lines }),
  );
  for (const at of sorted) {
    const name = `${at.file.service ?? ""}/${at.summary.name}`;
    const count = (counts.get(name) ?? 0) + 1;
    counts.set(name, count);
    ids.set(functionKey(at), count === 1 ? name : `${name}#${count}`);
  }
  return ids;
}

/** Loops with what only the whole effect or function tells: it asks each service once, sets up proxies, or takes a batch of messages. */
function loopsOf({ evaluated, context, origin, via }: FlowEffect, entries: readonly EntryPoint[]): readonly Loop[] {
  const { knowledge } = origin.known;
  if (knowledge.kind === "call" && knowledge.relays) return context.loops.map((loop) => ({ ...loop, exempt: "relay" }));
  const isCheck =
    isHealthCheck(evaluated.operation ?? "") ||
    via.some(({ summary }) => looksAfterHealth(summary.name)) ||
    looksAfterHealth(origin.at.summary.name);
  const consumes = entries.some(({ kind }) => kind === "consumer" || kind === "lambda");
  if (context.loops.length === 0 || (!evaluated.fanOut && !isCheck && !consumes)) return context.loops;
  return context.loops.map((loop): Loop => {
    if (loop.exempt !== null) return loop;
    if (isCheck || (evaluated.fanOut && (loop.over === null || SERVICES.test(loop.over)))) return { ...loop, exempt: "fan-out" };
    return loop.own && MESSAGES.test(loop.over ?? "") ? { ...loop, exempt: "stream" } : loop;
  });
}

/** A field resolver runs once for each object of its type that a query returns. */
function resolverLoop(at: FunctionAt, { evaluated, names }: FlowEffect): readonly Loop[] {
  if (evaluated.kind !== "call") return [];
  const { decorators, name, parameters } = at.summary;
  const decorated = decorators.some((decorator) => /^(\w+\.)?(ResolveField|ResolveProperty|FieldResolver)$/.test(decorator.name));
  const [, type = ""] = /resolvers?\.([A-Z]\w*)\.\w+$/i.exec(name) ?? [];
  const mapped = type !== "" && !/^(Query|Mutation|Subscription)$/.test(type);
  if (!decorated && !mapped) return [];
  const parent = decorated
    ? parameters.filter((parameter) => parameter.decorators.some((each) => /(^|\.)(Parent|Root)$/.test(each.name)))
    : parameters.filter(({ index }) => index === 0);
  const dependent = parent.some((parameter) => names.has(parameter.name));
  const place = { path: at.file.path, startLine: at.summary.lines.startLine, endLine: at.summary.lines.startLine };
  return dependent ? [{ kind: "resolver", place, over: mapped ? type : null, dependent, own: true, exempt: null }] : [];
}

/** What goes through a list of services asks each of them once; for each of many things any one of several services is asked often. */
const SERVICES =
  /service|url|uri|host|target|endpoint|backend|upstream|downstream|subgraph|dependenc|peer|node|address|client|provider|gateway|server|shard|region|replica|source|config|entries|values|keys/i;

/** `checkSubgraphHealth`, `Gateway.probeAll`: what it asks only shows that somebody answers. */
function looksAfterHealth(name: string): boolean {
  return /(?:^|\.|[a-z])(?:check\w*health|health(?:y|iness)?(?:check|status|probe)?s?$|heartbeat|liveness|readiness|probe)/i.test(
    name.slice(name.lastIndexOf(".") + 1),
  );
}

const MESSAGES = /(messages|records|batch|events|jobs)$/i;

function writeEffect(effect: FlowEffect, call: number | null, loops: readonly Loop[], repetition: Repetition | null): Effect {
  const { evaluated, origin, via, context } = effect;
  const target = evaluated.to === null ? evaluated.channel : evaluated.to.kind === "service" ? evaluated.to.service : null;
  return {
    kind: isCompensation(effect) ? "compensate" : evaluated.kind,
    target,
    operation: evaluated.operation,
    mutating: evaluated.mutating,
    repetition,
    confidence: confidenceOf(effect),
    place: placeOf(origin.at),
    via: via.map(placeOf),
    step: (via[0] ?? origin.at).index,
    context: { ...context, loops },
    call,
  };
}

/** A call that takes back what was done: in an undo callback, or with such a name where something failed. */
function isCompensation({ evaluated, context, undo, via }: FlowEffect): boolean {
  if (evaluated.kind !== "call" || evaluated.mutating === false) return false;
  return (
    undo ||
    (context.catchOf !== null && (isInverseName(evaluated.operation ?? "") || via.some(({ site }) => takesBack(calleeName(site.callee)))))
  );
}
