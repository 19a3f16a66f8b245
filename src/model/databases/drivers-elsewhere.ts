import type { RequirementsFact } from "../../facts/workspace.js";
import type { Engine } from "../dsn.js";
import { append, type FactTable } from "../fact-table.js";
import { directoryOf, isWithin, lastSegment, upwards } from "../paths.js";
import type { ServiceDirectory } from "../services.js";

type Language = RequirementsFact["language"];

/** What programs in other languages talk to databases with: drivers with their engine, mappers that take any. */
const DRIVERS: readonly (readonly [Language, RegExp, Engine | null])[] = [
  ["go", /(?:lib\/pq|jackc\/pgx|go-pg\/pg|driver\/postgres)(?:\/v\d+)?$/, "postgres"],
  ["go", /(?:go-sql-driver|driver)\/mysql$/, "mysql"],
  ["go", /mongo-driver|\/mgo(?:\.v2)?$/, "mongodb"],
  ["go", /mssqldb|driver\/sqlserver$/, "mssql"],
  ["go", /\/gocql$/, "cassandra"],
  ["go", /(?:\/gorm|\/sqlx|\/bun|entgo\.io\/ent|\/xorm|\/sqlboiler(?:\/v\d+)?|\/pop(?:\/v\d+)?)$/, null],
  ["python", /^(?:psycopg.*|asyncpg|aiopg|pg8000)$/, "postgres"],
  ["python", /^(?:mysqlclient|pymysql|aiomysql|asyncmy|mysql-connector.*)$/, "mysql"],
  ["python", /^(?:pymongo|motor|mongoengine|beanie|odmantic|djongo)$/, "mongodb"],
  ["python", /^(?:pyodbc|pymssql)$/, "mssql"],
  ["python", /^(?:cassandra-driver|scylla-driver)$/, "cassandra"],
  ["python", /^(?:(?:flask-)?sqlalchemy|sqlmodel|django.*|tortoise-orm|peewee|databases|pony|alembic|ormar|prisma|piccolo)$/, null],
  ["rust", /^(?:tokio-postgres|postgres|deadpool-postgres)$/, "postgres"],
  ["rust", /^mysql(?:_async)?$/, "mysql"],
  ["rust", /^mongodb$/, "mongodb"],
  ["rust", /^(?:sqlx|diesel.*|sea-orm.*|ormx|welds)$/, null],
  ["jvm", /postgresql/, "postgres"],
  ["jvm", /mysql|mariadb/, "mysql"],
  ["jvm", /mongo/, "mongodb"],
  ["jvm", /mssql/, "mssql"],
  ["jvm", /ojdbc/, "oracle"],
  ["jvm", /cassandra/, "cassandra"],
  ["jvm", /jpa|jdbc|jdbi|r2dbc|hibernate|mybatis|jooq|exposed|ebean|eclipselink|persistence|panache|flyway|liquibase|spring-orm/, null],
  ["dotnet", /npgsql|marten/, "postgres"],
  ["dotnet", /mysql/, "mysql"],
  ["dotnet", /mongo/, "mongodb"],
  ["dotnet", /sqlclient|sqlserver/, "mssql"],
  ["dotnet", /entityframework|dapper|nhibernate|linq2db/, null],
  ["ruby", /^pg$/, "postgres"],
  ["ruby", /^mysql2$/, "mysql"],
  ["ruby", /^mongo(?:id)?$/, "mongodb"],
  ["ruby", /^(?:rails|activerecord|sequel|rom-sql|data_mapper)$/, null],
  ["php", /mongodb/, "mongodb"],
  ["php", /^(?:ext-(?:pdo.*|mysqli|pgsql)|doctrine\/.*|laravel\/.*|illuminate\/database|symfony\/orm-pack|cakephp\/.*)$/, null],
];

/** By service the engines that what it requires talks to, where files say what it requires. */
export function driversElsewhere(table: FactTable, services: ServiceDirectory): ReadonlyMap<string, ReadonlySet<Engine | "any">> {
  const stated = table.of("requirements").map(({ path, fact }) => ({ directory: directoryOf(path), fact }));
  const byDirectory = new Map<string, RequirementsFact[]>();
  const byName = new Map<string, RequirementsFact[]>();
  for (const { directory, fact } of stated) {
    append(byDirectory, directory, fact);
    append(byName, lastSegment(directory).toLowerCase(), fact);
  }
  const found = new Map<string, ReadonlySet<Engine | "any">>();
  for (const { name, paths } of services.services) {
    const own = stated.filter(({ directory }) => paths.some((path) => isWithin(directory, path)));
    if (own.length === 0) continue;
    const languages = new Set(own.map(({ fact }) => fact.language));
    // What stands above is a parent whose requirements its modules share.
    const above = [...new Set(own.flatMap(({ directory }) => [...upwards(directory)]))].flatMap(
      (directory) => byDirectory.get(directory) ?? [],
    );
    const all = [...own.map(({ fact }) => fact), ...above].filter(({ language }) => languages.has(language));
    const lent = all.flatMap(({ names }) => names.flatMap((required) => byName.get(lastSegment(required)) ?? []));
    found.set(name, new Set([...all, ...lent].flatMap(enginesOf)));
  }
  return found;
}

function enginesOf({ language, names }: RequirementsFact): readonly (Engine | "any")[] {
  return DRIVERS.filter(([of, pattern]) => of === language && names.some((name) => pattern.test(name))).map(
    ([, , engine]) => engine ?? "any",
  );
}
