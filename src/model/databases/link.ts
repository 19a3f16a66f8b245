import type { DatabaseReference } from "../databases.js";
import type { Engine } from "../dsn.js";
import type { Declared } from "../environment/declared.js";
import type { LinkedEnvironment } from "../environment/link.js";
import { grouped, type FactTable } from "../fact-table.js";
import type { Database } from "../model.js";
import type { LinkedServices } from "../services/link.js";
import type { Infrastructure } from "../services/owners.js";
import { driversOf } from "./drivers.js";
import { sightingsInCode } from "./from-code.js";
import { sightingsInEnvironment } from "./from-environment.js";
import { sightingsInSchemas } from "./from-schemas.js";
import { databasesOf } from "./identity.js";
import { isRecord, type Sighting } from "./sighting.js";

/** The databases of the system with everybody who uses them. */
export function linkDatabases(
  table: FactTable,
  linked: LinkedServices,
  environment: LinkedEnvironment,
  references: readonly DatabaseReference[],
): readonly Database[] {
  const drivers = driversOf(table, linked.directory);
  const inSource = [
    ...sightingsInSchemas(table, linked.directory, environment),
    ...references.flatMap((reference) =>
      sightingsInCode(reference, environment).map((sighting) => withCommonTarget(sighting, environment)),
    ),
  ];
  const inOtherLanguages = servicesWith(table, "requirements", linked);
  const isRead = servicesWith(table, "source", linked);
  const ofUser = grouped(inSource, ({ user }) => user.name);
  const sightings: Sighting[] = [];
  for (const { name } of linked.directory.services) {
    const own = ofUser.get(name) ?? [];
    const named = namedBy(own);
    const opens = (sighting: Parameters<typeof named>[0]): boolean => drivers.has(name, sighting.engine) && named(sighting);
    const declared = environment.declared(name);
    // A sample that was copied along says nothing of code that opens no database.
    const opensNone = isRead.has(name) && !inOtherLanguages.has(name) && own.length === 0;
    const meant = opensNone ? declared.filter((variable) => !isSample(variable)) : declared;
    sightings.push(...sightingsInEnvironment({ kind: "service", name }, meant, opens));
  }
  for (const product of products(linked)) {
    sightings.push(
      ...sightingsInEnvironment({ kind: "product", name: product.name }, environment.ofInfrastructure.get(product.id) ?? [], () => true),
    );
  }
  sightings.push(...inSource);
  const contained = containedServices(linked);
  return databasesOf(
    withoutKnown(sightings).map((sighting) => (isUnreachable(sighting, contained) ? { ...sighting, confidence: "low" } : sighting)),
    linked.directory,
    (service): Engine | null => drivers.sole(service),
  );
}

function servicesWith(table: FactTable, kind: "requirements" | "source", { directory }: LinkedServices): ReadonlySet<string> {
  return new Set(table.of(kind).flatMap(({ path }) => directory.serviceOf(path) ?? []));
}

/** A variable of `.env.example` and the like. */
function isSample({ origin, evidence }: Declared): boolean {
  return origin === "dotenv" && /\.(?:example|sample|template|dist)\b|\b(?:example|sample|template)\.env$/i.test(evidence[0]?.path ?? "");
}

/**
 * Of variables that many are given whole those that the service's own code and schemas name; all of them where neither
 * names any.
 *
 * @param inSource what its code and schemas show
 */
function namedBy(inSource: readonly Sighting[]): (sighting: Pick<Sighting, "engine" | "via" | "carrier">) => boolean {
  const own = inSource.filter(({ engine, carrier }) => carrier !== null && isRecord(engine));
  return ({ engine, via, carrier }) => {
    const alike = own.filter((other) => engine === null || other.engine === null || other.engine === engine);
    return via === "parts" || alike.length === 0 || alike.some((other) => other.carrier === carrier);
  };
}

/** Whoever is seen with a database of that engine elsewhere has no second one behind a variable without a value. */
function withoutKnown(sightings: readonly Sighting[]): readonly Sighting[] {
  const known = new Set(
    sightings.flatMap(({ user, engine, target }) =>
      target.kind === "unfilled" || !isRecord(engine) ? [] : [`${user.name} ${engine ?? ""}`, `${user.name} *`],
    ),
  );
  return sightings.filter(
    ({ user, engine, target }) => target.kind !== "unfilled" || !(known.has(`${user.name} ${engine ?? "*"}`) || known.has(`${user.name} `)),
  );
}

/** Services that some deployment file runs in containers. */
function containedServices(linked: LinkedServices): ReadonlySet<string> {
  const owners = [...linked.composed.values(), ...linked.workloads.values()];
  return new Set(owners.flatMap((owner) => (owner.kind === "service" ? [owner.service] : [])));
}

/** A default of `localhost` is the container itself where the service is deployed: only on a developer's machine it works. */
function isUnreachable({ user, isDefault, target }: Sighting, contained: ReadonlySet<string>): boolean {
  return (
    isDefault &&
    contained.has(user.name) &&
    target.kind === "server" &&
    target.hosts.length > 0 &&
    target.hosts.every((host) => /^(?:localhost|127\.0\.0\.1|0\.0\.0\.0|\[?::1\]?)$/.test(host))
  );
}

/**
 * A shared module opens the one database that the repository's own dotenv files speak of; where they speak of none, the one that
 * the service is told of: each service that uses the module may be told of another.
 */
function withCommonTarget(sighting: Sighting, environment: LinkedEnvironment): Sighting {
  const { user, target } = sighting;
  if (target.kind !== "module") return sighting;
  const common = sightingsInEnvironment(user, environment.common(user.name), () => true).filter(({ engine }) => isRecord(engine));
  const only = common.length > 0 ? soleOf(common) : soleOf(toldOf(sighting, environment));
  if (only === null) return sighting;
  return {
    ...sighting,
    engine: sighting.engine ?? only.engine,
    target: only.target,
    stage: only.stage,
    evidence: [...sighting.evidence, ...only.evidence],
  };
}

/** The databases of the module's engine in what is declared for the service, as it runs. */
function toldOf({ user, engine }: Sighting, environment: LinkedEnvironment): readonly Sighting[] {
  const told = sightingsInEnvironment(user, environment.declared(user.name), () => true).filter(
    (one) => one.engine !== null && isRecord(one.engine) && (engine === null || one.engine === engine),
  );
  const served = told.filter(({ stage }) => stage === "production" || stage === "any");
  return served.length > 0 ? served : told;
}

/** The one of which all speak. */
function soleOf(sightings: readonly Sighting[]): Sighting | null {
  const [only] = sightings;
  return only !== undefined && sightings.every(({ target }) => JSON.stringify(target) === JSON.stringify(only.target)) ? only : null;
}

/** Containers of somebody else that keep data: neither the stores themselves nor tools that look into them. */
function products(linked: LinkedServices): readonly Infrastructure[] {
  const found = new Map<string, Infrastructure>();
  for (const owner of [...linked.composed.values(), ...linked.workloads.values()]) {
    if (owner.kind === "infrastructure" && (owner.infrastructure.role === "product" || owner.infrastructure.role === "gateway"))
      found.set(owner.infrastructure.id, owner.infrastructure);
  }
  return [...found.values()];
}
