import { lowered, weakest, type Confidence, type Evidence } from "../model/evidence.js";
import type { Database, DatabaseUse, SystemModel } from "../model/model.js";
import type { Severity } from "../config/severity.js";
import type { Clearance, Finding, Judgement, RuleOptions, StateRule } from "./rule.js";
import { code, listOf } from "./words.js";

export const sharedDatabase: StateRule = {
  about: "state",
  id: "shared-database",
  title: "Shared database",
  summary: "Finds databases that two or more services use.",
  severity: "error",
  checklist: ["data-ownership"],
  options: { allowed: { description: "Names of databases that services may share.", default: [] } },
  check,
};

function check(model: SystemModel, options: RuleOptions): Judgement {
  const allowed = new Set(Array.isArray(options["allowed"]) ? options["allowed"] : []);
  const records = model.databases.filter(({ role, name }) => role === "record" && !allowed.has(name));
  const findings: Finding[] = [];
  const cleared: Clearance[] = [];
  for (const database of records) {
    const sharing = sharingOf(database);
    if (sharing === null) cleared.push(clearance(database));
    else findings.push(describe(database, sharing));
  }
  return { findings: [...findings, ...sharedBySchema(records)], cleared };
}

/** How a database is shared, from the gravest way to the least. */
interface Sharing {
  readonly kind: "services" | "product" | "readers";
  readonly uses: readonly DatabaseUse[];
  readonly severity: Severity;
  readonly confidence: Confidence;
  /** Tables that at least two of them touch. */
  readonly common: readonly string[];
}

/** `null`: one service has it to itself. */
function sharingOf({ uses, products }: Database): Sharing | null {
  const writers = uses.filter(({ access }) => access !== "read-only");
  if (writers.length > 1) return { kind: "services", uses, common: commonEntities(uses), ...weigh(writers) };
  if (products.length > 0 && writers.length > 0)
    return { kind: "product", uses: writers, common: [], ...weigh([...writers, ...products], writers.some(hasTwoKinds)) };
  // A user that may only read cannot break the owner's data; it still breaks when the owner changes its tables.
  if (writers.length === 1 && uses.length > 1)
    return { kind: "readers", uses, common: commonEntities(uses), severity: "info", confidence: secondBest(uses) };
  return null;
}

/**
 * A common table, or two kinds of evidence for each of two users, makes it certain. The same database and nothing known of
 * its tables may still be two halves of it that never meet.
 */
function weigh(
  uses: readonly DatabaseUse[],
  seenInCode = uses.filter(hasTwoKinds).length > 1,
): { readonly severity: Severity; readonly confidence: Confidence } {
  const confidence = secondBest(uses);
  if (confidence === "low") return { severity: "info", confidence };
  const isCertain = commonEntities(uses).length > 0 || seenInCode;
  return isCertain ? { severity: "error", confidence: "high" } : { severity: "warning", confidence: weakest(confidence, "medium") };
}

function hasTwoKinds({ evidence }: DatabaseUse): boolean {
  return evidence.some(({ kind }) => kind === "code") && evidence.some(({ kind }) => kind !== "code");
}

/** A statement about two is as good as the weaker of the best two. */
function secondBest(uses: readonly DatabaseUse[]): Confidence {
  const order: readonly Confidence[] = ["high", "medium", "low"];
  return uses.map(({ confidence }) => confidence).sort((a, b) => order.indexOf(a) - order.indexOf(b))[1] ?? "low";
}

function commonEntities(uses: readonly DatabaseUse[]): readonly string[] {
  const counts = new Map<string, number>();
  for (const entity of uses.flatMap(({ entities }) => entities)) counts.set(entity, (counts.get(entity) ?? 0) + 1);
  return [...counts]
    .filter(([, count]) => count > 1)
    .map(([entity]) => entity)
    .sort();
}

