/**
 * Connection strings. What comes out holds no password and no user name, except whether the user may only read: that is
 * all of the credentials that anything after this file gets to know.
 */

export type Engine =
  | "postgres"
  | "mysql"
  | "mongodb"
  | "mssql"
  | "oracle"
  | "dynamodb"
  | "redis"
  | "elasticsearch"
  | "sqlite"
  | "cassandra"
  | "neo4j"
  | "influxdb"
  | "clickhouse"
  | "amqp"
  | "kafka"
  | "other";

export interface ConnectionTarget {
  readonly engine: Engine | null;
  /** Host names in lower case; several for clusters. Empty where the text names none. Unfilled variables stay as `${NAME}`. */
  readonly hosts: readonly string[];
  readonly port: number | null;
  readonly database: string | null;
  readonly schema: string | null;
  /** A user, host or option that can only read. */
  readonly readOnly: boolean;
}

const SCHEMES: Readonly<Record<string, Engine>> = {
  postgres: "postgres",
  postgresql: "postgres",
  pgsql: "postgres",
  cockroachdb: "postgres",
  timescaledb: "postgres",
  postgis: "postgres",
  alloydb: "postgres",
  mysql: "mysql",
  mysql2: "mysql",
  mysqlx: "mysql",
  mariadb: "mysql",
  percona: "mysql",
  aurora: "mysql",
  mongodb: "mongodb",
  "mongodb+srv": "mongodb",
  mongo: "mongodb",
  mssql: "mssql",
  sqlserver: "mssql",
  tds: "mssql",
  jtds: "mssql",
  oracle: "oracle",
  redis: "redis",
  rediss: "redis",
  "redis+sentinel": "redis",
  valkey: "redis",
  memcached: "redis",
  elasticsearch: "elasticsearch",
  opensearch: "elasticsearch",
  sqlite: "sqlite",
  sqlite3: "sqlite",
  file: "sqlite",
  h2: "sqlite",
  hsqldb: "sqlite",
  derby: "sqlite",
  cassandra: "cassandra",
  scylla: "cassandra",
  amqp: "amqp",
  amqps: "amqp",
  nats: "amqp",
  mqtt: "amqp",
  kafka: "kafka",
  dynamodb: "dynamodb",
  neo4j: "neo4j",
  "neo4j+s": "neo4j",
  bolt: "neo4j",
  clickhouse: "clickhouse",
  influxdb: "influxdb",
  influx: "influxdb",
  couchbase: "other",
  couchdb: "other",
  arangodb: "other",
  firebird: "other",
  db2: "other",
  snowflake: "other",
  sybase: "other",
};

const DEFAULT_PORTS: Readonly<Record<string, number>> = {
  postgres: 5432,
  mysql: 3306,
  mongodb: 27017,
  mssql: 1433,
  oracle: 1521,
  redis: 6379,
  elasticsearch: 9200,
  cassandra: 9042,
};
const ENGINES_BY_PORT: Readonly<Record<number, Engine>> = {
  5432: "postgres",
  5433: "postgres",
  6432: "postgres",
  26257: "postgres",
  3306: "mysql",
  27017: "mongodb",
  1433: "mssql",
  1521: "oracle",
  6379: "redis",
  9200: "elasticsearch",
  9042: "cassandra",
};

export function defaultPort(engine: string | null): number | null {
  return engine === null ? null : (DEFAULT_PORTS[engine] ?? null);
}

export function engineOfPort(port: number | null): Engine | null {
  return port === null ? null : (ENGINES_BY_PORT[port] ?? null);
}

/** The engine that a driver, dialect, provider or product is called by: `postgresql`, `pg`, `mariadb`, `better-sqlite3`. */
export function engineNamed(text: string): Engine | null {
  const name = text.toLowerCase();
  const direct = SCHEMES[name];
  if (direct !== undefined && Object.hasOwn(SCHEMES, name)) return direct;
  if (/postg|^pg\b|pgsql|npgsql|psycopg|cockroach|timescale|asyncpg/.test(name)) return "postgres";
  if (/maria|mysql/.test(name)) return "mysql";
  if (/mongo|documentdb/.test(name)) return "mongodb";
  if (/mssql|sqlserver|sql-server|microsoft\.data\.sqlclient/.test(name)) return "mssql";
  if (/oracle/.test(name)) return "oracle";
  if (/redis|valkey/.test(name)) return "redis";
  if (/elastic|opensearch/.test(name)) return "elasticsearch";
  if (/sqlite/.test(name)) return "sqlite";
  if (/cassandra|scylla/.test(name)) return "cassandra";
  if (/dynamo/.test(name)) return "dynamodb";
  if (/neo4j/.test(name)) return "neo4j";
  if (/influx/.test(name)) return "influxdb";
  if (/clickhouse/.test(name)) return "clickhouse";
  return null;
}

