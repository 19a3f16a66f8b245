/**
 * What is known about packages. A table maps paths through a package (see `LibraryPath`) to what a call at that path
 * does; nothing else in the product knows a package by name. Adding a library is one entry in one table.
 *
 * A path pattern is written as the path itself, without a leading `default` (an import's spelling is no matter), plus
 *
 *     {a,b}      alternatives, which may be empty or hold dots
 *     *          any one name
 *     <entity>   any one name, kept: `$entity` refers to it
 *     **         anything
 *
 * A pattern that ends in `#` is the construction itself: `PublishCommand#` is `new PublishCommand(…)`.
 */
export interface Library {
  /** For messages: `axios`, `kafkajs`. */
  readonly name: string;
  /** Package names; `node:http` for Node's own; `(global)` for globals. */
  readonly modules: readonly string[];
  readonly paths: Readonly<Record<string, Knowledge>>;
}

/**
 * Where a call carries a value, tried from left to right until one is there:
 *
 *     0                 the first argument; `-1` is the last
 *     0.url             a property of it; `0.items[].topic` goes through every item of an array
 *     0.useFactory().uri  what a function in it returns
 *     create:0.baseURL  an argument of an earlier step of the path, by the step's name (`()` of the start: `:0`)
 *     0#Request:1.method  an argument of what makes the first argument, where that is a `Request`
 *     this:baseURL      a field of the object itself (subclasses of a library's class)
 *     type:0            a type argument of the declared type, or the injection token
 *     job:data          of `add(name, data, options)`, whose name may be left out; `job:name`
 *     $entity           a name out of the path
 *     class             the own class that a library's method is called on
 *     =GET              the text itself
 *
 * Alternatives are separated by ` | `.
 */
export type At = string;

export type Knowledge =
  | CallKnowledge
  | PublishKnowledge
  | ConsumeKnowledge
  | DatabaseKnowledge
  | ConnectionKnowledge
  | RouteKnowledge
  | MountKnowledge
  | PrefixKnowledge
  | DefaultsKnowledge
  | IterationKnowledge
  | GuardKnowledge
  | SourceKnowledge;

/** A call over the network that waits for the answer. */
export interface CallKnowledge {
  readonly kind: "call";
  readonly protocol: "http" | "grpc" | "rpc" | "graphql" | "lambda" | "dapr";
  /** The verb; `=GET` where the path says it. */
  readonly method: At;
  /** Address or path. An object is read as `url`, `uri`, or host, port and path. */
  readonly url: At;
  /** What a relative `url` is appended to, from the nearest to the farthest. */
  readonly base: At;
  /** For protocols without a URL: pattern, action, function name. */
  readonly operation: At;
  /** The service that is called, where the settings or an argument name it. */
  readonly target: At;
  readonly bound: BoundKnowledge;
  /** Sent only when awaited, returned or subscribed to. */
  readonly cold: boolean;
  /** Passes on each request that comes in: it is set up where it stands, and calls nobody there. */
  readonly relays: boolean;
}

/** What limits the duration of a call. */
export interface BoundKnowledge {
  /** Objects of options, from the call's own to the instance's. */
  readonly options: At;
  /** Keys in them that limit the duration. */
  readonly keys: readonly string[];
  /** A key that limits nothing unless another one of the options is set: `requestTimeout` of a client that else only warns. */
  readonly onlyWith: { readonly key: string; readonly switch: string } | null;
  /**
   * The path of what sends the call, where the call itself is a command that is handed over: `LambdaClient#send`. Options
   * are then those of the sending.
   */
  readonly sender: string | null;
  /** Methods on the call's result that limit it: `.timeout(5000)`. */
  readonly chain: readonly string[];
  /** What the library does by itself; `null`: waits for ever. */
  readonly defaultSeconds: number | null;
  /** How to write a timeout: the option's text, and the index of the argument that takes it. */
  readonly option: string | null;
  readonly argument: number | null;
  /** The instance's options are nowhere to be seen where only a type declares it. */
  readonly instance: boolean;
}

