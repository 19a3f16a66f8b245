import { engineNamed, parseConnection } from "../dsn.js";
import { relaxed } from "../environment/declared.js";
import type { LinkedEnvironment } from "../environment/link.js";
import type { Evidence } from "../evidence.js";
import type { FactTable, Stated } from "../fact-table.js";
import { directoryOf, isWithin } from "../paths.js";
import type { ServiceDirectory } from "../services.js";
import type { Sighting, Target } from "./sighting.js";

/** What Prisma schemas say: which variable holds the address, and which tables there are. */
export function* sightingsInSchemas(table: FactTable, services: ServiceDirectory, environment: LinkedEnvironment): Generator<Sighting> {
  for (const schema of table.of("prisma")) {
    const whole = wholeSchema(table, schema);
    if (whole === null) continue;
    const owner = services.serviceOf(schema.path);
    if (owner !== null) yield* sightings(whole, owner, null, environment);
    else
      for (const user of usersOfModule(table, services, schema.path))
        yield* sightings(whole, user.service, user.module, environment, user.evidence);
  }
}

interface Schema {
  readonly stated: Stated<"prisma">;
  readonly entities: readonly string[];
}

/** The file with the `datasource`, with the models of all files beside it. */
function wholeSchema(table: FactTable, stated: Stated<"prisma">): Schema | null {
  if (stated.fact.provider === "" && stated.fact.url === null) return null;
  const directory = directoryOf(stated.path);
  const parts = table.of("prisma").filter(({ path, fact }) => path === stated.path || (fact.provider === "" && isWithin(path, directory)));
  return { stated, entities: parts.flatMap(({ fact }) => fact.models.map(({ table: name }) => name.toLowerCase())) };
}

function* sightings(
  schema: Schema,
  service: string,
  module: string | null,
  environment: LinkedEnvironment,
  extra: readonly Evidence[] = [],
): Generator<Sighting> {
  const { path, fact } = schema.stated;
  const engine = engineNamed(fact.provider);
  const here: Evidence = {
    path,
    startLine: fact.lines.startLine,
    endLine: fact.lines.endLine,
    kind: "configuration",
    note: `is the schema that \`${service}\` uses`,
  };
  for (const { target, evidence, carrier, stage } of targetsOf(schema, service, module, environment)) {
    yield {
      user: { kind: "service", name: service },
      engine,
      target,
      readOnly: false,
      via: "schema",
      entities: schema.entities,
      access: "unknown",
      confidence: target.kind === "unfilled" ? "low" : module === null && stage !== "development" ? "high" : "medium",
      stage,
      carrier,
      isDefault: false,
      evidence: [here, ...evidence, ...extra],
    };
  }
}

interface Found {
  readonly target: Target;
  readonly evidence: readonly Evidence[];
  readonly carrier: string | null;
  readonly stage: Sighting["stage"];
}

function targetsOf(schema: Schema, service: string, module: string | null, environment: LinkedEnvironment): readonly Found[] {
  const { url } = schema.stated.fact;
  if (url === null) return module === null ? [] : [{ target: { kind: "module", module }, evidence: [], carrier: null, stage: "any" }];
  if ("literal" in url) return connection(url.literal, schema.stated.path, []);
  const values = environment.lookup(service, url.env);
  const served = values.filter(({ stage }) => stage === "production" || stage === "any");
  const found = (served.length > 0 ? served : values).flatMap(({ value, evidence, stage }) =>
    connection(value, schema.stated.path, evidence).map((one) => ({ ...one, carrier: relaxed(url.env), stage })),
  );
  if (found.length > 0) return found;
  const opaque = environment.opaque(service, url.env).map(({ kind, namespace, name, key, evidence }): Found => ({
    target: { kind: "opaque", key: `${kind} ${namespace ?? ""}/${name}/${key}`, label: `${name}/${key}` },
    evidence,
    carrier: relaxed(url.env),
    stage: "any",
  }));
  if (opaque.length > 0) return opaque;
  if (module !== null) return [{ target: { kind: "module", module }, evidence: [], carrier: null, stage: "any" }];
  // Some database it has; no file says which.
  return [
    {
      target: { kind: "unfilled", key: `${service} ${url.env} `, label: `${service}/${url.env}` },
      evidence: [],
      carrier: relaxed(url.env),
      stage: "any",
    },
  ];
}

function connection(text: string, path: string, evidence: readonly Evidence[]): readonly Found[] {
  const parsed = parseConnection(text);
  if (parsed === null || parsed.database === null) return [];
  return [
    {
      target: {
        kind: "server",
        hosts: parsed.hosts,
        port: parsed.port,
        database: parsed.database,
        schema: parsed.schema,
        scope: `file:${path}`,
      },
      evidence,
      carrier: null,
      stage: "any",
    },
  ];
}

interface ModuleUser {
  readonly service: string;
  readonly module: string;
  readonly evidence: readonly Evidence[];
}

/** Services whose package depends on the workspace package that holds a path. */
function usersOfModule(table: FactTable, services: ServiceDirectory, path: string): readonly ModuleUser[] {
  const owners = table
    .of("package")
    .filter((candidate) => directoryOf(candidate.path) !== "" && isWithin(path, directoryOf(candidate.path)));
  const owner = owners.sort((a, b) => b.path.length - a.path.length)[0];
  const name = owner?.fact.name;
  if (owner === undefined || name == null) return [];
  const users = new Map<string, ModuleUser>();
  for (const { path: manifest, fact } of table.of("package")) {
    const service = Object.hasOwn(fact.dependencies, name) ? services.serviceOf(manifest) : null;
    if (service === null || users.has(service)) continue;
    users.set(service, {
      service,
      module: directoryOf(owner.path),
      evidence: [
        {
          path: manifest,
          startLine: fact.lines.startLine,
          endLine: fact.lines.startLine,
          kind: "configuration",
          note: `\`${service}\` depends on \`${name}\``,
        },
      ],
    });
  }
  return [...users.values()];
}
