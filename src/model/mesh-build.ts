import type { DestinationRuleFact, HttpRouteFact, MeshRouteFact, PortPolicyFact, TrafficPolicyFact, VirtualServiceFact } from "../facts/kubernetes.js";
import type { Lines } from "../facts/place.js";
import type { Place } from "./evidence.js";
import { append, type FactTable, type Stated } from "./fact-table.js";
import type { Mesh, MeshDestination, MeshRoute } from "./mesh.js";
import { byText } from "./paths.js";

/** Links mesh objects of all files: delegates inherit from their roots, policies reach their targets, specific rules replace wildcards. */
export function buildMesh(table: FactTable): Mesh {
  const routes = [...virtualServiceRoutes(table), ...httpRouteRoutes(table)];
  return { routes, destinations: destinationsOf(table) };
}

const DEFAULT_NAMESPACE = "default";

function namespaceOf(fact: { readonly namespace: string | null }): string {
  return fact.namespace ?? DEFAULT_NAMESPACE;
}

function placeIn(path: string, { startLine, endLine }: Lines): Place {
  return { path, startLine, endLine };
}

/** A route of a root VirtualService that hands over to another. */
interface Delegation {
  readonly root: Stated<"virtual-service">;
  readonly route: MeshRouteFact;
}

function virtualServiceRoutes(table: FactTable): readonly MeshRoute[] {
  const delegations = new Map<string, Delegation>();
  for (const root of table.of("virtual-service")) {
    for (const route of root.fact.routes) {
      if (route.delegate === null) continue;
      delegations.set(`${route.delegate.namespace ?? namespaceOf(root.fact)}/${route.delegate.name}`, { root, route });
    }
  }
  return table.of("virtual-service").flatMap((stated) => {
    const delegation = delegations.get(`${namespaceOf(stated.fact)}/${stated.fact.name}`);
    return keyed(stated.fact.routes).map(([key, route]) => virtualServiceRoute(stated, key, route, delegation));
  });
}

/** A delegate's own fields win; what it leaves out comes from the route that delegates to it. */
function virtualServiceRoute({ path, fact }: Stated<"virtual-service">, key: string, route: MeshRouteFact, delegation: Delegation | undefined): MeshRoute {
  const above = delegation?.route;
  const abovePath = delegation?.root.path ?? path;
  const timeout = route.timeout !== null ? placed(path, route.timeout) : above?.timeout ? placed(abovePath, above.timeout) : null;
  const retries = route.retries !== null ? placed(path, route.retries) : above?.retries ? placed(abovePath, above.retries) : null;
  return {
    ...common(path, fact, key, route),
    resource: "VirtualService",
    hosts: delegation === undefined ? fact.hosts : delegation.root.fact.hosts,
    timeout,
    retries,
    unknownFields: fact.unknownFields.filter(({ lines }) => within(lines, route.lines) || fact.routes.length === 1).map(({ name, lines }) => ({ name, place: placeIn(path, lines) })),
  };
}

function httpRouteRoutes(table: FactTable): readonly MeshRoute[] {
  const policies = table.of("traffic-policy").filter(({ fact }) => fact.timeout !== null);
  return table.of("http-route").filter(({ fact }) => fact.routeKind === "HTTPRoute").flatMap((stated) => {
    const policy = policies.find(({ fact }) => namespaceOf(fact) === namespaceOf(stated.fact) && fact.targets.some((target) => reaches(target, stated.fact)));
    return keyed(stated.fact.routes).map(([key, route]): MeshRoute => {
      const own = route.timeout === null ? null : placed(stated.path, route.timeout);
      return {
        ...common(stated.path, stated.fact, key, route),
        resource: "HTTPRoute",
        hosts: stated.fact.hosts,
        timeout: own ?? (policy?.fact.timeout ? placed(policy.path, policy.fact.timeout) : null),
        retries: route.retries === null ? null : placed(stated.path, route.retries),
        unknownFields: [],
      };
    });
  });
}

