import type { TextPart } from "../code/denotation.js";
import type { DatabaseReference } from "../databases.js";
import { engineNamed, isReadOnlyHost, isReadOnlyName, parseConnection, parseWebStore } from "../dsn.js";
import { relaxed } from "../environment/declared.js";
import type { LinkedEnvironment } from "../environment/link.js";
import type { ExpandedText, Stage } from "../environment.js";
import type { Confidence, Evidence } from "../evidence.js";
import { byStage } from "../stage.js";
import { projectVariable } from "./from-environment.js";
import { hostName, isBareHost, isBareName, portOf } from "./plain-text.js";
import { isRecord, type Sighting, type Target } from "./sighting.js";
import { isSpecificName, namesReplica } from "./variable-names.js";

/** What connections in code come to, once the service's environment is filled in. */
export function sightingsInCode(reference: DatabaseReference, environment: LinkedEnvironment): readonly Sighting[] {
  const found =
    reference.url === null
      ? fromParts(reference, environment)
      : [...fromUrl(reference, reference.url, environment), ...fromNameFirst(reference, environment)];
  if (found.length > 0) return found;
  if (reference.module === null)
    return isNamed(reference) && !hasHole(reference) ? fromUnfilledName(reference, environment) : fromNowhere(reference);
  return [
    sighting(
      reference,
      { kind: "module", module: reference.module },
      { via: "module", confidence: "medium", stage: "any", carrier: null, isDefault: false, readOnly: false },
      [],
    ),
  ];
}

/** `new Sequelize(process.env.DB_NAME, user, password, { host })`: what stands where an address could is a name. */
function fromNameFirst(reference: DatabaseReference, environment: LinkedEnvironment): readonly Sighting[] {
  return reference.host === null ? [] : fromParts({ ...reference, database: reference.url }, environment);
}

function isNamed({ url, host, database }: DatabaseReference): boolean {
  return url !== null || host !== null || database !== null;
}

/** Its address is put together of what is not known here. */
function hasHole({ url }: DatabaseReference): boolean {
  return (
    url !== null &&
    parseConnection(url.map((part) => (part.kind === "literal" ? part.text : "x")).join("")) !== null &&
    url.some(({ kind }) => kind === "hole")
  );
}

/** A client is opened with an address that could not be followed: some database the service has. Files of SQLite come and go. */
function fromNowhere(reference: DatabaseReference): readonly Sighting[] {
  if (reference.engine === null || engineNamed(reference.engine) === "sqlite") return [];
  const target: Target = { kind: "unfilled", key: reference.service, label: `${reference.service}/unknown` };
  return [
    sighting(reference, target, { via: "variable", confidence: "low", stage: "any", carrier: null, isDefault: false, readOnly: false }, []),
  ];
}

interface How {
  readonly via: Sighting["via"];
  readonly confidence: Confidence;
  readonly stage: Stage;
  readonly carrier: string | null;
  readonly isDefault: boolean;
  readonly readOnly: boolean;
}

function sighting(
  reference: DatabaseReference,
  target: Target,
  how: How,
  trail: readonly Evidence[],
  engine: Sighting["engine"] = null,
): Sighting {
  return {
    user: { kind: "service", name: reference.service },
    engine: engine ?? (reference.engine === null ? null : engineNamed(reference.engine)),
    target,
    entities: reference.entities.map((entity) => entity.toLowerCase()),
    access: reference.access,
    ...how,
    evidence: [...reference.evidence, ...trail],
  };
}

