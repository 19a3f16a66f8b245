import { engineNamed, isReadOnlyHost, isReadOnlyName, parseConnection, type ConnectionTarget, type Engine } from "../dsn.js";
import { relaxed, type Declared } from "../environment/declared.js";
import type { Stage } from "../environment.js";
import type { Confidence, Evidence } from "../evidence.js";
import { append } from "../fact-table.js";
import { byStage } from "../stage.js";
import { hostName, isBareHost, isBareName, isTemplate, portOf } from "./plain-text.js";
import { isRecord, type DatabaseUser, type Sighting, type Target } from "./sighting.js";
import { namesConnection, namesReplica, partName, type PartName, type PartRole } from "./variable-names.js";

/**
 * The databases that the variables of one user speak of: connection strings in any variable, hosts and names given apart,
 * entries of Secrets, and variables that nothing fills. `opens` says whether the user's code opens what the variable holds, as
 * far as that can be told; it decides about files of variables that many services are given whole.
 */
export function sightingsInEnvironment(
  user: DatabaseUser,
  declared: readonly Declared[],
  opens: (sighting: Pick<Sighting, "engine" | "via" | "carrier">) => boolean,
): readonly Sighting[] {
  const found: Sighting[] = [];
  for (const group of groupsOf(declared)) {
    const connections = group.flatMap((variable) => connectionSighting(user, variable, group));
    found.push(...connections, ...partSightings(user, group), ...group.flatMap((variable) => opaqueSighting(user, variable)));
  }
  const verified = found.filter((sighting) => !sightingIsShared(sighting, declared) || opens(sighting));
  return preferred(distinct(verified), declared);
}

/** Variables that meet in one process, for each stage: those of the stage and those that hold in all. */
function groupsOf(declared: readonly Declared[]): readonly (readonly Declared[])[] {
  const byGroup = new Map<string, Declared[]>();
  for (const variable of declared) append(byGroup, variable.group, variable);
  return [...byGroup.values()].flatMap((variables) => {
    const stages = [...new Set(variables.map(({ stage }) => stage))].filter((stage) => stage !== "any").sort(byStage);
    return (stages.length === 0 ? (["any"] as const) : stages).map((stage) => effective(variables, stage));
  });
}

/** One declaration for each name: the stage's own before one for all stages, written before inherited. */
function effective(variables: readonly Declared[], stage: Stage): readonly Declared[] {
  const chosen = new Map<string, Declared>();
  const rank = (variable: Declared): number => Number(variable.stage !== stage) * 2 + Number(variable.inherited);
  for (const variable of variables) {
    if (variable.stage !== stage && variable.stage !== "any" && !variable.inherited) continue;
    const known = chosen.get(variable.name);
    if (known === undefined || rank(variable) < rank(known)) chosen.set(variable.name, variable);
  }
  return [...chosen.values()];
}

function connectionSighting(user: DatabaseUser, variable: Declared, group: readonly Declared[]): readonly Sighting[] {
  if (variable.value === null || isTemplate(variable.value)) return [];
  const target = parseConnection(variable.value);
  if (target === null) return [];
  const part = partName(variable.name);
  const companion = target.database === null ? companionName(part, group) : null;
  const database = target.database ?? companion?.value ?? null;
  const named = database ?? (isRecord(target.engine) ? null : (target.hosts[0] ?? null));
  if (named === null || isPlaceholderName(named, variable)) return [];
  return [
    {
      ...base(user, variable),
      engine: target.engine ?? part?.engine ?? null,
      target: serverTarget(target, named, variable.scope),
      readOnly: target.readOnly || namesReplica(variable.name),
      via: "dsn",
      carrier: relaxed(variable.name),
      evidence: [...variable.evidence, ...(companion?.evidence ?? [])],
    },
  ];
}

function base(
  user: DatabaseUser,
  variable: Declared,
): Pick<Sighting, "user" | "entities" | "access" | "confidence" | "stage" | "isDefault"> {
  return {
    user,
    entities: [],
    access: "unknown",
    confidence: confidenceOf(variable),
    stage: variable.stage,
    isDefault: variable.origin === "settings" || variable.origin === "image",
  };
}

function confidenceOf(variable: Declared): Confidence {
  if (variable.stage === "development" || variable.stage === "test" || variable.origin === "dotenv" || variable.shared) return "medium";
  return "high";
}

function serverTarget(target: ConnectionTarget, database: string, scope: string): Target {
  return { kind: "server", hosts: target.hosts, port: target.port, database, schema: target.schema, scope };
}

