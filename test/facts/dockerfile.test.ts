import { expect, test } from "vitest";
import type { DockerfileFact } from "../../src/facts/deployment.js";
import { dockerfile } from "../../src/facts/dockerfile.js";

function read(text: string): DockerfileFact {
  const { facts, unreadable } = dockerfile.extract({ path: "Dockerfile", text });
  expect(unreadable).toEqual([]);
  return facts[0] as DockerfileFact;
}

test("tells stages, their sources and what runs in the end", () => {
  const fact = read(`ARG NODE=22
FROM node:\${NODE} AS base
ENV NODE_ENV=production
WORKDIR /app
FROM base AS build
COPY --chown=node package.json services/orders ./
ADD https://example.com/tool.tgz /tool
RUN npm ci
FROM Base
ENV DB_NAME=orders_db DB_HOST="orders db"
COPY --from=build /app/dist ./dist
EXPOSE 3000 9090
ENTRYPOINT ["node"]
CMD ["dist/main.js"]
`);
  expect(fact).toMatchObject({
    baseImages: ["node:${NODE}"],
    copies: ["package.json", "services/orders"],
    exposes: ["3000", "9090"],
    workdir: "/app",
    command: "node dist/main.js",
    args: [{ name: "NODE", value: "22", lines: { startLine: 1, endLine: 1 } }],
  });
  expect(fact.environment.map(({ name, value, lines }) => [name, value, lines.startLine])).toEqual([
    ["NODE_ENV", "production", 3],
    ["DB_NAME", "orders_db", 10],
    ["DB_HOST", "orders db", 10],
  ]);
  expect(fact.stages.map(({ name, from, copiesFrom, lines }) => [name, from, copiesFrom, lines.startLine, lines.endLine])).toEqual([
    ["base", "node:${NODE}", [], 2, 4],
    ["build", "base", [], 5, 8],
    [null, "Base", ["build"], 9, 14],
  ]);
});

test("joins continued lines, over comments too", () => {
  const fact = read("FROM a\nENV A=1 \\\n# why\n    B=2\nCMD node \\\n  main.js\n");
  expect(fact.environment.map(({ name, lines }) => [name, lines.startLine, lines.endLine])).toEqual([
    ["A", 2, 4],
    ["B", 2, 4],
  ]);
  expect(fact.command).toMatch(/^node\s+main\.js$/);
});

test("leaves out what stands in a heredoc", () => {
  const fact = read('FROM a\nRUN <<EOF\nENV A=1\nCOPY x y\nEOF\nCOPY <<-"CONF" /etc/conf\nkey: value\nCONF\nCOPY src .\n');
  expect(fact.environment).toEqual([]);
  expect(fact.copies).toEqual(["src"]);
});

test("reads the old form of ENV, list forms and single quotes", () => {
  const fact = read('FROM a\nENV GREETING hello world\nENV B=\'1 2\'\nCOPY ["a b", "c", "/d/"]\nCMD npm start\n');
  expect(fact.environment.map(({ name, value }) => `${name}=${value}`)).toEqual(["GREETING=hello world", "B=1 2"]);
  expect(fact.copies).toEqual(["a b", "c"]);
  expect(fact.command).toBe("npm start");
});

test("a file without FROM is no Dockerfile", () => {
  expect(dockerfile.extract({ path: "Dockerfile", text: "RUN x\n" })).toEqual({
    facts: [],
    unreadable: [{ line: 1, reason: "no FROM instruction" }],
  });
  expect(dockerfile.extract({ path: "Dockerfile", text: "" })).toEqual({ facts: [], unreadable: [] });
});

test.each([
  ["Dockerfile", true],
  ["Dockerfile.orders", true],
  ["orders.Dockerfile", true],
  ["services/orders/Containerfile", true],
  ["dockerfile-dev", true],
  ["Dockerfile.dockerignore", false],
  ["build-dockerfile.sh", false],
  [".dockerignore", false],
])("accepts %s: %s", (path, accepted) => {
  expect(dockerfile.accepts(path)).toBe(accepted);
});
