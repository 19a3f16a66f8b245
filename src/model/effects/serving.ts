import type { CallTarget, EntryPoint } from "../code.js";
import type { Confidence, Evidence } from "../evidence.js";
import type { Handler } from "./handler.js";
import type { Listener } from "./listeners.js";
import { functionName } from "./sites.js";

/** A handler as other parts of the code see it. */
export interface Served {
  readonly service: string;
  /** Name of the function by its file; `null` where the code is not known. */
  readonly function: string | null;
  readonly entry: EntryPoint;
  readonly method: string;
  /** Of an action the path that it says for a gateway. */
  readonly path: string;
  readonly channel: string | null;
}

/** Who answers a call, and by which function. */
export interface Handled {
  readonly service: string;
  readonly function: string | null;
  readonly confidence: Confidence;
  readonly evidence: readonly Evidence[];
}

/** An action that a gateway passes requests on to without being told. */
export interface Aliased {
  readonly action: string;
  readonly handled: Handled;
}

/** Whom the parts of the code reach in each other: all that one part may know of the others. */
export interface Serving {
  /** The function that serves a request to a service, as far as the path tells. */
  http(to: CallTarget, method: string, path: string): string | null;
  grpc(remote: string, method: string): Handled | null;
  /** Who answers a message pattern: with several, the one that the client's address means. */
  rpc(pattern: string, client: string | null, from: string | null): Handled | null;
  /** Whether a service answers a pattern itself: where callers share a process with it, nothing goes over the network. */
  isAnsweredBy(pattern: string, service: string): boolean;
  /** The service of a function that is invoked by name: `inventory-prod-reserve` is `reserve` of inventory. */
  lambda(name: string): Handled | null;
  /** Actions of other services that say their own path for a gateway, by name. */
  aliased(from: string): readonly Aliased[];
  /** The only service that takes messages from a queue. */
  queue(name: string): string | null;
  /** The only other service that takes messages from a channel, also by a key with wildcards. */
  taking(channel: string, from: string | null): Handled | null;
  /**
   * Who listens on a port of this machine by default, where neither compose nor a dotenv file says it. Where the caller
   * itself does, or several others do, the port tells nothing.
   */
  listener(host: string, port: number | null, from: string): Pick<Listener, "service" | "evidence"> | null;
}

export function servedBy({ service, function: at, entry, method, path, channel }: Handler): Served {
  return { service, function: at === null ? null : functionName(at), entry, method, path, channel };
}

/** A question about other parts, and its answer, as JSON. */
export type Asked = readonly (readonly [question: string, answer: string])[];

/** Answers, and keeps what was asked: with the same answers the part that asked would be linked the same. */
export class RecordedServing implements Serving {
  readonly #from: Serving;
  readonly #asked = new Map<string, string>();

  constructor(from: Serving) {
    this.#from = from;
  }

  get asked(): Asked {
    return [...this.#asked];
  }

  http(...args: Parameters<Serving["http"]>): string | null {
    return this.#note("http", args, this.#from.http(...args));
  }

  grpc(...args: Parameters<Serving["grpc"]>): Handled | null {
    return this.#note("grpc", args, this.#from.grpc(...args));
  }

  rpc(...args: Parameters<Serving["rpc"]>): Handled | null {
    return this.#note("rpc", args, this.#from.rpc(...args));
  }

  isAnsweredBy(...args: Parameters<Serving["isAnsweredBy"]>): boolean {
    return this.#note("isAnsweredBy", args, this.#from.isAnsweredBy(...args));
  }

  lambda(...args: Parameters<Serving["lambda"]>): Handled | null {
    return this.#note("lambda", args, this.#from.lambda(...args));
  }

  aliased(...args: Parameters<Serving["aliased"]>): readonly Aliased[] {
    return this.#note("aliased", args, this.#from.aliased(...args));
  }

  queue(...args: Parameters<Serving["queue"]>): string | null {
    return this.#note("queue", args, this.#from.queue(...args));
  }

  taking(...args: Parameters<Serving["taking"]>): Handled | null {
    return this.#note("taking", args, this.#from.taking(...args));
  }

  listener(...args: Parameters<Serving["listener"]>): ReturnType<Serving["listener"]> {
    return this.#note("listener", args, this.#from.listener(...args));
  }

  #note<T>(method: keyof Serving, args: readonly unknown[], answer: T): T {
    this.#asked.set(JSON.stringify([method, ...args]), JSON.stringify(answer));
    return answer;
  }
}

/** Whether all questions of a part still have the answers that they had. */
export function isAnsweredAlike(asked: Asked, serving: Serving): boolean {
  return asked.every(([question, answer]) => {
    const [method, ...args] = JSON.parse(question) as [keyof Serving, ...never[]];
    return JSON.stringify((serving[method] as (...args: never[]) => unknown)(...args)) === answer;
  });
}
