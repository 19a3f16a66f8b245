import type { Engine } from "../dsn.js";
import { weakest, type Confidence, type Evidence } from "../evidence.js";
import { append } from "../fact-table.js";
import { productOfDatabase } from "../images.js";
import type { Database, DatabaseUse } from "../model.js";
import { byText } from "../paths.js";
import type { ServiceDirectory } from "../services.js";
import { byStage } from "../stage.js";
import { serverOf, type Server } from "./servers.js";
import type { Sighting } from "./sighting.js";

/** A sighting with the identity that it speaks of. */
interface Placed {
  readonly sighting: Sighting;
  readonly server: Server | null;
  readonly name: string;
  readonly schema: string | null;
  readonly key: string;
}

/**
 * Sightings become databases. Two speak of one database when server, name and schema agree, or when they are the values
 * of one variable of one service in several places (a compose file and a cluster) under the same name.
 */
export function databasesOf(
  sightings: readonly Sighting[],
  services: ServiceDirectory,
  soleEngine: (service: string) => Engine | null,
): readonly Database[] {
  const placed = sightings.map((sighting) => place(sighting, services));
  const groups = joinGroups(placed);
  const databases = groups.map((group) => describe(group, soleEngine));
  return withIds(databases).sort((a, b) => byText(a.id, b.id));
}

function place(sighting: Sighting, services: ServiceDirectory): Placed {
  const { target } = sighting;
  if (target.kind === "opaque" || target.kind === "unfilled")
    return { sighting, server: null, name: target.label, schema: null, key: `${target.kind} ${target.key}` };
  if (target.kind === "module") return { sighting, server: null, name: target.module, schema: null, key: `module ${target.module}` };
  const server = serverOf(target, sighting, services);
  const name = target.database.includes("$") ? `${target.scope} ${target.database}` : target.database;
  const schema = target.schema === null || /^(?:public|dbo)$/i.test(target.schema) ? null : target.schema;
  return { sighting, server, name: target.database, schema, key: `${server.key} ${name} ${schema ?? ""}` };
}

function joinGroups(placed: readonly Placed[]): readonly (readonly Placed[])[] {
  const parent = new Map<string, string>();
  const root = (key: string): string => {
    const above = parent.get(key);
    if (above === undefined || above === key) return key;
    const found = root(above);
    parent.set(key, found);
    return found;
  };
  const join = (a: string, b: string): void => {
    const [first, second] = [root(a), root(b)].sort(byText);
    if (first !== second) parent.set(second!, first!);
  };
  const byCarrier = new Map<string, Placed[]>();
  for (const one of placed) {
    const { user, carrier } = one.sighting;
    if (carrier !== null && one.server !== null)
      append(byCarrier, `${user.kind} ${user.name} ${carrier} ${one.name} ${one.schema ?? ""}`, one);
  }
  for (const same of byCarrier.values()) for (const one of same) join(one.key, same[0]!.key);
  joinLocal(placed, join);
  joinVague(placed, join);
  joinPortless(placed, join);
  joinSecrets(placed, root, join);
  const groups = new Map<string, Placed[]>();
  for (const one of placed) append(groups, root(one.key), one);
  return [...groups.values()];
}

/**
 * An entry of a Secret is the database that another file names for the same variable, where all who take it from there are
 * given that one: a compose file and a cluster.
 */
function joinSecrets(placed: readonly Placed[], root: (key: string) => string, join: (a: string, b: string) => void): void {
  const named = new Map<string, Set<string>>();
  const secrets = new Map<string, Placed[]>();
  const carried = ({ sighting: { user, carrier } }: Placed): string => `${user.kind} ${user.name} ${carrier ?? ""}`;
  for (const one of placed) {
    if (one.sighting.carrier === null) continue;
    if (one.server !== null) named.set(carried(one), (named.get(carried(one)) ?? new Set()).add(root(one.key)));
    else if (one.sighting.target.kind === "opaque") append(secrets, one.key, one);
  }
  for (const [key, takers] of secrets) {
    const known = takers.map((taker) => [...(named.get(carried(taker)) ?? [])]);
    const [only] = known[0] ?? [];
    if (only !== undefined && known.every((keys) => keys.length === 1 && keys[0] === only)) join(key, only);
  }
}

