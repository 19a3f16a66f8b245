import type {
  BoundKnowledge,
  CallKnowledge,
  ConnectionKnowledge,
  ConsumeKnowledge,
  DatabaseKnowledge,
  GuardKnowledge,
  IterationKnowledge,
  Knowledge,
  PublishKnowledge,
  RouteKnowledge,
} from "./library.js";

/** Short spellings of knowledge for the tables: what a table leaves out is empty. */

const UNBOUNDED: BoundKnowledge = {
  options: "",
  keys: [],
  onlyWith: null,
  sender: null,
  chain: [],
  defaultSeconds: null,
  option: null,
  argument: null,
  instance: false,
};

export function bound(partial: Partial<BoundKnowledge>): BoundKnowledge {
  return { ...UNBOUNDED, ...partial };
}

export function call(protocol: CallKnowledge["protocol"], partial: Partial<Omit<CallKnowledge, "kind" | "protocol">>): CallKnowledge {
  const nothing = { method: "", url: "", base: "", operation: "", target: "", bound: UNBOUNDED, cold: false, relays: false };
  return { kind: "call", protocol, ...nothing, ...partial };
}

export function publish(transport: string, channel: string, partial: Partial<PublishKnowledge> = {}): PublishKnowledge {
  return {
    kind: "publish",
    transport,
    channel,
    event: "",
    payload: "",
    keyed: false,
    named: false,
    usual: null,
    reply: "",
    timetable: "",
    ...partial,
  };
}

export function consume(transport: string, channel: string, partial: Partial<ConsumeKnowledge> = {}): ConsumeKnowledge {
  return { kind: "consume", transport, channel, event: "", handler: "", keyed: false, subqueue: "", subscription: "", ...partial };
}

export function database(access: DatabaseKnowledge["access"], partial: Partial<DatabaseKnowledge> = {}): DatabaseKnowledge {
  return { kind: "database", access, entity: "", statement: "", within: "", ...partial };
}

export function connection(engine: string, partial: Partial<ConnectionKnowledge>): ConnectionKnowledge {
  return { kind: "connection", engine, engineAt: "", url: "", host: "", port: "", database: "", schema: "", user: "", ...partial };
}

/** Connection options by their usual names, in any of the given objects. */
export function optionsIn(objects: readonly string[], database = "database"): Partial<ConnectionKnowledge> {
  const each = (...names: readonly string[]): string => objects.flatMap((object) => names.map((name) => `${object}.${name}`)).join(" | ");
  return {
    engineAt: each("type", "dialect"),
    url: each("url", "uri", "connectionString", "clientUrl"),
    host: each("host", "hostname", "server"),
    port: each("port"),
    database: each(database),
    schema: each("schema"),
    user: each("user", "username"),
  };
}

export function route(entry: RouteKnowledge["entry"], method: string, path: string, handler: string): RouteKnowledge {
  return { kind: "route", entry, method, path, handler, objects: "" };
}

/** `server.route([{ method, path, handler }])`. */
export function routeObjects(objects: string): RouteKnowledge {
  return {
    kind: "route",
    entry: "http",
    method: "method",
    path: "path | url",
    handler: "handler | options.handler | config.handler",
    objects,
  };
}

export function iteration(over: string, callback: string, source = false): IterationKnowledge {
  return { kind: "iteration", over, callback, source };
}

export function guard(kind: GuardKnowledge["guard"], guards: string, requires = ""): GuardKnowledge {
  return { kind: "guard", guard: kind, guards, requires };
}

/** `instance` and `method` joined as a path: `create()` and `get` are `create().get`, `Axios#` and `get` are `Axios#get`. */
export function joinPath(instance: string, method: string): string {
  if (instance === "" || method === "") return instance + method;
  return instance.endsWith("#") ? instance + method : `${instance}.${method}`;
}

/** The same methods on every way to an instance. */
export function onEach(instances: readonly string[], methods: Readonly<Record<string, Knowledge>>): Record<string, Knowledge> {
  const paths: Record<string, Knowledge> = {};
  for (const instance of instances) {
    for (const [method, knowledge] of Object.entries(methods)) paths[joinPath(instance, method)] = knowledge;
  }
  return paths;
}
