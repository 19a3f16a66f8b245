import { engineNamed, type Engine } from "../dsn.js";
import { wordsOf } from "../identity.js";

export type PartRole = "host" | "port" | "database" | "schema" | "user" | "url";

export interface PartName {
  /** The words before the role: `orders db` of `ORDERS_DB_HOST`. */
  readonly prefix: string;
  readonly role: PartRole;
  readonly engine: Engine | null;
}

/** Endings that say which part of a connection a variable holds, the longest first. */
const ROLES: readonly (readonly [string, PartRole])[] = [
  ["connection string", "url"],
  ["connection url", "url"],
  ["connection uri", "url"],
  ["jdbc url", "url"],
  ["db name", "database"],
  ["database name", "database"],
  ["user name", "user"],
  ["service host", "host"],
  ["url", "url"],
  ["uri", "url"],
  ["dsn", "url"],
  ["connection", "url"],
  ["conn", "url"],
  ["connectionstring", "url"],
  ["host", "host"],
  ["hostname", "host"],
  ["hostaddr", "host"],
  ["server", "host"],
  ["addr", "host"],
  ["address", "host"],
  ["endpoint", "host"],
  ["hosts", "host"],
  ["port", "port"],
  ["dbname", "database"],
  ["database", "database"],
  ["databasename", "database"],
  ["name", "database"],
  ["db", "database"],
  ["catalog", "database"],
  ["sid", "database"],
  ["schema", "schema"],
  ["user", "user"],
  ["username", "user"],
  ["login", "user"],
];

const STORE_WORDS = new Set([
  "db",
  "database",
  "databases",
  "pg",
  "postgres",
  "postgresql",
  "psql",
  "mysql",
  "mariadb",
  "maria",
  "mongo",
  "mongodb",
  "mssql",
  "sql",
  "sqlserver",
  "typeorm",
  "sequelize",
  "datasource",
  "jdbc",
  "r2dbc",
  "rds",
  "aurora",
  "oracle",
  "cockroach",
  "cockroachdb",
  "crdb",
  "cassandra",
  "knex",
  "orm",
  "mikro",
  "persistence",
  "drizzle",
  "prisma",
]);
/** Stores that are no databases of record: their names must not be taken for one. */
const OTHER_STORES = new Set([
  "redis",
  "cache",
  "kafka",
  "rabbitmq",
  "amqp",
  "elastic",
  "elasticsearch",
  "opensearch",
  "nats",
  "mqtt",
  "smtp",
  "mail",
  "s3",
  "minio",
  "influx",
  "influxdb",
]);

/** Reads the name of a variable or setting as a part of a database connection; `null` where it speaks of none. */
export function partName(name: string): PartName | null {
  const already = known.get(name);
  if (already !== undefined) return already;
  const part = readPartName(name);
  if (known.size < MAX_KNOWN) known.set(name, part);
  return part;
}

/** Large systems give the same few names to every service. */
const known = new Map<string, PartName | null>();
const MAX_KNOWN = 20_000;

function readPartName(name: string): PartName | null {
  const words = split(name);
  // `DB` beside `DB_HOST` is the name itself.
  if (words.length === 1 && (words[0] === "db" || words[0] === "database")) return { prefix: words[0], role: "database", engine: null };
  for (const [ending, role] of ROLES) {
    const tail = ending.split(" ");
    if (words.length < tail.length || tail.some((word, index) => words[words.length - tail.length + index] !== word)) continue;
    // `POSTGRES_DB_NAME` names a database of `POSTGRES`; the `DB` of `DB_NAME` is all that says what it is about.
    const before = words.slice(0, words.length - tail.length);
    const prefix = before.some((word) => STORE_WORDS.has(word)) ? before : words.slice(0, words.length - 1);
    if (!prefix.some((word) => STORE_WORDS.has(word)) || prefix.some((word) => OTHER_STORES.has(word))) continue;
    return { prefix: prefix.join(" "), role, engine: engineOf(prefix) };
  }
  return null;
}

/** Whether a variable that holds one text (a Secret's entry, an unfilled variable) holds a connection string. */
export function namesConnection(name: string): { readonly engine: Engine | null } | null {
  const part = partName(name);
  if (part?.role === "url") return { engine: part.engine };
  const words = split(name);
  const alone = words.length <= 3 && words.at(-1) === "database" ? words : null;
  return alone === null ? null : { engine: engineOf(words) };
}

/** A name that speaks of a copy for reading: `DATABASE_REPLICA_URL`, `DB_READ_HOST`. */
export function namesReplica(name: string): boolean {
  return wordsOf(name).some(
    (word) => word === "replica" || word === "readonly" || word === "read" || word === "ro" || word === "reader" || word === "slave",
  );
}

/** A name that says which database it is, and not only that it is one. */
export function isSpecificName(name: string): boolean {
  const general =
    /^(?:main|primary|default|app|application|service|prod|production|dev|development|test|local|srv|url|uri|dsn|host|name|connection|string|conn|my|the|read|write|replica|data|source)$/;
  return split(name).some((word) => !STORE_WORDS.has(word) && !general.test(word));
}

function split(name: string): readonly string[] {
  return wordsOf(name).flatMap((word) => {
    const glued = /^(pg|mysql|mongo|mongodb|postgres|db)(host|port|database|user|name|url|uri|dbname)$/.exec(word);
    return glued === null || (glued[1] === "db" && glued[2] === "name") ? [word] : [glued[1]!, glued[2]!];
  });
}

function engineOf(words: readonly string[]): Engine | null {
  for (const word of words) {
    const engine = word === "psql" ? "postgres" : engineNamed(word);
    if (engine !== null && engine !== "other") return engine;
  }
  return null;
}