function describe(database: Database, sharing: Sharing): Finding {
  const { kind, uses, severity, confidence } = sharing;
  const services = uses.map(({ service }) => service);
  const products = database.products.map(({ service }) => service);
  const members = kind === "product" ? [...services, ...products] : services;
  return {
    rule: sharedDatabase.id,
    subject: [`database:${database.id}`],
    discriminator: "",
    severity,
    confidence,
    members: [...members].sort(),
    // Uses that only a default speaks of do not count until a deployment makes them true.
    measure: {
      name: "services",
      value: [...uses, ...(kind === "product" ? database.products : [])].filter((use) => use.confidence !== "low").length,
    },
    services,
    title: titleOf(database, kind, services, products),
    message: messageOf(database, sharing, products),
    remedy: remedyOf(database, sharing, products),
    evidence: evidenceOf(kind === "product" ? [...uses, ...database.products] : uses),
    suggestion: null,
    bodyHash: null,
  };
}

function titleOf(database: Database, kind: Sharing["kind"], services: readonly string[], products: readonly string[]): string {
  if (kind === "product")
    return `${listOf(services)} ${services.length > 1 ? "use" : "uses"} the database ${database.name} of ${listOf(products)}`;
  const which = isNamedByPointer(database) ? `the database behind ${database.name}` : `the database ${database.name}`;
  return kind === "readers" ? `${listOf(services)} read ${which}, which one of them writes` : `${listOf(services)} share ${which}`;
}

/** Its own name is not known: it is called after the Secret, variable or module that leads to it. */
function isNamedByPointer({ host, uses }: Database): boolean {
  return host === null && uses.every(({ via }) => !via.some((way) => way === "dsn" || way === "parts"));
}

const ENGINES: Readonly<Record<string, string>> = {
  postgres: "PostgreSQL ",
  mysql: "MySQL ",
  mongodb: "MongoDB ",
  mssql: "SQL Server ",
  oracle: "Oracle ",
  dynamodb: "DynamoDB ",
  cassandra: "Cassandra ",
  sqlite: "SQLite ",
};

function nameOf(database: Database): string {
  const engine = ENGINES[database.engine] ?? "";
  const [use] = database.uses;
  if (isNamedByPointer(database)) {
    const pointer =
      use?.via.includes("secret") === true ? "the Secret entry" : use?.via.includes("variable") === true ? "the variable" : "the module";
    return `the ${engine}database behind ${pointer} ${code(database.name)}`;
  }
  return `the ${engine}database ${code(database.name)}${database.host === null ? "" : ` on ${code(database.host)}`}`;
}

function messageOf(database: Database, { kind, uses, common }: Sharing, products: readonly string[]): string {
  const services = listOf(uses.map(({ service }) => code(service)));
  if (kind === "product") {
    return `${services} ${uses.length > 1 ? "reach" : "reaches"} into ${nameOf(database)}, where ${listOf(products.map(code))} keeps its own data. Its tables are no interface: the next version of the product may change them without notice.`;
  }
  if (kind === "readers") {
    return `${services} use ${nameOf(database)}, all but one with a user that may only read. Whoever owns its tables cannot change them without the readers.`;
  }
  const modules = !isNamedByPointer(database) && uses.every(({ via }) => via.includes("module")) ? " through one shared module" : "";
  const tables =
    common.length > 0 ? `, where they touch the same ${common.length > 1 ? "tables" : "table"}: ${listOf(common.map(code), 4)}` : "";
  const tenant = products.length > 0 ? ` It belongs to ${listOf(products.map(code))} as well.` : "";
  return `${services} use ${nameOf(database)}${modules}${tables}. A table that is changed for one breaks the others, so they have to be released together, and one service's slow query or lock stops all.${tenant}`;
}

function remedyOf(database: Database, { kind, uses, common }: Sharing, products: readonly string[]): string {
  if (kind === "product")
    return `Ask ${listOf(products.map(code))} through its API, or keep the data that ${listOf(uses.map(({ service }) => code(service)))} needs in a database of its own.`;
  const owner = ownerOf(database, uses);
  const others = uses.map(({ service }) => service).filter((service) => service !== owner);
  if (kind === "readers")
    return `Let ${owner === null ? "the service that writes" : code(owner)} publish what the others read, as events or through its API, or give them a read replica.`;
  const what = isNamedByPointer(database) ? "it" : code(database.name);
  const tables = common.length > 0 ? ` with ${listOf(common.map(code), 4)}` : "";
  if (owner === null)
    return `Decide which of them owns ${what}${tables}, and move the tables of each other one into a database of its own. Data of another service comes through that service's API, or as a read model that its events keep up to date.`;
  const one = others.length === 1;
  return `Let ${code(owner)} own ${what}${tables}, and move the tables that only ${one ? code(others[0]!) : "the others"} ${one ? "uses" : "use"} into ${one ? "a database of its own" : "databases of their own"}. Data of ${code(owner)} then comes through its API, or as a read model that its events keep up to date.`;
}