/** A message that is handed to a broker. */
export interface PublishKnowledge {
  readonly kind: "publish";
  readonly transport: string;
  readonly channel: At;
  /** Routing key, job name, detail type: the name of what happened, where it is apart from the channel. */
  readonly event: At;
  readonly payload: At;
  /** Where the channel's name is an exchange and the key is part of its identity. */
  readonly keyed: boolean;
  /** The call says what the event is called, so that a type in the message is about something else. */
  readonly named: boolean;
  /** The channel of messages that name none; `null` where they must. */
  readonly usual: string | null;
  /** Where the answer is to be sent: who names such a place waits for it, and the message is a call. */
  readonly reply: At;
  /** Options that make it a job to be run again and again: a timetable tells nobody that something happened. */
  readonly timetable: At;
}

/** A handler that is given messages. */
export interface ConsumeKnowledge {
  readonly kind: "consume";
  readonly transport: string;
  readonly channel: At;
  readonly event: At;
  /** Functions that get the messages; empty where another call of the same receiver names them (`subscribe`, `run`). */
  readonly handler: At;
  readonly keyed: boolean;
  /** Kind of a queue inside the channel that is meant instead (Service Bus: `deadLetter`). */
  readonly subqueue: At;
  /** The subscription whose own queue that is, where the channel is a topic. */
  readonly subscription: At;
}

export interface DatabaseKnowledge {
  readonly kind: "database";
  /**
   * `statement`: the first verb of the SQL text decides. `flush`: writes what was collected before. `commit` ends what
   * `transaction` without `within` began.
   */
  readonly access: "read" | "write" | "statement" | "flush" | "transaction" | "commit";
  /** Table, collection, model or entity. */
  readonly entity: At;
  /** SQL text. */
  readonly statement: At;
  /** `transaction`: the function that runs inside it; empty where it lasts until `commit`. */
  readonly within: At;
}

/** Opens a connection to a database. */
export interface ConnectionKnowledge {
  readonly kind: "connection";
  /** Canonical engine, or empty where `engineAt` names it. */
  readonly engine: string;
  readonly engineAt: At;
  readonly url: At;
  readonly host: At;
  readonly port: At;
  readonly database: At;
  readonly schema: At;
  readonly user: At;
}

/** Registers handlers of a method and path. */
export interface RouteKnowledge {
  readonly kind: "route";
  readonly entry: "http" | "rpc" | "grpc" | "graphql" | "schedule" | "lambda";
  readonly method: At;
  readonly path: At;
  /** The functions; `0+` is every argument from the first. */
  readonly handler: At;
  /** Where the call takes objects, one or a list, that hold the three: the argument; method, path and handler are then properties. */
  readonly objects: At;
}

/** Puts a router or plugin under a prefix. */
export interface MountKnowledge {
  readonly kind: "mount";
  readonly prefix: At;
  readonly mounted: At;
}

/** A prefix for every route of the service. */
export interface PrefixKnowledge {
  readonly kind: "prefix";
  readonly prefix: At;
}

/** Options for every instance of the service (`HttpModule.register`), or of the module. */
export interface DefaultsKnowledge {
  readonly kind: "defaults";
  /** The path of the instances that get them. */
  readonly of: string;
  /** The options object; empty where a factory makes it. */
  readonly options: At;
}

/** Runs a function once per item. */
export interface IterationKnowledge {
  readonly kind: "iteration";
  readonly over: At;
  readonly callback: At;
  /** `source`: the items are what the piped observable emits. */
  readonly source: boolean;
}

/** Wraps a call: limits its duration, repeats it, or opens on failure. */
export interface GuardKnowledge {
  readonly kind: "guard";
  readonly guard: "timeout" | "retry" | "breaker" | "fallback" | "batch-loader" | "deferred" | "workflow" | "race";
  /** The functions or promises that it guards. */
  readonly guards: At;
  /** Options that must be there for it to limit the duration; empty: it always does. */
  readonly requires: At;
}

/** A value that tells loops and streams apart: a consumer, a cursor, an interval. */
export interface SourceKnowledge {
  readonly kind: "source";
  readonly source: "stream" | "pages" | "many" | "one" | "timer" | "batches";
}