/** Reads a URL, a JDBC URL, an ADO.NET or a libpq string. `null` for any other text, URLs of web services among them. */
export function parseConnection(text: string): ConnectionTarget | null {
  const trimmed = text.trim().replace(/^["']|["']$/g, "");
  if (trimmed.length < 6 || trimmed.length > 4096 || trimmed.includes("\n")) return null;
  return parseUrl(trimmed) ?? parseKeyValues(trimmed);
}

/** Stores that are spoken to over HTTP: their addresses look like those of any service. */
const WEB_STORES: ReadonlySet<string> = new Set(["elasticsearch", "influxdb", "clickhouse"]);

/** Reads the address of such a store: a URL, or a host with or without a port. `null` for other engines and other texts. */
export function parseWebStore(engine: Engine | null, text: string): ConnectionTarget | null {
  if (engine === null || !WEB_STORES.has(engine) || text.length > 4096) return null;
  const [, host, port] = /^\s*(?:https?:\/\/)?(?:[^@/\s]*@)?([\w.-]+|\$\{\w+\})(?::(\d+))?(?:\/\S*)?\s*$/i.exec(text) ?? [];
  if (host === undefined) return null;
  return {
    engine,
    hosts: [host.toLowerCase()],
    port: port === undefined ? null : Number(port),
    database: null,
    schema: null,
    readOnly: false,
  };
}

const URL_PARTS =
  /^(?:jdbc:|r2dbc:|ecto:|sqlalchemy:)?([a-z][a-z0-9.-]*(?:\+[a-z0-9]+)?)(?::[a-z]+)?:(?:\/\/|@\/\/|thin:@(?:\/\/)?|)(.*)$/i;

function parseUrl(text: string): ConnectionTarget | null {
  const match = URL_PARTS.exec(text);
  if (match === null) return null;
  const scheme = match[1]!.toLowerCase();
  const engine = schemeEngine(scheme);
  if (engine === null) return null;
  const jdbc = /^(?:jdbc|r2dbc):/i.test(text);
  if (!jdbc && !text.includes("://") && scheme !== "sqlite" && scheme !== "file") return null;
  const rest = match[2]!;
  if (engine === "sqlite") return sqliteTarget(scheme, /^(?:jdbc|r2dbc):[a-z0-9]+:mem:/i.test(text) ? ":memory:" : rest);
  if (engine === "mssql" && rest.includes(";")) return parseSqlServerUrl(rest);
  if (engine === "oracle") return parseOracle(rest);
  return parseAuthority(engine, rest);
}

/** `postgresql+asyncpg`, `jdbc:p6spy:postgresql` and the like name the engine before the driver. */
function schemeEngine(scheme: string): Engine | null {
  if (Object.hasOwn(SCHEMES, scheme)) return SCHEMES[scheme]!;
  const first = scheme.split("+")[0]!;
  return Object.hasOwn(SCHEMES, first) && first !== "file" ? SCHEMES[first]! : null;
}

function parseAuthority(engine: Engine, rest: string): ConnectionTarget {
  // A password may hold any sign, encoded or not: whatever stands before the last @ is not looked at.
  const first = rest.indexOf("?");
  const question = first >= 0 && rest.slice(0, first).includes("@") ? first : rest.indexOf("?", rest.lastIndexOf("@") + 1);
  const beforeQuery = (question < 0 ? rest : rest.slice(0, question)).split("#")[0]!;
  const options = optionsOf(question < 0 ? "" : rest.slice(question + 1));
  const sign = beforeQuery.lastIndexOf("@");
  const user = sign < 0 ? (options.get("user") ?? "") : beforeQuery.slice(0, sign).split(":")[0]!;
  const afterUser = beforeQuery.slice(sign + 1).replace(/^\/\//, "");
  const slash = slashOutsideVariables(afterUser);
  const authority = slash < 0 ? afterUser : afterUser.slice(0, slash);
  const path = slash < 0 ? "" : afterUser.slice(slash + 1);
  const places = authority.split(",").map(hostAndPort);
  const named = options.get("host");
  const hosts = places.map(({ host }) => host).filter((host) => host !== "");
  return {
    engine,
    hosts: hosts.length > 0 || named === undefined ? hosts : [named.toLowerCase()],
    port: places[0]?.port ?? null,
    database: nameOrNull(decoded(path.split("/")[0] ?? "")),
    schema: nameOrNull(options.get("schema") ?? options.get("currentschema") ?? options.get("search_path") ?? ""),
    readOnly: isReadOnlyName(user) || hosts.some(isReadOnlyHost) || readOnlyOption(options),
  };
}

function slashOutsideVariables(text: string): number {
  let depth = 0;
  for (let index = 0; index < text.length; index += 1) {
    if (text[index] === "{") depth += 1;
    if (text[index] === "}") depth -= 1;
    if (text[index] === "/" && depth <= 0) return index;
  }
  return -1;
}

function hostAndPort(text: string): { readonly host: string; readonly port: number | null } {
  const match = /^(\[[0-9a-f:]+\]|.*?)(?::(\d{1,5}|\$\{[^}]*\}))?$/i.exec(text);
  const host = match?.[1] ?? "";
  const port = match?.[2];
  if (!/^(?:[\w./-]|\$\{[^}]*\}|\[[0-9a-f:]+\]|\{\{[^}]*\}\})*$/i.test(host)) return { host: "", port: null };
  return { host: host.includes("$") ? host : host.toLowerCase(), port: port === undefined || port.startsWith("$") ? null : Number(port) };
}

