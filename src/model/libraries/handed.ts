import type { Parameter } from "../../facts/source.js";
import type { Denotation, Invocation, LibraryPath } from "../code/denotation.js";
import { canonicalPath, compilePattern } from "./patterns.js";

/** What a library hands to a function that it is given: a transaction, a connection, a plugin's instance. */
interface Handed {
  readonly modules: readonly string[];
  /** The call that takes the function. */
  readonly call: string;
  /** Index of the function's parameter. */
  readonly parameter: number;
  /** What is taken of it: `step` of `async ({ event, step }) => …`. */
  readonly property?: string;
  /** `receiver`: what the call was made on; `result`: what the call would have returned; else a path. */
  readonly value: string;
}

const HANDED: readonly Handed[] = [
  { modules: ["@prisma/client"], call: "PrismaClient#{,$extends().}$transaction", parameter: 0, value: "receiver" },
  { modules: ["typeorm", "@nestjs/typeorm"], call: "**transaction", parameter: 0, value: "EntityManager#" },
  { modules: ["knex", "objection"], call: "**transaction", parameter: 0, value: "receiver" },
  { modules: ["kysely"], call: "**transaction().execute", parameter: 0, value: "Transaction#" },
  { modules: ["drizzle-orm"], call: "**transaction", parameter: 0, value: "receiver" },
  { modules: ["postgres"], call: "().begin", parameter: 0, value: "receiver" },
  { modules: ["pg-promise"], call: "**{tx,task}", parameter: 0, value: "receiver" },
  {
    modules: ["@mikro-orm/core", "@mikro-orm/postgresql", "@mikro-orm/mysql", "@mikro-orm/mongodb"],
    call: "**transactional",
    parameter: 0,
    value: "EntityManager#",
  },
  {
    modules: ["neo4j-driver", "neo4j-driver-lite"],
    call: "**{executeWrite,executeRead,writeTransaction,readTransaction}",
    parameter: 0,
    value: "ManagedTransaction#",
  },
  { modules: ["amqplib"], call: "connect", parameter: 1, value: "result" },
  { modules: ["amqplib"], call: "connect().{createChannel,createConfirmChannel}", parameter: 1, value: "result" },
  { modules: ["fastify"], call: "**register", parameter: 0, value: "FastifyInstance#" },
  { modules: ["inngest"], call: "Inngest#createFunction", parameter: 0, property: "step", value: "Step#" },
  { modules: ["inngest"], call: "Inngest#createFunction", parameter: 0, value: "Context#" },
  { modules: ["@aws/durable-execution-sdk-js"], call: "withDurableExecution", parameter: 1, value: "DurableContext#" },
  { modules: ["@aws/durable-execution-sdk-js"], call: "DurableContext#runInChildContext", parameter: 0, value: "receiver" },
];

const COMPILED = HANDED.map((handed) => ({ ...handed, pattern: compilePattern(handed.call) }));

/** The last names of those calls. */
export const HANDING: ReadonlySet<string> = new Set([
  "$transaction",
  "transaction",
  "execute",
  "begin",
  "tx",
  "task",
  "transactional",
  "executeWrite",
  "executeRead",
  "writeTransaction",
  "readTransaction",
  "connect",
  "createChannel",
  "createConfirmChannel",
  "register",
  "createFunction",
  "withDurableExecution",
  "runInChildContext",
]);

/** The parameters of a callback by name, as far as the library's call says what they are. */
export function handedTo(
  library: LibraryPath,
  parameters: readonly Parameter[],
  invocation: Invocation,
): ReadonlyMap<string, Denotation> | null {
  const path = canonicalPath(library.path);
  for (const { modules, pattern, parameter, property = null, value } of COMPILED) {
    if (!modules.includes(library.module) || pattern.match(path) === null) continue;
    const taken = parameters.find((each) => each.index === parameter && each.property === property);
    if (taken !== undefined) return new Map([[taken.name, { kind: "library", path: valuePath(library, value, invocation), trail: [] }]]);
  }
  return null;
}

function valuePath(library: LibraryPath, value: string, invocation: Invocation): LibraryPath {
  switch (value) {
    case "receiver":
      return { ...library, path: library.path.replace(/[.]?[^.#()]+$/, "") };
    case "result":
      return { ...library, path: `${library.path}()`, calls: [...library.calls, invocation] };
    default:
      return { ...library, path: value, calls: [], declared: true };
  }
}
