import type { PackageFact } from "../../facts/workspace.js";
import type { Engine } from "../dsn.js";
import type { FactTable } from "../fact-table.js";
import { directoryOf, isWithin, upwards } from "../paths.js";
import type { ServiceDirectory } from "../services.js";
import { driversElsewhere } from "./drivers-elsewhere.js";

/** Packages that talk to a database: drivers with their engine, mappers that take any. */
const DRIVERS: ReadonlyMap<string, Engine | null> = new Map<string, Engine | null>([
  ["pg", "postgres"],
  ["pg-promise", "postgres"],
  ["postgres", "postgres"],
  ["@neondatabase/serverless", "postgres"],
  ["@vercel/postgres", "postgres"],
  ["slonik", "postgres"],
  ["mysql", "mysql"],
  ["mysql2", "mysql"],
  ["mariadb", "mysql"],
  ["@planetscale/database", "mysql"],
  ["mongodb", "mongodb"],
  ["mongoose", "mongodb"],
  ["@nestjs/mongoose", "mongodb"],
  ["typegoose", "mongodb"],
  ["@typegoose/typegoose", "mongodb"],
  ["monk", "mongodb"],
  ["papr", "mongodb"],
  ["mssql", "mssql"],
  ["tedious", "mssql"],
  ["oracledb", "oracle"],
  ["cassandra-driver", "cassandra"],
  ["sqlite3", "sqlite"],
  ["better-sqlite3", "sqlite"],
  ["typeorm", null],
  ["@nestjs/typeorm", null],
  ["sequelize", null],
  ["sequelize-typescript", null],
  ["@nestjs/sequelize", null],
  ["knex", null],
  ["objection", null],
  ["kysely", null],
  ["drizzle-orm", null],
  ["@prisma/client", null],
  ["prisma", null],
  ["@mikro-orm/core", null],
  ["@mikro-orm/nestjs", null],
  ["bookshelf", null],
  ["massive", null],
  ["waterline", null],
]);

export interface Drivers {
  /** Whether what the service requires could open such a database. True where no file says what it requires. */
  has(service: string, engine: Engine | null): boolean;
  /** The engine of the only driver that the service has. */
  sole(service: string): Engine | null;
}

export function driversOf(table: FactTable, services: ServiceDirectory): Drivers {
  const byService = new Map<string, Set<Engine | "any">>();
  const withPackage = new Set<string>();
  const own = new Map(table.of("package").flatMap(({ fact }) => (fact.name === null ? [] : [[fact.name, fact] as const])));
  for (const { path, fact } of table.of("package")) {
    const service = services.serviceOf(path);
    if (service === null || !isOwnPackage(path, service, services)) continue;
    withPackage.add(service);
    for (const name of Object.keys(fact.dependencies)) {
      const engine = driverOf(name, own);
      if (engine !== undefined) byService.set(service, (byService.get(service) ?? new Set()).add(engine ?? "any"));
    }
  }
  for (const [service, fact] of packagesAbove(table, services)) {
    if (withPackage.has(service)) continue;
    withPackage.add(service);
    const engines = Object.keys(fact.dependencies).map((name) => driverOf(name, own));
    byService.set(service, new Set(engines.flatMap((engine) => (engine === undefined ? [] : (engine ?? "any")))));
  }
  const elsewhere = driversElsewhere(table, services);
  return {
    has: (service, engine) => {
      const other = elsewhere.get(service);
      if (!withPackage.has(service) && other === undefined) return true;
      const engines = new Set([...(byService.get(service) ?? []), ...(other ?? [])]);
      return engines.size > 0 && (engine === null || engines.has("any") || engines.has(engine));
    },
    sole: (service) => {
      const engines = [...(byService.get(service) ?? [])].filter((engine) => engine !== "any");
      return engines.length === 1 ? engines[0]! : null;
    },
  };
}

/** Projects of Nx may have one package.json for all of them. */
function packagesAbove(table: FactTable, services: ServiceDirectory): readonly (readonly [string, PackageFact])[] {
  return table.of("project").flatMap(({ path, fact }) => {
    const service = fact.tool === "nx" && fact.type === "application" ? services.serviceOf(path) : null;
    const [nearest] = [...upwards(directoryOf(path))].flatMap((directory) =>
      table.in(directory === "" ? "package.json" : `${directory}/package.json`, "package"),
    );
    return service === null || nearest === undefined ? [] : [[service, nearest] as const];
  });
}

/** A workspace package that depends on a driver passes it on. */
function driverOf(name: string, own: ReadonlyMap<string, PackageFact>): Engine | null | undefined {
  if (DRIVERS.has(name)) return DRIVERS.get(name) ?? null;
  const fact = own.get(name);
  if (fact === undefined) return undefined;
  const passed = Object.keys(fact.dependencies).find((dependency) => DRIVERS.has(dependency));
  return passed === undefined ? undefined : (DRIVERS.get(passed) ?? null);
}

function isOwnPackage(path: string, service: string, services: ServiceDirectory): boolean {
  const directory = directoryOf(path);
  return services.services.find(({ name }) => name === service)?.paths.some((own) => isWithin(directory, own)) === true;
}
