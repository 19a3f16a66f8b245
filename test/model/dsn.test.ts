import { describe, expect, it } from "vitest";
import { engineNamed, parseConnection } from "../../src/model/dsn.js";

function target(text: string): string | null {
  const found = parseConnection(text);
  if (found === null) return null;
  const { engine, hosts, port, database, schema, readOnly } = found;
  return `${engine ?? "?"} ${hosts.join(",") || "-"}:${port ?? "-"}/${database ?? "-"}${schema === null ? "" : `#${schema}`}${readOnly ? " ro" : ""}`;
}

describe("parseConnection", () => {
  it.each([
    ["postgres://orders:s3cret@orders-db:5432/orders", "postgres orders-db:5432/orders"],
    ["postgresql://orders:s3cret@orders-db/orders?schema=billing&sslmode=require", "postgres orders-db:-/orders#billing"],
    ["postgresql+asyncpg://orders:p%40ss@Orders-DB/orders", "postgres orders-db:-/orders"],
    ["postgres://u:p@ss@w0rd@db/orders", "postgres db:-/orders"],
    ["postgres://u:p@${DB_HOST}:5432/${DB_NAME}", "postgres ${DB_HOST}:5432/${DB_NAME}"],
    ["postgresql:///orders?host=/cloudsql/shop", "postgres /cloudsql/shop:-/orders"],
    ["mysql2://root:root@mysql:3306/orders", "mysql mysql:3306/orders"],
    ["mysql://root:root@mysql:3306/orders", "mysql mysql:3306/orders"],
    ["mysql+pymysql://root:root@mysql/orders", "mysql mysql:-/orders"],
    ["mongodb://mongo1/orders", "mongodb mongo1:-/orders"],
    ["mongodb://u:p@mongo1:27017,mongo2:27018/orders?replicaSet=rs0&readPreference=secondary", "mongodb mongo1,mongo2:27017/orders ro"],
    ["mongodb+srv://u:p@shop.abcde.mongodb.net/orders?retryWrites=true", "mongodb shop.abcde.mongodb.net:-/orders"],
    ["mongodb://mongo1", "mongodb mongo1:-/-"],
    ["redis://cache:6379/0", "redis cache:6379/0"],
    ["jdbc:postgresql://postgres:5432/product", "postgres postgres:5432/product"],
    ["jdbc:postgresql://postgres/product?currentSchema=sales", "postgres postgres:-/product#sales"],
    ["jdbc:mysql://mysql:3306/orders?useSSL=false", "mysql mysql:3306/orders"],
    ["jdbc:sqlserver://sql:1433;databaseName=orders;user=sa;password=x", "mssql sql:1433/orders"],
    ["jdbc:oracle:thin:@//oracle:1521/ORDERS", "oracle oracle:1521/ORDERS"],
    ["jdbc:h2:mem:orders", "sqlite -:-/-"],
    ["sqlserver://sql:1433;database=orders;user=sa;password=x", "mssql sql:1433/orders"],
    ["Host=astro-db;Username=otelu;Password=otelp;Database=otel", "postgres astro-db:-/otel"],
    ["Server=sql,1433;Initial Catalog=orders;User Id=sa;Password=x;TrustServerCertificate=true", "mssql sql:1433/orders"],
    ["Server=mysql;Port=3306;Database=orders;Uid=root;Pwd=x", "mysql mysql:3306/orders"],
    ["host=orders-db user=orders password=x dbname=orders sslmode=disable", "postgres orders-db:-/orders"],
    ["host=orders-db-replica user=orders_ro password=x dbname=orders", "postgres orders-db-replica:-/orders ro"],
    ["file:./dev.db", "sqlite -:-/./dev.db"],
    ["http://orders:3000/api", null],
    ["https://user:pass@shop.example/orders", null],
    ["postgres://u:a?b/c@db/orders?schema=billing", "postgres db:-/orders#billing"],
    ["orders", null],
    ["a=1;b=2", null],
    ["Authorization=Bearer x; Path=/", null],
  ])("%s", (text, expected) => {
    expect(target(text)).toBe(expected);
  });

  it("keeps neither user nor password", () => {
    for (const text of [
      "postgres://alice:hunter2@db/orders",
      "Host=db;Username=alice;Password=hunter2;Database=orders",
      "jdbc:mysql://db/orders?user=alice&password=hunter2",
      "mongodb://alice:hunter2@a,b/orders",
      "postgres://alice:hun/ter2@db/orders",
      "postgres://alice:hunter2?x@db/orders?schema=a",
      "postgres://alice:hunter2",
      "postgres://alice:hunter2/orders",
      "Server=alice:hunter2@db;Database=orders",
    ]) {
      const said = JSON.stringify(parseConnection(text));
      expect(said).not.toContain("hunter2");
      expect(said).not.toContain("ter2");
      expect(said).not.toContain("alice");
    }
  });

  it("takes any text in bounded time", () => {
    for (const text of [
      "=".repeat(5000),
      "a=".repeat(2000),
      `postgres://${"@".repeat(3000)}`,
      `jdbc:${":".repeat(3000)}`,
      "host= ".repeat(700),
    ]) {
      expect(() => parseConnection(text)).not.toThrow();
    }
  });
});

describe("engineNamed", () => {
  it.each([
    ["postgresql", "postgres"],
    ["pg", "postgres"],
    ["mariadb", "mysql"],
    ["mysql2", "mysql"],
    ["better-sqlite3", "sqlite"],
    ["mongoose", "mongodb"],
    ["constructor", null],
    ["orders", null],
  ])("%s is %s", (name, engine) => {
    expect(engineNamed(name)).toBe(engine);
  });
});
