import { describe, expect, it } from "vitest";
import { requirements } from "../../src/facts/requirements.js";

function namesIn(path: string, text: string): readonly string[] {
  return requirements.extract({ path, text }).facts.flatMap((fact) => (fact.kind === "requirements" ? fact.names : []));
}

describe("what programs in other languages require", () => {
  it("reads modules of Go", () => {
    const text =
      "module shop.example.com/orders\n\ngo 1.23\n\nrequire (\n\tgithub.com/jackc/pgx/v5 v5.7.1\n)\nrequire go.uber.org/zap v1.27.0\n";
    expect(namesIn("orders/go.mod", text)).toEqual(["github.com/jackc/pgx/v5", "go.uber.org/zap"]);
  });

  it("reads packages of Python in each of their files", () => {
    expect(namesIn("requirements-dev.txt", "# web\nfastapi==0.115.0\nSQLAlchemy[asyncio]>=2\n-r base.txt\n")).toEqual([
      "fastapi",
      "sqlalchemy",
    ]);
    const project = '[project]\ndependencies = ["asyncpg>=0.30", "httpx"]\n\n[tool.poetry.dependencies]\nmotor = "^3.6"\n';
    expect(namesIn("pyproject.toml", project)).toEqual(expect.arrayContaining(["asyncpg", "httpx", "motor"]));
  });

  it("reads crates, also in tables of their own", () => {
    const text =
      '[package]\nname = "orders"\n\n[dependencies]\naxum = "0.7"\n\n[dependencies.sqlx]\nversion = "0.8"\n\n[features]\nfast = []\n';
    expect(namesIn("Cargo.toml", text)).toEqual(["axum", "sqlx"]);
  });

  it("reads artifacts of Maven and Gradle", () => {
    expect(namesIn("pom.xml", "<dependency><artifactId>spring-boot-starter-data-jpa</artifactId></dependency>")).toEqual([
      "spring-boot-starter-data-jpa",
    ]);
    const text =
      'dependencies {\n  implementation("org.postgresql:postgresql:42.7.4")\n  implementation(libs.ktor.server)\n  implementation(project(":shared:store"))\n}\n';
    expect(namesIn("build.gradle.kts", text)).toEqual(["ktor.server", "postgresql", "store"]);
  });

  it("reads packages of .NET, Ruby and PHP", () => {
    expect(namesIn("Orders.csproj", '<PackageReference Include="Npgsql.EntityFrameworkCore.PostgreSQL" Version="9.0.0" />')).toEqual([
      "npgsql.entityframeworkcore.postgresql",
    ]);
    expect(namesIn("Gemfile", 'source "https://rubygems.org"\ngem "pg", "~> 1.5"\n')).toEqual(["pg"]);
    expect(namesIn("composer.json", '{ "require": { "php": ">=8.3", "doctrine/orm": "^3.3", "ext-pdo": "*" } }')).toEqual([
      "doctrine/orm",
      "ext-pdo",
    ]);
  });
});
