import type { Confidence, Evidence } from "./evidence.js";

/** Where messages go that could not be processed. */
export interface DeadLetterTarget {
  /** Of the queue, topic, exchange or table; a logical id where a template gives no name. Unique. */
  readonly name: string;
  /** `rows` of an outbox have a state that says so. */
  readonly kind: "queue" | "topic" | "exchange" | "channel" | "function" | "bus" | "rows";
  /** Queues, functions and subscriptions whose failed messages end there, by name. */
  readonly sources: readonly string[];
  /** Services concerned, sorted. */
  readonly services: readonly string[];
  /** The lines that send messages there, then those that make the target itself. */
  readonly evidence: readonly Evidence[];
  /** Who takes messages out, or puts them back into work. */
  readonly handled: readonly Evidence[];
  /** Who is told that there are messages. */
  readonly watched: readonly Evidence[];
  /** A queue of SQS, which hands its messages to functions and tells how many it holds. */
  readonly isSqs: boolean;
  /** Why nothing can be said; `null` where all was read. */
  readonly undecided: string | null;
  readonly confidence: Confidence;
}

/** How a handler of messages puts back those that it could not process. */
export interface Requeue {
  readonly service: string;
  /** The handler, as its file names it. */
  readonly handler: string;
  /** Where it takes messages from; `null` where that could not be followed. */
  readonly channel: string | null;
  /** Nothing counts, waits or decides: the same message comes back at once, for ever. */
  readonly endless: boolean;
  readonly evidence: Evidence;
}

/** What the code says of dead letters. */
export interface CodeDeadLetters {
  readonly targets: readonly DeadLetterTarget[];
  /** Channels and queues that code in use takes messages from: literal names, and `${NAME}` of variables. */
  readonly taken: ReadonlyMap<string, Evidence>;
  /** Channels that code puts messages into. */
  readonly filled: ReadonlyMap<string, Evidence>;
}