function fromUrl(reference: DatabaseReference, url: readonly TextPart[], environment: LinkedEnvironment): readonly Sighting[] {
  const carrier = soleVariable(url);
  const known = reference.engine === null ? null : engineNamed(reference.engine);
  const found = best(environment.expand(reference.service, url)).flatMap((text) => {
    const parsed = parseConnection(text.text) ?? parseWebStore(known, text.text);
    const separate = reference.database === null ? null : (best(environment.expand(reference.service, reference.database))[0] ?? null);
    if (parsed === null) return [];
    const database = parsed.database ?? nameIn(separate) ?? (isRecord(parsed.engine) ? null : (parsed.hosts[0] ?? null));
    if (database === null || isOpen(database, url)) return [];
    const readOnly = parsed.readOnly || (carrier !== null && namesReplica(carrier));
    const how: How = {
      via: "dsn",
      confidence: text.fromFallback ? "medium" : "high",
      stage: text.stage,
      carrier: carrier === null ? null : relaxed(carrier),
      isDefault: text.fromFallback,
      readOnly,
    };
    const target: Target = {
      kind: "server",
      hosts: parsed.hosts,
      port: parsed.port,
      database,
      schema: parsed.schema,
      scope: `service:${reference.service}`,
    };
    return [sighting(reference, target, how, [...text.evidence, ...(separate?.evidence ?? [])], parsed.engine)];
  });
  if (found.length > 0 || carrier === null) return found;
  const opaque = environment
    .opaque(reference.service, carrier)
    .map(({ kind, namespace, name, key, evidence }) =>
      sighting(
        reference,
        { kind: "opaque", key: `${kind} ${namespace ?? ""}/${name}/${key}`, label: `${name}/${key}` },
        { via: "secret", confidence: "high", stage: "any", carrier: relaxed(carrier), isDefault: false, readOnly: namesReplica(carrier) },
        evidence,
      ),
    );
  if (opaque.length > 0) return opaque;
  const handedIn = fromProjectVariable(reference, carrier, environment);
  if (handedIn.length > 0) return handedIn;
  const namesakes = fromNamesakes(reference, carrier, environment);
  return namesakes.length > 0 || reference.module !== null ? namesakes : [fromUnfilled(reference, carrier, environment)];
}

/**
 * The service gets it from a variable of its compose project that nothing fills: whoever gets the same variable has the same
 * database, whatever each of them calls it.
 */
function fromProjectVariable(reference: DatabaseReference, variable: string, environment: LinkedEnvironment): readonly Sighting[] {
  if (reference.database !== null) return [];
  return environment
    .declared(reference.service)
    .filter(({ name }) => relaxed(name) === relaxed(variable))
    .flatMap((declared) => {
      const pointer = projectVariable(declared);
      if (pointer === null) return [];
      const how: How = {
        via: "variable",
        confidence: "medium",
        stage: declared.stage,
        carrier: relaxed(variable),
        isDefault: false,
        readOnly: namesReplica(variable),
      };
      return [sighting(reference, { kind: "opaque", ...pointer }, how, declared.evidence)];
    });
}

/** `database: process.env.ORDERS_DB` of a store, which no file gives a value. */
function fromUnfilledName(reference: DatabaseReference, environment: LinkedEnvironment): readonly Sighting[] {
  const variable = reference.url === null && reference.database !== null ? soleVariable(reference.database) : null;
  const engine = reference.engine === null ? null : engineNamed(reference.engine);
  if (variable === null || engine === null || engine === "sqlite" || !isRecord(engine)) return [];
  return best(environment.expand(reference.service, reference.database!)).some(({ complete, text }) => complete && text.trim() !== "")
    ? []
    : [fromUnfilled(reference, variable, environment)];
}

/** The service has a database, but no file says where: nobody else can be known to use the same one. */
function fromUnfilled(reference: DatabaseReference, variable: string, environment: LinkedEnvironment): Sighting {
  const named = reference.database === null ? null : (best(environment.expand(reference.service, reference.database))[0] ?? null);
  const name = nameIn(named);
  const target: Target = {
    kind: "unfilled",
    key: `${reference.service} ${variable} ${name ?? ""}`,
    label: name ?? `${reference.service}/${variable}`,
  };
  return sighting(
    reference,
    target,
    { via: "variable", confidence: "low", stage: "any", carrier: relaxed(variable), isDefault: false, readOnly: namesReplica(variable) },
    named?.evidence ?? [],
  );
}

/**
 * A variable that nothing sets for this service, and that means one database wherever it is set: `LEDGER_MONGO_URL`. A
 * name that any service could use (`DATABASE_URL`) proves nothing.
 */
