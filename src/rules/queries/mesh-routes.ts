import type { Evidence, Place } from "../../model/evidence.js";
import type { MeshRoute } from "../../model/mesh.js";
import { code, listOf } from "../words.js";

/** What bounds a request on this route. A template that fills the duration in counts as a timeout. */
export type TimeoutState = "set" | "missing" | "off" | "invalid";

export function timeoutState({ timeout }: MeshRoute): TimeoutState {
  if (timeout === null) return "missing";
  if (timeout.templated) return "set";
  if (timeout.seconds === null) return "invalid";
  return timeout.seconds > 0 ? "set" : "off";
}

export function routeSubject(route: MeshRoute): readonly string[] {
  return [
    `namespace:${route.namespace}`,
    `${route.resource === "VirtualService" ? "virtual-service" : "http-route"}:${route.name}`,
    `route:${route.key}`,
  ];
}

/** What a route does for whom, whatever its resource is called: a resource that gets another name keeps its debt. */
export function routeBody({ resource, namespace, hosts, key, destinations }: MeshRoute): string {
  return JSON.stringify([resource, namespace, [...hosts].sort(), key, destinations]);
}

/** For titles, which are plain text. */
export function routeTitle(route: MeshRoute): string {
  return route.key === "default" ? `${route.resource} ${route.name}` : `Route ${shownKey(route.key)} of ${route.resource} ${route.name}`;
}

/** For messages, which are Markdown. */
export function routeText(route: MeshRoute): string {
  return route.key === "default"
    ? `${route.resource} ${code(route.name)}`
    : `Route ${code(shownKey(route.key))} of ${route.resource} ${code(route.name)}`;
}

/** A canonical match in fewer words: `uri.prefix=/orders&method.exact=GET || uri.exact=/` is `GET /orders or /`. */
function shownKey(key: string): string {
  if (!key.includes("=")) return key;
  // An empty prefix takes in every path, as `/` does.
  const alternatives = key
    .replace(/\b((?:uri|path)\.prefix=)(?=$|&| )/g, "$1/")
    .split(" || ")
    .map((alternative) => {
      const values = alternative
        .split("&")
        .map((condition) => /^(?:uri|path|method|port)\b[^=]*=(.*)$/.exec(condition))
        .filter((match) => match !== null);
      const shown = values.map((match) => match[1]!).filter((value) => !/^(?:Exact|PathPrefix|RegularExpression)$/.test(value));
      return shown.length === 0 ? alternative : shown.sort((a, b) => Number(a.startsWith("/")) - Number(b.startsWith("/"))).join(" ");
    });
  const most = 3;
  return alternatives.length > most
    ? `${alternatives.slice(0, most - 1).join(", ")} and ${alternatives.length - most + 1} more`
    : alternatives.join(" or ");
}

export interface PlacedField {
  readonly name: string;
  readonly place: Place;
}

export function unknownFieldsText(fields: readonly PlacedField[]): readonly string[] {
  const names = [...new Set(fields.map(({ name }) => code(name)))];
  if (names.length === 0) return [];
  return [
    `${listOf(names)} ${names.length === 1 ? "is no field that the mesh knows" : "are no fields that the mesh knows"} in this place: it has no effect.`,
  ];
}

export function fieldEvidence(fields: readonly PlacedField[]): readonly Evidence[] {
  return fields.map(({ name, place }) => ({ ...place, kind: "deployment" as const, note: `${name} is not a field here` }));
}