/** A policy is attached to the route itself, or to the gateway that the route is attached to, or to a service behind it. */
function reaches(target: { readonly kind: string; readonly name: string }, route: HttpRouteFact): boolean {
  if (target.kind === "HTTPRoute") return target.name === route.name;
  if (target.kind === "Service") return route.routes.every(({ destinations }) => destinations.length > 0 && destinations.every(({ host }) => host === target.name));
  return route.parents.some((parent) => parent.kind === target.kind && parent.name === target.name);
}

function common(path: string, fact: VirtualServiceFact | HttpRouteFact, key: string, route: MeshRouteFact): Omit<MeshRoute, "resource" | "hosts" | "timeout" | "retries" | "unknownFields"> {
  return {
    namespace: namespaceOf(fact),
    name: fact.name,
    key,
    place: placeIn(path, route.lines),
    destinations: [...new Set(route.destinations.map(({ host }) => host))].sort(byText),
    methods: route.methods,
    streaming: route.streaming,
    routes: !route.redirect && !route.directResponse && route.delegate === null,
    templated: route.templated,
    insertion: route.insertion,
  };
}

function placed<T extends { readonly lines: Lines }>(path: string, value: T): T & { readonly place: Place } {
  return { ...value, place: placeIn(path, value.lines) };
}

function within(inner: Lines, outer: Lines): boolean {
  return inner.startLine >= outer.startLine && inner.endLine <= outer.endLine;
}

/** A route is known by its name, else by what it matches; equal ones are counted in order. */
function keyed(routes: readonly MeshRouteFact[]): readonly (readonly [string, MeshRouteFact])[] {
  const seen = new Map<string, number>();
  return routes.map((route) => {
    const key = route.name ?? (route.match === "" ? "default" : route.match);
    const count = (seen.get(key) ?? 0) + 1;
    seen.set(key, count);
    return [count === 1 ? key : `${key}#${count}`, route] as const;
  });
}

function destinationsOf(table: FactTable): readonly MeshDestination[] {
  const context = destinationContext(table);
  return table.of("destination-rule").filter(({ fact }) => fact.host !== "").flatMap((stated) => ruleDestinations(stated, context));
}

interface DestinationContext {
  readonly rules: readonly Stated<"destination-rule">[];
  /** Full host names with the subsets that routes send traffic to. */
  readonly subsets: ReadonlyMap<string, readonly string[]>;
  readonly external: ReadonlySet<string>;
  readonly single: ReadonlySet<string>;
}

function destinationContext(table: FactTable): DestinationContext {
  const subsets = new Map<string, string[]>();
  for (const { fact } of table.of("virtual-service")) {
    for (const { host, subset } of fact.routes.flatMap(({ destinations }) => destinations)) {
      if (subset !== null) append(subsets, fullHost(host, namespaceOf(fact)), subset);
    }
  }
  const entries = table.of("service-entry").map(({ fact }) => fact);
  const scaled = new Set(table.of("autoscaler").map(({ fact }) => `${namespaceOf(fact)}/${fact.target}`));
  const lonely = table.of("workload").filter(({ fact }) => fact.replicas === 1 && fact.workloadKind === "StatefulSet" && !scaled.has(`${namespaceOf(fact)}/${fact.name}`));
  return {
    rules: table.of("destination-rule"),
    subsets,
    external: new Set(entries.filter(({ external }) => external).flatMap(({ hosts }) => hosts)),
    single: new Set([...entries.filter(({ endpoints }) => endpoints === 1).flatMap(({ hosts }) => hosts), ...lonely.map(({ fact }) => fullHost(fact.name, namespaceOf(fact)))]),
  };
}

