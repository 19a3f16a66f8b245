import type { Lines } from "../facts/place.js";
import type { Confidence, Evidence, Place } from "./evidence.js";

/** What the code of the services does, after names were followed across files and effects through calls. */
export interface SystemCode {
  /** Only functions that have an effect or serve an entry point. Sorted by id. */
  readonly functions: readonly CodeFunction[];
  /** Every call site that leaves its service, or might. Sorted by caller, then place. */
  readonly calls: readonly ServiceCall[];
}

export interface CodeFunction {
  /** `service/OrdersService.create`, with `#2` for equal names in order of path. Stable under moves and edits. */
  readonly id: string;
  readonly service: string;
  readonly name: string;
  readonly place: Place;
  readonly bodyHash: string;
  readonly entries: readonly EntryPoint[];
  /** Ways in on which the same message may come more than once. */
  readonly deliveries: readonly Delivery[];
  /** In the order in which they happen, its own and those of what it calls, each with the way to it. */
  readonly effects: readonly Effect[];
}

/** How a request, message or schedule gets into a service. */
export interface EntryPoint {
  readonly kind: "http" | "rpc" | "grpc" | "graphql" | "consumer" | "schedule" | "lambda" | "startup";
  /** `POST /charges`, `payments.Payments/Charge`, a pattern, a topic. Path parameters are `:name`. */
  readonly operation: string;
  readonly place: Place;
}

/** A channel of a transport that hands messages over until they are acknowledged, and so sometimes twice. */
export interface Delivery {
  readonly channel: string;
  readonly transport: string;
  readonly evidence: Evidence;
}

/** What becomes of rows: `upsert` where one that is there is kept or replaced. */
export type RowVerb = "insert" | "update" | "upsert" | "delete";

/** What happens when a change is made once more. */
export interface Repetition {
  /** For writes of the database; `null` for calls, and where the text does not tell. */
  readonly verb: RowVerb | null;
  /** What keeps the second time from changing anything more: a unique key, an idempotency key, a look at what was done. */
  readonly guard: Evidence | null;
  /** What makes a call again after a failure. */
  readonly retry: Place | null;
  /** All that the change is made of could be read. */
  readonly certain: boolean;
}

export interface Effect {
  readonly kind: "call" | "publish" | "consume" | "db-read" | "db-write" | "transaction" | "outbox-add" | "compensate";
  /** Service or database id or channel name, by kind; `null` where unresolved. */
  readonly target: string | null;
  /** `POST /charges`, an entity, an event type. */
  readonly operation: string | null;
  readonly mutating: boolean | null;
  /** For writes and for calls that may change something. */
  readonly repetition: Repetition | null;
  readonly confidence: Confidence;
  /** The line of the effect itself. */
  readonly place: Place;
  /** Call sites that lead from the function to the effect, outermost first; empty for its own. */
  readonly via: readonly Place[];
  /** The number of the call that is or leads to it, in the function that makes this call: several may stand on one line. */
  readonly step: number;
  readonly context: EffectContext;
  /** Index into `SystemCode.calls` for `call`. */
  readonly call: number | null;
}

/** Numbers of a context from here on stand for what happens inside a function that is called. */
export const NUMBERS_OF_CALLEES = 10_000;

/** Where an effect stands, seen from the function that it is listed under. */
export interface EffectContext {
  /** Loops around it, outermost first, also loops of the functions on the way. */
  readonly loops: readonly Loop[];
  /** In a `catch` or in an undo callback; the number of the `try` statement's group, unique in the function listed under. */
  readonly catchOf: number | null;
  readonly tryOf: number | null;
  /** The transaction that encloses it, by a number that is unique in the function. */
  readonly transaction: number | null;
  /** Effects of one `Promise.all` share a number. */
  readonly concurrent: number | null;
  /** Branches of the function that lead to it: of one statement only one is taken, outside of loops. */
  readonly branches: readonly Branch[];
}

/** One way through an `if` or a `switch`, or one answer to what several of them ask of one value. */
export interface Branch {
  /** The statement or question, by a name that is unique in the system. */
  readonly statement: string;
  /** Number of the block, or the answer. */
  readonly arm: number | string;
  /** It stands in a loop: another round may take another one. */
  readonly perRound?: boolean;
}

export interface Loop {
  readonly kind: "loop" | "callback" | "recursion" | "resolver";
  readonly place: Place;
  /** Text of what is iterated, for the message: `order.items`. */
  readonly over: string | null;
  /** The call's arguments, URL or receiver depend on the iteration. */
  readonly dependent: boolean;
  /**
   * It stands in the function that the effect is listed under (or in library code that only this function leads to), and
   * not in another function of a service on the way: each loop is the own loop of one function.
   */
  readonly own: boolean;
  /** Why many iterations are no N+1: a page, retry, batch, poll or literal loop; a proxy for each of several routes. */
  readonly exempt: "pagination" | "retry" | "polling" | "batch" | "literal-list" | "stream" | "exits" | "fan-out" | "relay" | null;
}

export type CallTarget =
  | { readonly kind: "service"; readonly service: string }
  | { readonly kind: "external"; readonly host: string }
  /** What could be read of it: `${BASE_URL}/charges`. */
  | { readonly kind: "unresolved"; readonly text: string };

export interface ServiceCall {
  /** Index in `SystemCode.calls`. */
  readonly id: number;
  readonly from: string;
  /** The function that holds the call site. */
  readonly function: string;
  readonly to: CallTarget;
  readonly kind: "http" | "grpc" | "rpc" | "graphql" | "lambda" | "dapr";
  /** `axios`, `@nestjs/microservices`, …: for messages. */
  readonly library: string;
  readonly operation: string;
  readonly mutating: boolean | null;
  readonly place: Place;
  readonly confidence: Confidence;
  /** The trail along which the target was found: constants, variables, deployment files. */
  readonly evidence: readonly Evidence[];
  readonly loops: readonly Loop[];
  readonly bound: CallBound;
  /** What stops calling for a while when the target keeps failing. */
  readonly breaker: CallBreaker | null;
  /** It stands in a script that only people start. */
  readonly runByHand: boolean;
  /** The function in the other service that serves it, where it was found. */
  readonly handler: string | null;
}

/** A circuit breaker around the call, or in front of its target. */
export interface CallBreaker {
  /** `opossum`, an own function's name, `outlier detection of the mesh`. */
  readonly by: string;
  readonly kind: "code" | "deployment";
  readonly place: Place;
}

/** Whether and how the call's duration is limited. */
export type CallBound =
  /** A timeout, signal or wrapper limits it; `place` says where. */
  | { readonly kind: "bounded"; readonly by: string; readonly place: Place | null }
  /** The code sets no limit of its own, but a route or policy of the mesh on the way to the target does. */
  | { readonly kind: "routed"; readonly by: string; readonly place: Place }
  /** The library has a default: `fetch` gives up after 300 s. */
  | { readonly kind: "default"; readonly seconds: number; readonly insertion: OptionInsertion | null }
  | { readonly kind: "unbounded"; readonly insertion: OptionInsertion | null }
  /** Options that could not be read. */
  | { readonly kind: "unknown" };

/** How a timeout can be written into the call: a replacement for its lines. */
export interface OptionInsertion extends Lines {
  readonly replacement: string;
}