/** The service that the database is called after, else the one that touches most of its tables; `null` where neither tells. */
function ownerOf({ name }: Database, uses: readonly DatabaseUse[]): string | null {
  const called = uses.filter(
    ({ service }) =>
      stem(service) !== "" && stem(name) !== "" && (stem(name).includes(stem(service)) || stem(service).includes(stem(name))),
  );
  if (called.length === 1) return called[0]!.service;
  const [first, second] = [...uses].sort((a, b) => b.entities.length - a.entities.length);
  return first !== undefined && first.entities.length > (second?.entities.length ?? 0) ? first.service : null;
}

/** `orders_db` and `order-service` are about one thing. */
function stem(name: string): string {
  return name
    .toLowerCase()
    .replace(/[^a-z0-9]/g, "")
    .replace(/(?:service|svc|api|db|database)$/, "")
    .replace(/s$/, "");
}

/** The line that names the database for each of them, then the lines that their values went through. */
function evidenceOf(uses: readonly DatabaseUse[]): readonly Evidence[] {
  const first = uses.flatMap(({ evidence }) => evidence.slice(0, 1));
  const rest = uses.flatMap(({ evidence }) => evidence.slice(1));
  const seen = new Set<string>();
  return [...first, ...rest].filter(({ path, startLine, endLine, note }) => {
    const key = `${path}:${startLine}-${endLine} ${note}`;
    if (seen.has(key)) return false;
    seen.add(key);
    return true;
  });
}

function clearance(database: Database): Clearance {
  return { rule: sharedDatabase.id, subject: [`database:${database.id}`], discriminator: "", evidence: evidenceOf(database.uses) };
}

/** Services that keep to schemas of their own in one database: a hint, since only their discipline keeps them apart. */
function sharedBySchema(databases: readonly Database[]): readonly Finding[] {
  const groups = new Map<string, Database[]>();
  for (const database of databases) {
    if (database.engine !== "postgres" && database.engine !== "mssql" && database.engine !== "oracle") continue;
    const key = `${database.engine}/${database.name}@${database.host ?? ""}`;
    groups.set(key, [...(groups.get(key) ?? []), database]);
  }
  return [...groups.values()].flatMap((group) => {
    const uses = group.flatMap((database) => database.uses);
    const services = [...new Set(uses.map(({ service }) => service))].sort();
    if (
      group.length < 2 ||
      services.length < 2 ||
      !group.some(({ schema }) => schema !== null) ||
      group.every((database) => database.uses.length < 1)
    )
      return [];
    return [describeSchemas(group, services, uses)];
  });
}

function describeSchemas(group: readonly Database[], services: readonly string[], uses: readonly DatabaseUse[]): Finding {
  const { engine, name } = group[0]!;
  return {
    rule: sharedDatabase.id,
    subject: [`database:${engine}/${name}`],
    discriminator: "schemas",
    severity: "info",
    confidence: lowered(secondBest(uses)),
    members: services,
    measure: { name: "services", value: services.length },
    services,
    title: `${listOf(services)} keep to schemas of their own in the database ${name}`,
    message: `${listOf(services.map(code))} use different schemas of ${code(name)}. Their tables are apart, but they share connections, memory, locks and backups, and nothing but discipline stops a query from crossing over.`,
    remedy: `Give each service a user that may only use its own schema, and move a schema to a server of its own when its load or its release rhythm differs.`,
    evidence: evidenceOf(uses),
    suggestion: null,
    bodyHash: null,
  };
}