/** `MONGO_URL` beside `MONGO_DATABASE`. */
function companionName(part: PartName | null, group: readonly Declared[]): Declared | null {
  if (part === null) return null;
  const found = group.filter((variable) => {
    const other = partName(variable.name);
    return variable.value !== null && other?.role === "database" && (other.prefix === part.prefix || other.engine === part.engine);
  });
  return found.length === 1 ? found[0]! : null;
}

/** Host, port, name and schema that are given apart, by the words that their variables begin with. */
function partSightings(user: DatabaseUser, group: readonly Declared[]): readonly Sighting[] {
  const byPrefix = new Map<string, Map<PartRole, Declared>>();
  const engines = new Map<string, Engine>();
  for (const variable of group) {
    const part = partName(variable.name);
    if (part === null || part.role === "url" || (variable.value === null && variable.opaque === null)) continue;
    const roles = byPrefix.get(part.prefix) ?? new Map<PartRole, Declared>();
    if (!roles.has(part.role)) roles.set(part.role, variable);
    byPrefix.set(part.prefix, roles);
    if (part.engine !== null) engines.set(part.prefix, part.engine);
  }
  return [...byPrefix].flatMap(([prefix, roles]) => {
    const name = roles.get("database");
    const host = roles.get("host") ?? hostOfOthers(prefix, byPrefix);
    if (name === undefined || host === undefined) return [];
    return partSighting(user, prefix, engines.get(prefix) ?? null, name, host, roles) ?? [];
  });
}

/** One host that several prefixes share: `DB_HOST` beside `ORDERS_DB_NAME`. */
function hostOfOthers(prefix: string, byPrefix: ReadonlyMap<string, ReadonlyMap<PartRole, Declared>>): Declared | undefined {
  const hosts = [...byPrefix].filter(
    ([other, roles]) => other !== prefix && roles.has("host") && (prefix.endsWith(` ${other}`) || prefix.startsWith(`${other} `)),
  );
  return hosts.length === 1 ? hosts[0]![1].get("host") : undefined;
}

function partSighting(
  user: DatabaseUser,
  prefix: string,
  engine: Engine | null,
  name: Declared,
  host: Declared,
  roles: ReadonlyMap<PartRole, Declared>,
): Sighting | null {
  const database = textOf(name);
  const place = textOf(host).replace(/^.*@/, "");
  if (!isBareName(database) || !isBareHost(place) || isPlaceholderName(database, name) || namesEngine(database, name)) return null;
  const [address, written] = splitAddress(place);
  const port = roles.get("port")?.value ?? written;
  const login = roles.get("user")?.value ?? "";
  return {
    ...base(user, name.stage === "any" ? { ...name, stage: host.stage } : name),
    engine,
    target: {
      kind: "server",
      hosts: [hostName(address)],
      port: portOf(port),
      database,
      schema: roles.get("schema")?.value || null,
      scope: name.scope,
    },
    readOnly: isReadOnlyName(login) || isReadOnlyHost(place) || namesReplica(host.name),
    via: "parts",
    carrier: relaxed(`${prefix} database`),
    evidence: [...name.evidence, ...host.evidence, ...(roles.get("port")?.evidence ?? []), ...(roles.get("schema")?.evidence ?? [])],
  };
}

/** `postgres`, `postgres:5432`, `tcp://postgres:5432`. */
function splitAddress(place: string): readonly [string, string] {
  const match = /^(?:[a-z]+:\/\/)?([^:/]*|\$\{[^}]*\})(?::(\d+))?$/i.exec(place);
  return [match?.[1] ?? place, match?.[2] ?? ""];
}

/** A value, or what stands for one that is kept elsewhere. */
function textOf(variable: Declared): string {
  if (variable.value !== null) return variable.value.trim();
  return variable.opaque === null ? "" : `\${${variable.opaque.name}/${variable.opaque.key}}`;
}

/** An entry of a Secret, or a variable of the project that nothing fills. */
function opaqueSighting(user: DatabaseUser, variable: Declared): readonly Sighting[] {
  const pointer = pointerOf(variable);
  if (pointer === null) return [];
  const named = namesConnection(variable.name) ?? namesConnection(pointer.word);
  if (named === null) return [];
  const target: Target = { kind: "opaque", key: pointer.key, label: pointer.label };
  return [
    {
      ...base(user, variable),
      engine: named.engine,
      target,
      readOnly: namesReplica(variable.name),
      via: pointer.via,
      carrier: relaxed(variable.name),
      evidence: variable.evidence,
    },
  ];
}

interface Pointer {
  readonly key: string;
  readonly label: string;
  /** The part of it that may say what it is for. */
  readonly word: string;
  readonly via: "secret" | "variable";
}

