import { describe, expect, test } from "vitest";
import type { SettingsFileFact } from "../../src/facts/configuration.js";
import { settingsFile } from "../../src/facts/settings-file.js";

const read = (path: string, text: string): SettingsFileFact[] => settingsFile.extract({ path, text }).facts as SettingsFileFact[];
const settings = (fact: SettingsFileFact | undefined): string[] =>
  fact?.settings.map(({ key, value, lines }) => `${lines.startLine} ${key}=${value}`) ?? [];

test("each document of a Spring file is a fact of its own, with its profile", () => {
  const facts = read(
    "src/main/resources/application.yml",
    "spring:\n  datasource: { url: 'jdbc:postgresql://db/orders' }\n---\nspring:\n  config.activate.on-profile: prod\n  datasource.url: ${DB_URL}\n",
  );
  expect(facts.map((fact) => [fact.flavour, fact.lines.startLine, settings(fact)])).toEqual([
    ["spring", 1, ["2 spring.datasource.url=jdbc:postgresql://db/orders"]],
    ["spring", 3, ["5 spring.config.activate.on-profile=prod", "6 spring.datasource.url=${DB_URL}"]],
  ]);
});

test("properties: every separator, escapes, continued lines, comments, documents", () => {
  const facts = read(
    "application-dev.properties",
    "# a comment\na=1\nb : two words\nc\\:d e\nurl=jdbc:x\\\n   ?y=1\n! not this\nempty=\n#---\nspring.config.activate.on-profile=prod\n",
  );
  expect(facts.map(settings)).toEqual([
    ["2 a=1", "3 b=two words", "4 c:d=e", "5 url=jdbc:x?y=1", "8 empty="],
    ["10 spring.config.activate.on-profile=prod"],
  ]);
});

test("appsettings.json may hold comments", () => {
  expect(
    read("appsettings.Production.json", '{\n  // db\n  "ConnectionStrings": { "Orders": "Host=db;Database=orders" },\n}'),
  ).toMatchObject([
    {
      flavour: "dotnet",
      settings: [{ key: "ConnectionStrings.Orders", value: "Host=db;Database=orders", lines: { startLine: 3, endLine: 3 } }],
    },
  ]);
});

test("Helm values: elements by their index, nulls left out", () => {
  const [fact] = read("charts/shop/values.yaml", "orders:\n  env:\n    - name: DB\n      value: orders_db\n  image: ~\n  tag: ''\n");
  expect(fact!.flavour).toBe("helm-values");
  expect(settings(fact)).toEqual(["3 orders.env[0].name=DB", "4 orders.env[0].value=orders_db", "6 orders.tag="]);
});

describe("which files", () => {
  test.each([
    ["application.yml", "spring"],
    ["application-prod.yaml", "spring"],
    ["bootstrap.properties", "spring"],
    ["appsettings.json", "dotnet"],
    ["charts/orders/values-prod.yaml", "helm-values"],
    ["deploy/values/orders.yaml", "helm-values"],
    ["config/default.json", "other"],
    ["config/production.yaml", "other"],
  ])("%s is %s", (path, flavour) => {
    expect(settingsFile.accepts(path)).toBe(true);
    expect(read(path, path.endsWith(".properties") ? "a=1" : '{"a": 1}')).toMatchObject([{ flavour }]);
  });

  test.each(["values.schema.json", "src/application.ts", "config/webpack.json", "application.json"])("%s is none", (path) => {
    expect(settingsFile.accepts(path)).toBe(false);
  });
});
