import { readFileSync } from "node:fs";
import path from "node:path";
import { Ajv, type ValidateFunction } from "ajv";
import formats from "ajv-formats";

/** One operation of GitHub's own description, as derive.mjs keeps it. */
interface Operation {
  readonly method: string;
  readonly route: string;
  readonly query: Readonly<Record<string, unknown>>;
  readonly body: { readonly properties?: Readonly<Record<string, unknown>> } | null;
  readonly statuses: readonly number[];
  readonly answer: unknown;
}

interface Described {
  readonly operations: readonly Operation[];
  readonly schemas: unknown;
}

export interface OpenApi {
  /** Why GitHub would not take this request; `null` where it would. */
  refuses(method: string, path: string, query: URLSearchParams, body: unknown): string | null;
  /** Names in the request that GitHub does not know, and would silently ignore. */
  ignores(method: string, path: string, query: URLSearchParams, body: Readonly<Record<string, unknown>>): readonly string[];
  /** What in an answer is not as GitHub describes it. Fields may be missing, those that are there have GitHub's types. */
  doubts(method: string, path: string, status: number, body: unknown): string | null;
}

/** Parts of a path that may hold slashes. */
const LONG = new Set(["ref", "path", "basehead", "branch"]);

let known: OpenApi | null = null;

/** Checks requests and answers against GitHub's description of its REST API. Its schemas are compiled once for all stand-ins of a process. */
export function openApi(): OpenApi {
  return (known ??= readOpenApi());
}

function readOpenApi(): OpenApi {
  const described = JSON.parse(readFileSync(path.join(import.meta.dirname, "openapi/operations.json"), "utf8")) as Described;
  const strict = makeAjv(described, false);
  const coercing = makeAjv(described, true);
  const places = described.operations
    .map((operation, index) => ({ operation, index, pattern: patternOf(operation.route) }))
    .sort((a, b) => b.operation.route.split("/").length - a.operation.route.split("/").length);
  const find = (method: string, at: string) => places.find(({ operation, pattern }) => operation.method === method && pattern.test(at));
  const compiled = new Map<string, ValidateFunction>();
  /** Wrapped, so that text can become the number that it writes. */
  const ofQuery = (index: number, name: string): ValidateFunction => {
    const pointer = `${index}/query/${name}`;
    const validate = compiled.get(pointer) ?? coercing.compile({ properties: { [name]: { $ref: `github#/operations/${pointer}` } } });
    compiled.set(pointer, validate);
    return validate;
  };
  const complaint = (ajv: Ajv, pointer: string, value: unknown): string | null => {
    const validate = compiled.get(pointer) ?? ajv.compile({ $ref: `github#/operations/${pointer}` });
    compiled.set(pointer, validate);
    return validate(value) ? null : ajv.errorsText(validate.errors, { dataVar: "" });
  };
  return {
    refuses(method, at, query, body) {
      const found = find(method, at);
      if (found === undefined) return null;
      for (const name of Object.keys(found.operation.query)) {
        const value = query.get(name);
        if (value === null) continue;
        const validate = ofQuery(found.index, name);
        if (!validate({ [name]: value })) return coercing.errorsText(validate.errors);
      }
      return found.operation.body === null ? null : complaint(strict, `${found.index}/body`, body);
    },
    ignores(method, at, query, body) {
      const found = find(method, at)?.operation;
      if (found === undefined)
        return at === "/graphql" || at.startsWith("/_") || at.startsWith("/login/")
          ? []
          : [`${method} ${at}: not in openapi/operations.txt`];
      const known = found.body?.properties;
      const strangers = [...query.keys()].filter((name) => !Object.hasOwn(found.query, name));
      return [...strangers, ...(known === undefined ? [] : Object.keys(body).filter((name) => !Object.hasOwn(known, name)))].map(
        (name) => `${method} ${at}: ${name}`,
      );
    },
    doubts(method, at, status, body) {
      const found = find(method, at);
      if (found === undefined || status >= 300 || Buffer.isBuffer(body)) return null;
      if (!found.operation.statuses.includes(status)) return `status ${status} instead of ${found.operation.statuses.join(" or ")}`;
      return found.operation.answer === null ? null : complaint(strict, `${found.index}/answer`, asDescribed(body));
    },
  };
}

/**
 * As it is sent, without what is undefined. Of two things GitHub's description of its answers knows nothing: where a fork is
 * gone a head comes without repository, and a run that was given up is stale.
 */
function asDescribed(body: unknown): unknown {
  return JSON.parse(JSON.stringify(body), (key, value: unknown) => {
    if (key === "head" && (value as { repo?: unknown } | null)?.repo === null) return { ...(value as object), repo: undefined };
    return key === "conclusion" && value === "stale" ? "neutral" : value;
  });
}

function makeAjv(described: Described, coerceTypes: boolean): Ajv {
  const ajv = new Ajv({ strict: false, coerceTypes });
  formats.default(ajv);
  // Checking every address of an answer costs more than it finds.
  ajv.addFormat("uri", true);
  // The description refers to its schemas from its root.
  ajv.addSchema({ $id: "github", ...described });
  return ajv;
}

function patternOf(route: string): RegExp {
  return new RegExp(
    `^${route.replace(/\{(\w+)\}/g, (_, name: string) => (LONG.has(name) ? ".+" : /_(?:id|number)$/.test(name) ? "\\d+" : "[^/]+"))}$`,
  );
}
