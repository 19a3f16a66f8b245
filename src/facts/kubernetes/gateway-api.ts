import type { DurationFact, HttpRouteFact, MeshRouteFact } from "../kubernetes.js";
import { entry, get, integer, items, text, texts, type YamlMap, type YamlNode } from "../yaml-node.js";
import { durationOf } from "./duration.js";
import { insertionAtEnd } from "./insertion.js";
import { canonicalMatch, namesStream } from "./match.js";
import { isOpaque, type Manifest } from "./object.js";

export function httpRouteOf(manifest: Manifest): HttpRouteFact {
  const { spec } = manifest;
  return {
    kind: "http-route",
    ...manifest.object,
    routeKind: manifest.kind === "GRPCRoute" ? "GRPCRoute" : "HTTPRoute",
    hosts: texts(get(spec, "hostnames")),
    parents: items(get(spec, "parentRefs")).flatMap((parent) => {
      const name = text(get(parent, "name"));
      return name === null ? [] : [{ kind: text(get(parent, "kind")) ?? "Gateway", name }];
    }),
    routes: items(get(spec, "rules")).flatMap((rule) => (rule.kind === "map" ? [routeOf(rule, manifest)] : [])),
  };
}

function routeOf(rule: YamlMap, manifest: Manifest): MeshRouteFact {
  const name = text(get(rule, "name"));
  const matches = get(rule, "matches");
  const match = canonicalMatch(matches);
  const filters = items(get(rule, "filters")).map((filter) => text(get(filter, "type")));
  return {
    lines: rule.lines,
    name,
    match,
    methods: methodsOf(matches),
    destinations: items(get(rule, "backendRefs")).flatMap(backendOf),
    redirect: filters.includes("RequestRedirect"),
    directResponse: false,
    delegate: null,
    streaming: namesStream(name, match),
    timeout: timeoutOf(rule),
    retries: null,
    insertion: entry(rule, "timeouts") === undefined ? insertionAtEnd(rule, manifest) : null,
    templated: isOpaque(manifest, rule),
  };
}

/** A backend timeout bounds the request too, as long as the gateway does not try again. */
function timeoutOf(rule: YamlMap): DurationFact | null {
  const timeouts = get(rule, "timeouts");
  const request = durationOf(get(timeouts, "request"), entry(timeouts, "request")?.lines ?? null);
  const backend = durationOf(get(timeouts, "backendRequest"), entry(timeouts, "backendRequest")?.lines ?? null);
  return request ?? (get(rule, "retry") === undefined ? backend : null);
}

function backendOf(backend: YamlNode): MeshRouteFact["destinations"][number][] {
  const name = text(get(backend, "name"));
  if (name === null) {
    return [];
  }
  const namespace = text(get(backend, "namespace"));
  const host = namespace === null ? name : `${name}.${namespace}`;
  return [{ host, subset: null, port: integer(get(backend, "port")), weight: integer(get(backend, "weight")) }];
}

function methodsOf(matches: YamlNode | undefined): string[] {
  const methods = items(matches).map((match) => text(get(match, "method")));
  return methods.length === 0 || methods.includes(null) ? [] : [...new Set(methods as string[])].sort();
}
