import type { Denotation, DenotationOf, Program } from "../code/denotation.js";
import type { Place } from "../evidence.js";
import type { DraftCall } from "./calls.js";
import type { Schema } from "./moleculer.js";
import type { Handled, Serving } from "./serving.js";
import { literalOf } from "./values.js";
import { isMutatingName } from "./verbs.js";

const MOST_ROUTES = 50;

/**
 * What a Moleculer gateway passes on: the aliases of its routes (`"GET items": "stock.list"`), and with `autoAliases` every
 * action that says its own path with `rest`.
 */
export function gatewayCalls(schemas: readonly Schema[], serving: Serving, program: Program): readonly DraftCall[] {
  return schemas.flatMap((schema) => routesOf(schema, program).flatMap((route) => passedOn(route, schema, serving, program)));
}

function routesOf({ value }: Schema, program: Program): readonly DenotationOf<"object">[] {
  const routes = memberOf(memberOf(value, "settings", program), "routes", program);
  if (routes?.kind !== "array") return [];
  return routes.items
    .slice(0, MOST_ROUTES)
    .map((item) => program.denote(item, routes.scope))
    .filter((route): route is DenotationOf<"object"> => route.kind === "object");
}

function passedOn(route: DenotationOf<"object">, schema: Schema, serving: Serving, program: Program): readonly DraftCall[] {
  const { service } = schema.file;
  if (service === null) return [];
  const named = aliasesOf(route, schema, program).flatMap(({ action, place }) => {
    const handled = serving.rpc(action, null, service);
    return handled === null ? [] : [callOf(action, handled, place, schema)];
  });
  const auto = memberOf(route, "autoAliases", program);
  if (auto?.kind !== "boolean" || !auto.value) return named;
  const place = placeIn(schema, route.entries.get("autoAliases")!.line);
  const isListed = listedIn(route, program);
  return [
    ...named,
    ...serving
      .aliased(service)
      .filter(({ action }) => isListed(action))
      .map(({ action, handled }) => callOf(action, handled, place, schema)),
  ];
}

interface Alias {
  readonly action: string;
  readonly place: Place;
}

/** `"GET items": "stock.list"`; `"REST items": "stock"` stands for all actions. */
function aliasesOf(route: DenotationOf<"object">, schema: Schema, program: Program): readonly Alias[] {
  const aliases = memberOf(route, "aliases", program);
  if (aliases?.kind !== "object") return [];
  return [...aliases.entries].flatMap(([key, { line }]): Alias[] => {
    const action = actionOf(program.member(aliases, key), program);
    if (action === null) return [];
    return [{ action: /^REST\b/.test(key) ? `${action}.*` : action, place: placeIn(schema, line) }];
  });
}

/** The action itself, or the last of what a request runs through. */
function actionOf(value: Denotation, program: Program): string | null {
  if (value.kind !== "array") return literalOf(value);
  const last = value.items.at(-1);
  return last === undefined ? null : literalOf(program.denote(last, value.scope));
}

/** `whitelist: ["stock.*"]`; without a list all are let through. */
function listedIn(route: DenotationOf<"object">, program: Program): (action: string) => boolean {
  const list = memberOf(route, "whitelist", program);
  if (list?.kind !== "array") return () => true;
  const patterns = list.items.flatMap((item) => literalOf(program.denote(item, list.scope)) ?? []).map(patternOf);
  return (action) => patterns.some((pattern) => pattern.test(action));
}

function patternOf(text: string): RegExp {
  const source = text.replace(/[.+?^${}()|[\]\\]/g, "\\$&").replace(/\*+/g, (stars) => (stars.length > 1 ? ".*" : "[^.]*"));
  return new RegExp(`^${source}$`);
}

function callOf(action: string, handled: Handled, place: Place, { file }: Schema): DraftCall {
  return {
    from: file.service!,
    holder: { file, summary: file.fact.functions[0]! },
    to: { kind: "service", service: handled.service },
    kind: "rpc",
    library: "moleculer-web",
    operation: action,
    mutating: isMutatingName(action),
    place,
    confidence: handled.confidence,
    evidence: handled.evidence,
    loops: [],
    bound: { kind: "unknown" },
    breaker: null,
    runByHand: false,
    handler: handled.function,
    complete: true,
  };
}

function placeIn({ file }: Schema, line: number): Place {
  return { path: file.path, startLine: line, endLine: line };
}

function memberOf(value: Denotation | null, name: string, program: Program): Denotation | null {
  return value?.kind === "object" && value.entries.has(name) ? program.member(value, name) : null;
}