const PARAMETER =
  /^(?:\$\{(?:aws:)?(?:ssm|secretsmanager|cf)[^:}]*:([^}~]+)[^}]*\}|\{\{resolve:(?:ssm|ssm-secure|secretsmanager):([^}]+)\}\})$/i;

/** What leads to a value that is not in the repository. Equal keys lead to equal values. */
function pointerOf(variable: Declared): Pointer | null {
  const { value, opaque, scope } = variable;
  if (opaque !== null)
    return {
      key: `${opaque.kind} ${opaque.namespace ?? ""}/${opaque.name}/${opaque.key}`,
      label: `${opaque.name}/${opaque.key}`,
      word: opaque.key,
      via: "secret",
    };
  const parameter = PARAMETER.exec(value ?? "");
  const path = parameter?.[1] ?? parameter?.[2];
  if (path !== undefined) return { key: `parameter ${path}`, label: path.replace(/^\/+/, ""), word: path, via: "secret" };
  const attribute = scope.startsWith("terraform:")
    ? /^\$\{(?:data\.)?((?!each\.|count\.|self\.)[\w-]+(?:\.[\w-]+)+)\}$/.exec(value ?? "")?.[1]
    : undefined;
  if (attribute !== undefined)
    return { key: `${scope} ${attribute}`, label: attribute, word: attribute, via: attribute.startsWith("var.") ? "variable" : "secret" };
  const handedIn = projectVariable(variable);
  return handedIn === null ? null : { ...handedIn, word: handedIn.label, via: "variable" };
}

/** The variable of a compose project that this one is given, where nothing fills it. */
export function projectVariable({ value, scope }: Declared): Pick<Pointer, "key" | "label"> | null {
  const name = /^\$\{([A-Za-z_]\w*)\}$/.exec(value ?? "")?.[1];
  return name === undefined || !scope.startsWith("compose:") ? null : { key: `${scope} ${name}`, label: name };
}

/** Names that samples are written with. They mean "put yours here". */
function isPlaceholderName(name: string, variable: Declared): boolean {
  const sample = variable.origin === "dotenv" && variable.stage === "development";
  return /^(?:<.*>|your[_-].*|my_?db|db_?name|database_?name|changeme|xxx+)$/i.test(name) && (sample || /^[<x]/i.test(name));
}

/** `DB=postgres` says which product it is, and not which database. */
function namesEngine(value: string, { name }: Declared): boolean {
  const engine = engineNamed(value);
  return /^(?:db|database)$/i.test(name) && engine !== null && engine !== "other";
}

function sightingIsShared(sighting: Sighting, declared: readonly Declared[]): boolean {
  const first = sighting.evidence[0];
  return declared.some((variable) => variable.shared && variable.evidence[0] === first);
}

function distinct(sightings: readonly Sighting[]): readonly Sighting[] {
  const seen = new Set<string>();
  return sightings.filter((sighting) => {
    const key = JSON.stringify([sighting.target, sighting.stage, sighting.carrier, sighting.evidence.map(placeText)]);
    if (seen.has(key)) return false;
    seen.add(key);
    return true;
  });
}

function placeText(evidence: Evidence): string {
  return `${evidence.path}:${evidence.startLine}`;
}

/**
 * What production says wins: a variable's values for developers and tests count where nothing else is known of it, and
 * dotenv and settings files count where no deployment file overrides them.
 */
function preferred(sightings: readonly Sighting[], declared: readonly Declared[]): readonly Sighting[] {
  const deployed = new Set(
    declared
      .filter(({ origin, value, opaque }) => origin === "deployment" && (value !== null || opaque !== null))
      .map(({ name }) => relaxed(name)),
  );
  const originOf = new Map(declared.map((variable) => [variable.evidence[0], variable.origin]));
  const isDeployed = (sighting: Sighting): boolean => originOf.get(sighting.evidence[0]) === "deployment";
  const anyDeployed = sightings.some(
    (sighting) => isDeployed(sighting) && isRecord(sighting.engine) && (sighting.stage === "production" || sighting.stage === "any"),
  );
  const best = new Map<string, Stage>();
  for (const { carrier, stage } of sightings) {
    const known = best.get(carrier ?? "");
    if (known === undefined || byStage(stage, known) < 0) best.set(carrier ?? "", stage);
  }
  return sightings.filter((sighting) => {
    const { carrier, stage } = sighting;
    const known = best.get(carrier ?? "")!;
    const served = known === "production" || known === "any";
    if (stage === "test" || (stage === "development" && served)) return false;
    if (isDeployed(sighting)) return true;
    if (carrier !== null && deployed.has(carrier)) return false;
    return !(anyDeployed && stage === "development" && originOf.get(sighting.evidence[0]) === "dotenv");
  });
}
