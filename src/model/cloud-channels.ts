import type { Place } from "./evidence.js";

/** A channel whose messages a declared function is handed. */
export interface HandedChannel {
  readonly name: string;
  /** The type of event that it asks for; `null` for all. */
  readonly event: string | null;
  readonly transport: string;
  readonly place: Place;
}

/** Queues, topics, streams and buses as templates declare them: what code calls them, and who is handed their messages. */
export interface CloudChannels {
  /**
   * The name of a channel that code of a service knows by a variable alone, where the variable holds a declared resource; else
   * as it is. Of a system with one bus every bus is that one.
   */
  named(service: string, channel: string, transport: string | null): string;
  /** What a function is handed, by the file and the first line of its declaration. */
  handedTo(path: string, startLine: number): readonly HandedChannel[];
  /** Channels that hand all they get, or what is chosen of it, to this one: the topics of a queue. */
  before(channel: string): readonly HandedChannel[];
}
