/**
 * Derives operations.json from GitHub's description of its API: the operations that the stand-in has, with what it takes to
 * check their requests and answers. Run by hand when the stand-in learns an operation:
 * `npm pack @octokit/openapi`, unpack it, then `node derive.mjs package/generated/api.github.com.json`.
 */
import { readFileSync, writeFileSync } from "node:fs";
import path from "node:path";

const here = import.meta.dirname;
const description = JSON.parse(readFileSync(process.argv[2], "utf8"));
const wanted = readFileSync(path.join(here, "operations.txt"), "utf8").split("\n").filter(Boolean);
const schemas = {};

/** What says nothing about validity, and what the stand-in's answers leave out on purpose: they hold the fields that an App reads. */
const IDLE = new Set([
  "description",
  "example",
  "examples",
  "title",
  "deprecated",
  "externalDocs",
  "default",
  "x-github-breaking-changes",
  "discriminator",
]);

function slim(value, keepRequired) {
  if (Array.isArray(value)) return value.map((item) => slim(item, keepRequired));
  if (typeof value !== "object" || value === null) return value;
  if (typeof value.$ref === "string") return reference(value.$ref, keepRequired);
  const kept = {};
  for (const [key, part] of Object.entries(value)) {
    if (IDLE.has(key)) continue;
    if (key === "required" && Array.isArray(part) && !keepRequired) continue;
    if (key === "properties")
      kept.properties = Object.fromEntries(Object.entries(part).map(([name, schema]) => [name, slim(schema, keepRequired)]));
    // Without what is required, one answer may fit several.
    else if (key === "oneOf" && !keepRequired) kept.anyOf = slim(part, false);
    else if (key !== "nullable") kept[key] = slim(part, keepRequired);
  }
  // OpenAPI 3.0 has a word of its own for null.
  return value.nullable === true ? { anyOf: [kept, { type: "null" }] } : kept;
}

function reference(ref, keepRequired) {
  const [, , section, name] = ref.split("/");
  if (section !== "schemas") return slim(description.components[section][name], keepRequired);
  const key = keepRequired ? name : `${name}.loose`;
  if (schemas[key] === undefined) {
    schemas[key] = {};
    schemas[key] = slim(description.components.schemas[name], keepRequired);
  }
  return { $ref: `#/schemas/${key}` };
}

const resolve = (value) =>
  value?.$ref === undefined
    ? value
    : resolve(
        value.$ref
          .split("/")
          .slice(1)
          .reduce((at, key) => at[key], description),
      );

function operation(method, route) {
  const described = description.paths[route]?.[method.toLowerCase()];
  if (described === undefined) throw new Error(`GitHub has no ${method} ${route}`);
  const parameters = [...(description.paths[route].parameters ?? []), ...(described.parameters ?? [])].map(resolve);
  const body = described.requestBody?.content?.["application/json"]?.schema;
  const successes = Object.entries(described.responses).filter(([code]) => code.startsWith("2") || code === "302");
  const success = resolve(successes[0][1]);
  const answer = success.content?.["application/json"]?.schema;
  return {
    method,
    route,
    query: Object.fromEntries(
      parameters.filter((parameter) => parameter.in === "query").map(({ name, schema }) => [name, slim(schema, true)]),
    ),
    body: body === undefined ? null : slim(body, true),
    statuses: successes.map(([code]) => Number(code)),
    answer: answer === undefined ? null : slim(answer, false),
  };
}

// A comment on lines that are gone has null here, whatever the description says.
for (const name of ["line", "position"]) description.components.schemas["pull-request-review-comment"].properties[name].nullable = true;

const operations = wanted.map((line) => operation(...line.split(" ")));
writeFileSync(path.join(here, "operations.json"), `${JSON.stringify({ version: description.info.version, operations, schemas })}\n`);