function fromNamesakes(reference: DatabaseReference, variable: string, environment: LinkedEnvironment): readonly Sighting[] {
  if (!isSpecificName(variable)) return [];
  const values = environment.elsewhere(variable);
  const targets = new Map(
    values.flatMap(({ value, evidence }) => {
      const parsed = parseConnection(value);
      if (parsed?.database == null) return [];
      const target: Target = {
        kind: "server",
        hosts: parsed.hosts,
        port: parsed.port,
        database: parsed.database,
        schema: parsed.schema,
        scope: `service:${reference.service}`,
      };
      return [[JSON.stringify(target), { target, engine: parsed.engine, evidence }] as const];
    }),
  );
  const [only] = targets.values();
  if (only === undefined || targets.size > 1) return [];
  return [
    sighting(
      reference,
      only.target,
      { via: "dsn", confidence: "low", stage: "any", carrier: null, isDefault: false, readOnly: namesReplica(variable) },
      [],
      only.engine,
    ),
  ];
}

function fromParts(reference: DatabaseReference, environment: LinkedEnvironment): readonly Sighting[] {
  if (reference.database === null) return [];
  const one = (parts: readonly TextPart[] | null): ExpandedText | null =>
    parts === null ? null : (best(environment.expand(reference.service, parts))[0] ?? null);
  const parts: Parts = {
    host: one(reference.host),
    port: one(reference.port),
    user: one(reference.user),
    schema: one(reference.schema),
    carrier: soleVariable(reference.database),
  };
  return best(environment.expand(reference.service, reference.database)).flatMap(
    (database) => fromNamedParts(reference, database, parts) ?? [],
  );
}

interface Parts {
  readonly host: ExpandedText | null;
  readonly port: ExpandedText | null;
  readonly user: ExpandedText | null;
  readonly schema: ExpandedText | null;
  readonly carrier: string | null;
}

function fromNamedParts(
  reference: DatabaseReference,
  database: ExpandedText,
  { host, port, user, schema, carrier }: Parts,
): Sighting | null {
  // A name without a host, or one that nothing gives a value, is the name of many databases.
  if (!database.complete || !isBareName(database.text)) return null;
  if (host === null ? reference.engine !== "dynamodb" : !isBareHost(host.text)) return null;
  const target: Target = {
    kind: "server",
    hosts: host === null ? [] : [hostName(host.text)],
    port: portOf(textOf(port)),
    database: database.text,
    schema: schema?.complete === true && isBareName(schema.text) ? schema.text : null,
    scope: `service:${reference.service}`,
  };
  const how: How = {
    via: "parts",
    confidence: database.fromFallback || host?.complete === false ? "medium" : "high",
    stage: database.stage,
    carrier: carrier === null ? null : relaxed(carrier),
    isDefault: database.fromFallback || host?.fromFallback === true,
    readOnly: isReadOnlyName(textOf(user)) || isReadOnlyHost(textOf(host)),
  };
  return sighting(
    reference,
    target,
    how,
    [database, host, port].flatMap((part) => part?.evidence ?? []),
  );
}

/** The name that a text is, where all of it is known. */
function nameIn(part: ExpandedText | null): string | null {
  return part !== null && part.complete && isBareName(part.text) ? part.text : null;
}

function textOf(part: ExpandedText | null): string {
  return part === null ? "" : part.text;
}

/** The values of the best stage that serves anybody. */
function best(texts: readonly ExpandedText[]): readonly ExpandedText[] {
  const sorted = [...texts].sort((a, b) => byStage(a.stage, b.stage));
  const served = sorted.filter(({ stage }) => stage === "production" || stage === "any");
  return served.length > 0 ? served : sorted.slice(0, 1);
}

/** What a local variable is called names no database: `postgres://${host}/${database}`. */
function isOpen(database: string, url: readonly TextPart[]): boolean {
  return url.some((part) => part.kind === "hole" && database.includes(`\${${part.text}}`));
}

/** The name of the one variable that a text consists of. */
function soleVariable(parts: readonly TextPart[]): string | null {
  const variables = parts.filter((part) => part.kind === "environment");
  return variables.length === 1 &&
    parts.every((part) => part.kind === "environment" || (part.kind === "literal" && part.text.trim() === ""))
    ? variables[0]!.name
    : null;
}
