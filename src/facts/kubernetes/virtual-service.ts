import type { MeshRouteFact, RetriesFact, VirtualServiceFact } from "../kubernetes.js";
import { entry, get, integer, isNull, items, text, texts, type YamlMap, type YamlNode } from "../yaml-node.js";
import { durationOf } from "./duration.js";
import { unknownFields, type UnknownField } from "./fields.js";
import { insertionAtEnd } from "./insertion.js";
import { canonicalMatch, namesStream } from "./match.js";
import { isOpaque, type Manifest } from "./object.js";

const SPEC = new Set(["hosts", "gateways", "http", "tls", "tcp", "exportTo"]);
const ROUTE = new Set([
  "name",
  "match",
  "route",
  "redirect",
  "directResponse",
  "delegate",
  "rewrite",
  "timeout",
  "retries",
  "fault",
  "mirror",
  "mirrors",
  "mirrorPercent",
  "mirrorPercentage",
  "corsPolicy",
  "headers",
  "websocketUpgrade",
  "appendHeaders",
  "appendRequestHeaders",
  "appendResponseHeaders",
  "removeRequestHeaders",
  "removeResponseHeaders",
]);
const DESTINATION = new Set([
  "destination",
  "weight",
  "headers",
  "appendRequestHeaders",
  "appendResponseHeaders",
  "removeRequestHeaders",
  "removeResponseHeaders",
]);
const RETRIES = new Set(["attempts", "perTryTimeout", "retryOn", "retryRemoteLocalities", "retryIgnorePreviousHosts", "backoff"]);

export function virtualServiceOf(manifest: Manifest): VirtualServiceFact {
  const { spec } = manifest;
  const http = items(get(spec, "http")).filter((route): route is YamlMap => route.kind === "map");
  return {
    kind: "virtual-service",
    ...manifest.object,
    hosts: texts(get(spec, "hosts")),
    hostless: entry(spec, "hosts") === undefined,
    gateways: texts(get(spec, "gateways")),
    hasTcp: items(get(spec, "tcp")).length > 0 || items(get(spec, "tls")).length > 0,
    routes: http.map((route) => routeOf(route, manifest)),
    unknownFields: [...unknownFields(spec, SPEC), ...http.flatMap(unknownInRoute)],
  };
}

function unknownInRoute(route: YamlMap): UnknownField[] {
  return [
    ...unknownFields(route, ROUTE),
    ...items(get(route, "route")).flatMap((destination) => unknownFields(destination, DESTINATION)),
    ...unknownFields(get(route, "retries"), RETRIES),
  ];
}

function routeOf(route: YamlMap, manifest: Manifest): MeshRouteFact {
  const name = text(get(route, "name"));
  const match = canonicalMatch(get(route, "match"));
  return {
    lines: route.lines,
    name,
    match,
    methods: methodsOf(get(route, "match")),
    destinations: items(get(route, "route")).flatMap(destinationOf),
    redirect: present(route, "redirect"),
    directResponse: present(route, "directResponse"),
    delegate: delegateOf(get(route, "delegate")),
    streaming: namesStream(name, match) || get(route, "websocketUpgrade") !== undefined,
    timeout: durationOf(get(route, "timeout"), entry(route, "timeout")?.lines ?? null),
    retries: retriesOf(route),
    insertion: insertionAtEnd(route, manifest),
    templated: isOpaque(manifest, route),
  };
}

/** Sources of `direct_response` and its like are old, and still read. */
function present(route: YamlMap, key: string): boolean {
  const snake = key.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
  return !isNull(get(route, key)) || !isNull(get(route, snake));
}

function delegateOf(delegate: YamlNode | undefined): MeshRouteFact["delegate"] {
  const name = text(get(delegate, "name"));
  return name === null ? null : { name, namespace: text(get(delegate, "namespace")) };
}

function destinationOf(target: YamlNode): MeshRouteFact["destinations"][number][] {
  const destination = get(target, "destination");
  const host = text(get(destination, "host"));
  if (host === null) {
    return [];
  }
  const port = integer(get(destination, "port", "number"));
  return [{ host, subset: text(get(destination, "subset")), port, weight: integer(get(target, "weight")) }];
}

function retriesOf(route: YamlMap): RetriesFact | null {
  const found = entry(route, "retries");
  if (found?.value.kind !== "map") {
    return null;
  }
  const retries = found.value;
  const retryOn = text(get(retries, "retryOn")) ?? "";
  return {
    lines: found.lines,
    attempts: integer(get(retries, "attempts")),
    perTryTimeout: durationOf(get(retries, "perTryTimeout"), entry(retries, "perTryTimeout")?.lines ?? null),
    retryOn: retryOn
      .split(",")
      .map((condition) => condition.trim())
      .filter((condition) => condition !== ""),
  };
}

/** Methods that every alternative of the match names; empty where one of them takes any method. */
function methodsOf(match: YamlNode | undefined): string[] {
  const alternatives = items(match);
  const named = alternatives.map((alternative) => methodsIn(get(alternative, "method")));
  return named.length === 0 || named.some((methods) => methods.length === 0) ? [] : [...new Set(named.flat())].sort();
}

function methodsIn(method: YamlNode | undefined): string[] {
  const written =
    method?.kind === "scalar" ? text(method) : (text(get(method, "exact")) ?? text(get(method, "regex")) ?? text(get(method, "prefix")));
  return (written ?? "").toUpperCase().match(/[A-Z]{3,10}/g) ?? [];
}