/** One service has one database of a name: a host that is not known here is the one that is known elsewhere. */
function joinVague(placed: readonly Placed[], join: (a: string, b: string) => void): void {
  const byUser = new Map<string, Placed[]>();
  for (const one of placed) {
    const { kind, name } = one.sighting.user;
    if (one.server !== null) append(byUser, `${kind} ${name} ${one.server.engine ?? ""} ${one.name} ${one.schema ?? ""}`, one);
  }
  for (const same of byUser.values()) {
    const known = new Set(same.filter(({ server }) => !server!.vague).map(({ key }) => key));
    const [only] = known;
    if (known.size === 1) for (const { key, server } of same) if (server!.vague) join(key, only!);
  }
}

/** A host that is named without a port, by variables that say nothing of an engine, is the one that is named with it; this machine too. */
function joinPortless(placed: readonly Placed[], join: (a: string, b: string) => void): void {
  const addressOf = ({ server, name, schema }: Placed): string | null => {
    const host = /^(?:host:[^,:]+|local)(?=:\d*$)/.exec(server?.key ?? "")?.[0];
    return host === undefined ? null : `${host} ${name} ${schema ?? ""}`;
  };
  const keys = new Map<string, { readonly whole: Set<string>; readonly open: Set<string> }>();
  for (const one of placed) {
    const address = addressOf(one);
    if (address === null) continue;
    const known = keys.get(address) ?? { whole: new Set(), open: new Set() };
    keys.set(address, known);
    (one.server!.key.endsWith(":") ? known.open : known.whole).add(one.key);
  }
  for (const { whole, open } of keys.values()) if (whole.size === 1) for (const key of open) join(key, [...whole][0]!);
}

/** A name on some developer's localhost is the database of that name that the system runs, if there is only one. */
function joinLocal(placed: readonly Placed[], join: (a: string, b: string) => void): void {
  const served = new Map<string, Set<string>>();
  const ofAnyEngine = new Map<string, Set<string>>();
  const nameOf = (one: Placed): string => `${one.server?.engine ?? ""} ${one.name} ${one.schema ?? ""}`;
  for (const one of placed) {
    if (one.server === null || one.server.local) continue;
    served.set(nameOf(one), (served.get(nameOf(one)) ?? new Set()).add(one.key));
    const name = `${one.name} ${one.schema ?? ""}`;
    ofAnyEngine.set(name, (ofAnyEngine.get(name) ?? new Set()).add(one.key));
  }
  for (const one of placed) {
    if (one.server?.local !== true) continue;
    const keys = served.get(nameOf(one)) ?? (one.server.engine === null ? ofAnyEngine.get(`${one.name} ${one.schema ?? ""}`) : undefined);
    if (keys?.size === 1) join(one.key, [...keys][0]!);
  }
}

type Described = Omit<Database, "id"> & { readonly serverKey: string };

const ROLES: Readonly<Partial<Record<Engine, Database["role"]>>> = {
  redis: "cache",
  elasticsearch: "search",
  influxdb: "search",
  clickhouse: "search",
  amqp: "bus",
  kafka: "bus",
};

function describe(group: readonly Placed[], soleEngine: (service: string) => Engine | null): Described {
  const sorted = [...group].sort((a, b) => byStage(a.sighting.stage, b.sighting.stage) || byText(a.key, b.key));
  const first = sorted.find(({ server }) => server !== null) ?? sorted[0]!;
  const known = sorted.map((one) => one.sighting.engine ?? one.server?.engine ?? null).find((engine) => engine !== null);
  const engine =
    known ??
    sorted
      .map(({ sighting }) => (sighting.user.kind === "service" ? soleEngine(sighting.user.name) : null))
      .find((candidate) => candidate !== null) ??
    "other";
  const label = sorted.map((one) => one.server).find((server) => server !== null && !server.local)?.label ?? first.server?.label ?? null;
  const users = (kind: "service" | "product"): readonly Placed[] => sorted.filter(({ sighting }) => sighting.user.kind === kind);
  return {
    engine,
    name: first.name,
    schema: first.schema,
    host: label,
    role: ROLES[engine] ?? "record",
    uses: usesOf(users("service")),
    products: productsOf(first.name, usesOf(users("service")), usesOf(users("product"))),
    serverKey: first.key,
  };
}