function optionsOf(query: string): ReadonlyMap<string, string> {
  const options = new Map<string, string>();
  for (const pair of query.split(/[&;]/)) {
    const equals = pair.indexOf("=");
    if (equals > 0) options.set(pair.slice(0, equals).trim().toLowerCase(), decoded(pair.slice(equals + 1).trim()));
  }
  return options;
}

function readOnlyOption(options: ReadonlyMap<string, string>): boolean {
  const preference = options.get("readpreference") ?? "";
  const session = options.get("target_session_attrs") ?? options.get("targetservertype") ?? "";
  return (
    /^secondary$/i.test(preference) ||
    /^(?:read-only|standby|prefer-standby|secondary)$/i.test(session) ||
    /^readonly$/i.test(options.get("applicationintent") ?? options.get("application intent") ?? "")
  );
}

function sqliteTarget(scheme: string, rest: string): ConnectionTarget | null {
  if (scheme === "file" && !/\.(?:db|sqlite3?)(?:\?|$)/.test(rest)) return null;
  const memory = rest.includes(":memory:") || rest.startsWith("mem:") || rest === "";
  return {
    engine: "sqlite",
    hosts: [],
    port: null,
    database: memory ? null : rest.split("?")[0]!.replace(/^\/+/, ""),
    schema: null,
    readOnly: false,
  };
}