function ruleDestinations(stated: Stated<"destination-rule">, context: DestinationContext): readonly MeshDestination[] {
  const { path, fact } = stated;
  const host = fullHost(fact.host, namespaceOf(fact));
  const base = {
    namespace: namespaceOf(fact),
    rule: fact.name,
    host: fact.host,
    external: context.external.has(fact.host) || isPublic(fact.host),
    singleEndpoint: context.single.has(host) || context.single.has(fact.host),
    tlsOnly: isTlsOnly(fact),
    replaces: replacedWildcard(stated, context),
    unknownFields: fact.unknownFields.map(({ name, lines }) => ({ name, place: placeIn(path, lines) })),
  };
  const used = new Set(context.subsets.get(host));
  const own: MeshDestination = { ...base, ...policyPart(path, fact, fact.policy), aspect: "", used: true };
  const ports = (policy: TrafficPolicyFact | null, prefix: string): readonly MeshDestination[] =>
    (policy?.ports ?? []).map((port) => ({ ...base, ...portPart(path, port), aspect: `${prefix}port:${port.port ?? "*"}`, used: true }));
  const subsets = fact.subsets.flatMap((subset): readonly MeshDestination[] => [
    {
      ...base,
      ...policyPart(path, fact, subset.policy),
      place: placeIn(path, subset.lines),
      outlierDetection: subset.policy?.outlierDetection ? placed(path, subset.policy.outlierDetection) : own.outlierDetection,
      aspect: `subset:${subset.name}`,
      used: used.has(subset.name),
    },
    ...ports(subset.policy, `subset:${subset.name}/`),
  ]);
  return [own, ...ports(fact.policy, ""), ...subsets];
}

type PolicyPart = Pick<MeshDestination, "place" | "outlierDetection" | "templated" | "insertion" | "insertAs">;

function policyPart(path: string, fact: DestinationRuleFact, policy: TrafficPolicyFact | null): PolicyPart {
  return {
    place: placeIn(path, policy?.lines ?? fact.lines),
    outlierDetection: policy?.outlierDetection ? placed(path, policy.outlierDetection) : null,
    templated: policy?.templated ?? fact.templated,
    insertion: policy === null ? fact.specInsertion : policy.insertion,
    insertAs: policy === null ? "trafficPolicy" : "outlierDetection",
  };
}

function portPart(path: string, port: PortPolicyFact): PolicyPart {
  return {
    place: placeIn(path, port.lines),
    outlierDetection: port.outlierDetection === null ? null : placed(path, port.outlierDetection),
    templated: false,
    insertion: port.insertion,
    insertAs: "outlierDetection",
  };
}

/** The rule is about certificates, or names subsets for routes; it says nothing about load. */
function isTlsOnly({ policy, subsets }: DestinationRuleFact): boolean {
  const policies = [policy, ...subsets.map((subset) => subset.policy)].filter((one) => one !== null);
  if (policies.length === 0) return subsets.length > 0;
  const fields = policies.flatMap((one) => [...one.fields.filter((field) => field !== "portLevelSettings"), ...one.ports.flatMap((port) => port.fields)]);
  return fields.every((field) => field === "tls");
}

/** Istio takes the most specific rule alone: what a wildcard's rule protected, a bare rule for one host leaves bare. */
function replacedWildcard({ fact }: Stated<"destination-rule">, { rules }: DestinationContext): Place | null {
  if (fact.host.startsWith("*")) return null;
  const host = fullHost(fact.host, namespaceOf(fact));
  const wildcard = rules.find((rule) => rule.fact.host.startsWith("*") && host.endsWith(rule.fact.host.slice(1)) && rule.fact.policy?.outlierDetection?.effective === true);
  return wildcard === undefined ? null : placeIn(wildcard.path, wildcard.fact.policy!.outlierDetection!.lines);
}

/** `orders` in `shop` is `orders.shop.svc.cluster.local`. */
function fullHost(host: string, namespace: string): string {
  if (/\.svc$/.test(host)) return `${host}.cluster.local`;
  return host.includes(".") || host.startsWith("*") ? host : `${host}.${namespace}.svc.cluster.local`;
}

/** A host of the public internet: it has a domain, and none that a cluster uses. */
function isPublic(host: string): boolean {
  return /\.[a-z]{2,}$/i.test(host) && !/\.(local|svc|internal|cluster|global|mesh)$/i.test(host) && /\.(com|net|org|io|dev|app|cloud|co|ai|de|eu|uk|us|info)$/i.test(host);
}