/** The products that keep data in it, or the one that it is called after: its server may run elsewhere. */
function productsOf(name: string, services: readonly DatabaseUse[], known: readonly DatabaseUse[]): readonly DatabaseUse[] {
  const product = known.length > 0 ? null : productOfDatabase(name);
  if (product === null || services.some(({ service }) => service.toLowerCase().includes(product))) return known;
  return [{ service: product, access: "unknown", entities: [], via: ["dsn"], confidence: "medium", evidence: [] }];
}

function usesOf(placed: readonly Placed[]): readonly DatabaseUse[] {
  const byUser = new Map<string, Sighting[]>();
  for (const { sighting } of placed) append(byUser, sighting.user.name, sighting);
  return [...byUser].map(([service, sightings]) => useOf(service, sightings)).sort((a, b) => byText(a.service, b.service));
}

const VIA_ORDER: readonly DatabaseUse["via"][number][] = ["dsn", "parts", "secret", "variable", "schema", "module"];

function useOf(service: string, sightings: readonly Sighting[]): DatabaseUse {
  const evidence: Evidence[] = [];
  for (const piece of sightings.flatMap((sighting) => sighting.evidence)) {
    if (!evidence.some((known) => known.path === piece.path && known.startLine === piece.startLine && known.endLine === piece.endLine))
      evidence.push(piece);
  }
  return {
    service,
    access: accessOf(sightings),
    entities: [...new Set(sightings.flatMap(({ entities }) => entities))].sort(byText),
    via: VIA_ORDER.filter((via) => sightings.some((sighting) => sighting.via === via)),
    confidence: strongest(sightings.map(({ confidence }) => confidence)),
    evidence,
  };
}

function accessOf(sightings: readonly Sighting[]): DatabaseUse["access"] {
  if (sightings.some(({ access }) => access === "read-write")) return "read-write";
  if (sightings.every(({ readOnly }) => readOnly)) return "read-only";
  return "unknown";
}

function strongest(values: readonly Confidence[]): Confidence {
  return values.reduce((best, value) => (weakest(best, value) === best ? value : best), "low" as Confidence);
}

/** `postgres/orders_db`, with the schema where there is one, and with the host where two servers hold the name. */
function withIds(databases: readonly Described[]): Database[] {
  const plain = (database: Described): string =>
    `${database.engine}/${database.name}${database.schema === null ? "" : `/${database.schema}`}`;
  // A replica that is only read takes no name away from the database that it copies.
  const isRead = (database: Described): boolean => database.uses.length > 0 && database.uses.every(({ access }) => access === "read-only");
  const written = new Set(databases.filter((database) => !isRead(database)).map(plain));
  const isCopy = (database: Described): boolean => isRead(database) && written.has(plain(database));
  const counts = new Map<string, number>();
  for (const database of databases) if (!isCopy(database)) counts.set(plain(database), (counts.get(plain(database)) ?? 0) + 1);
  const taken = new Set<string>();
  return [...databases]
    .sort((a, b) => byText(plain(a), plain(b)) || byText(a.host ?? "", b.host ?? "") || byText(a.serverKey, b.serverKey))
    .map((database) => {
      const { serverKey: _serverKey, ...rest } = database;
      const base =
        counts.get(plain(database)) === 1 && !isCopy(database) ? plain(database) : `${plain(database)}@${database.host ?? "unknown"}`;
      let id = base;
      for (let number = 2; taken.has(id); number += 1) id = `${base}#${number}`;
      taken.add(id);
      return { id, ...rest };
    });
}