/** `//host:1433;databaseName=orders;user=…` */
function parseSqlServerUrl(rest: string): ConnectionTarget {
  const [place = "", ...pairs] = rest.split(";");
  const options = optionsOf(pairs.join(";"));
  const { host, port } = hostAndPort(place.replace(/^\/\//, "").replace(/.*@/, "").split("\\")[0]!);
  const user = options.get("user") ?? options.get("username") ?? "";
  return {
    engine: "mssql",
    hosts: host === "" ? [] : [host],
    port,
    database: nameOrNull(options.get("databasename") ?? options.get("database") ?? options.get("initial catalog") ?? ""),
    schema: null,
    readOnly: isReadOnlyName(user) || readOnlyOption(options),
  };
}

/** `@//host:1521/service`, `@host:1521:SID`. */
function parseOracle(rest: string): ConnectionTarget {
  const match = /^(?:thin:)?(?:.*@)?(?:\/\/)?([^:/]+)(?::(\d+))?(?:[:/](.+))?$/.exec(rest.split("?")[0]!);
  const host = match?.[1] ?? "";
  return {
    engine: "oracle",
    hosts: host === "" ? [] : [host.toLowerCase()],
    port: match?.[2] === undefined ? null : Number(match[2]),
    database: nameOrNull(match?.[3] ?? ""),
    schema: null,
    readOnly: false,
  };
}

const HOST_KEYS = ["host", "server", "data source", "datasource", "addr", "address", "network address", "hostaddr"];
const DATABASE_KEYS = ["dbname", "database", "initial catalog", "db"];
const USER_KEYS = ["user", "username", "user id", "userid", "uid"];

/** `Host=db;Database=orders;Username=…` (ADO.NET) and `host=db dbname=orders user=…` (libpq). */
function parseKeyValues(text: string): ConnectionTarget | null {
  const pairs = keyValues(text);
  const first = (keys: readonly string[]): string | undefined => keys.map((key) => pairs.get(key)).find((value) => value !== undefined);
  const place = first(HOST_KEYS);
  const database = first(DATABASE_KEYS);
  if (pairs.size < 2 || (place === undefined && database === undefined) || (place === undefined && first(USER_KEYS) === undefined))
    return null;
  const [server = "", portAfterComma] = (place ?? "").replace(/^tcp:/i, "").split(",");
  const { host, port } = hostAndPort(server.split("\\")[0]!.trim());
  const named = pairs.get("port") ?? portAfterComma;
  const number = named !== undefined && /^\d+$/.test(named.trim()) ? Number(named) : port;
  return {
    engine: engineOfKeyValues(pairs, number),
    hosts: host === "" ? [] : [host],
    port: number,
    database: nameOrNull(database ?? ""),
    schema: nameOrNull(
      pairs.get("search path") ?? pairs.get("searchpath") ?? pairs.get("search_path") ?? pairs.get("current schema") ?? "",
    ),
    readOnly: isReadOnlyName(first(USER_KEYS) ?? "") || isReadOnlyHost(host) || readOnlyOption(pairs),
  };
}

function keyValues(text: string): ReadonlyMap<string, string> {
  const pairs = new Map<string, string>();
  const parts = text.includes(";") ? text.split(";") : text.split(/\s+(?=[a-z_]+\s*=)/i);
  for (const part of parts.slice(0, 60)) {
    const equals = part.indexOf("=");
    if (equals <= 0) continue;
    const key = part.slice(0, equals).trim().toLowerCase();
    if (!/^[a-z][a-z _]*$/.test(key)) return new Map();
    pairs.set(
      key,
      part
        .slice(equals + 1)
        .trim()
        .replace(/^['"]|['"]$/g, ""),
    );
  }
  return pairs;
}

/** Each driver has words of its own. */
function engineOfKeyValues(pairs: ReadonlyMap<string, string>, port: number | null): Engine | null {
  const byPort = engineOfPort(port);
  if (byPort !== null) return byPort;
  if (
    pairs.has("initial catalog") ||
    pairs.has("trustservercertificate") ||
    pairs.has("multipleactiveresultsets") ||
    pairs.has("integrated security") ||
    pairs.has("trusted_connection")
  )
    return "mssql";
  if (pairs.has("dbname") || pairs.has("sslmode") || pairs.has("ssl mode")) return "postgres";
  if (pairs.has("host") && pairs.has("username")) return "postgres";
  if (pairs.has("uid") && pairs.has("server")) return "mysql";
  return null;
}

/** A user that may only read: `orders_ro`, `readonly`, `reporting_reader`. */
export function isReadOnlyName(user: string): boolean {
  return /(?:^|[_.-])(?:ro|readonly|read[_-]?only|reader|replica)(?:$|[_.-])/i.test(user);
}

/** A host that serves copies: `orders-db-replica`, `orders-ro`, `….cluster-ro-….rds.amazonaws.com`. */
export function isReadOnlyHost(host: string): boolean {
  return /(?:^|[.-])(?:replicas?|read-?replica|readonly|ro|standby|cluster-ro|reader|secondary|follower)(?:[.-]|\d*$)/i.test(host);
}

function nameOrNull(text: string): string | null {
  const name = text.trim();
  return name === "" || name.length > 200 || /[@:;=]/.test(name) ? null : name;
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
