import type { DurationFact, HttpRouteFact, MeshRouteFact, VirtualServiceFact } from "../../facts/kubernetes.js";
import type { Lines } from "../../facts/place.js";
import type { Place } from "../evidence.js";
import { append, type FactTable, type Stated } from "../fact-table.js";
import type { MeshLimit, MeshRoute } from "../mesh.js";
import { byText } from "../paths.js";
import { fullHost } from "./hosts.js";
import type { ClusterNames } from "./names.js";

/** Routes of VirtualServices, delegates merged, and of HTTPRoutes, policies attached. */
export function meshRoutes(table: FactTable, names: ClusterNames): readonly MeshRoute[] {
  return [...virtualServiceRoutes(table, names), ...httpRouteRoutes(table, names)];
}

/** Policies with a timeout that are attached to a Service itself. */
export function meshLimits(table: FactTable, names: ClusterNames): readonly MeshLimit[] {
  return table.of("traffic-policy").flatMap(({ path, fact }) => {
    const { timeout } = fact;
    if (timeout === null || (!timeout.templated && (timeout.seconds ?? 0) <= 0)) return [];
    return fact.targets
      .filter(({ kind }) => kind === "Service")
      .map(({ name }) => ({ host: fullHost(name, names.namespaceOf(path, fact)), place: placeIn(path, timeout.lines) }));
  });
}

export function placeIn(path: string, { startLine, endLine }: Lines): Place {
  return { path, startLine, endLine };
}

export function placed<T extends { readonly lines: Lines }>(path: string, value: T): T & { readonly place: Place } {
  return { ...value, place: placeIn(path, value.lines) };
}

/** A route of a root VirtualService that hands over to another. */
interface Delegation {
  readonly path: string;
  readonly root: VirtualServiceFact;
  readonly route: MeshRouteFact;
}

function virtualServiceRoutes(table: FactTable, names: ClusterNames): readonly MeshRoute[] {
  const delegations = new Map<string, Delegation[]>();
  for (const { path, fact } of table.of("virtual-service")) {
    for (const route of fact.routes) {
      if (route.delegate === null) continue;
      const namespace = route.delegate.namespace ?? names.namespaceOf(path, fact);
      append(delegations, `${namespace}/${route.delegate.name}`, { path, root: fact, route });
    }
  }
  return table.of("virtual-service").flatMap((stated) => {
    const above = !stated.fact.hostless
      ? []
      : (delegations.get(`${names.namespaceOf(stated.path, stated.fact)}/${stated.fact.name}`) ?? []);
    return keyed(stated.fact.routes).map(([key, route]) => virtualServiceRoute(stated, key, route, above, names));
  });
}

/** A delegate's own fields win; what it leaves out comes from the route that delegates to it. */
function virtualServiceRoute(
  { path, fact }: Stated<"virtual-service">,
  key: string,
  route: MeshRouteFact,
  above: readonly Delegation[],
  names: ClusterNames,
): MeshRoute {
  const hosts = fact.hosts.length > 0 ? fact.hosts : above.flatMap(({ root }) => root.hosts);
  const only = fact.routes.length === 1;
  return {
    ...routePart({ path, fact, names }, key, route),
    resource: "VirtualService",
    hosts: hosts.map((host) => names.filled(path, host)),
    insideHosts: (fact.hostless ? above.map(({ root }) => root) : [fact])
      .filter(({ gateways }) => gateways.length === 0 || gateways.includes("mesh"))
      .flatMap((root) => root.hosts.map((host) => names.filled(path, host))),
    streaming: route.streaming || above.some((delegation) => delegation.route.streaming) || saysStream(path, fact, route, hosts),
    timeout: route.timeout !== null ? placed(path, route.timeout) : inherited(above, (it) => it.route.timeout),
    retries: route.retries !== null ? placed(path, route.retries) : inherited(above, (it) => it.route.retries),
    orphan: fact.hostless && above.length === 0,
    unknownFields: fact.unknownFields
      .filter(({ lines }) => only || isInside(lines, route.lines) || !fact.routes.some((other) => isInside(lines, other.lines)))
      .map(({ name, lines }) => ({ name, place: placeIn(path, lines) })),
  };
}

/** What all roots agree to have; a root without it leaves its requests without. */
function inherited<T extends { readonly lines: Lines }>(
  above: readonly Delegation[],
  field: (delegation: Delegation) => T | null,
): (T & { readonly place: Place }) | null {
  const values = above.map((delegation) => ({ value: field(delegation), path: delegation.path }));
  const [first] = values;
  return first === undefined || first.value === null || values.some(({ value }) => value === null) ? null : placed(first.path, first.value);
}

/** Names of what is routed, or of the folder that it lies in, say that connections stay open; a mesh's control plane sends its own settings so. */
function saysStream(path: string, { name }: { readonly name: string }, route: MeshRouteFact, hosts: readonly string[]): boolean {
  const texts = [name, ...hosts, ...route.destinations.map(({ host }) => host)];
  return (
    /(?:^|[^a-z])web-?sockets?(?:$|[^a-z])/i.test(path) ||
    texts.some((text) => /(?:^|[^a-z])(?:ws|wss|web-?sockets?|socket\.?io|sockjs|signalr|streaming|sse|istiod)(?:$|[^a-z])/i.test(text))
  );
}

function isInside(inner: Lines, outer: Lines): boolean {
  return inner.startLine >= outer.startLine && inner.endLine <= outer.endLine;
}

type RoutePart = Omit<MeshRoute, "resource" | "hosts" | "insideHosts" | "streaming" | "timeout" | "retries" | "orphan" | "unknownFields">;

interface Holder {
  readonly path: string;
  readonly fact: VirtualServiceFact | HttpRouteFact;
  readonly names: ClusterNames;
}

function routePart({ path, fact, names }: Holder, key: string, route: MeshRouteFact): RoutePart {
  const name = names.filled(path, fact.name);
  return {
    namespace: names.namespaceOf(path, fact),
    // An object without a name is known by its host: an excerpt, or what a template names.
    name: name !== "" ? name : (fact.hosts[0] ?? route.destinations[0]?.host ?? ""),
    key,
    place: placeIn(path, route.lines),
    destinations: [...new Set(route.destinations.map(({ host }) => names.filled(path, host)))].sort(byText),
    methods: route.methods,
    routes: !route.redirect && !route.directResponse && route.delegate === null,
    templated: route.templated,
    insertion: route.insertion,
  };
}

function httpRouteRoutes(table: FactTable, names: ClusterNames): readonly MeshRoute[] {
  const policies = table.of("traffic-policy").filter(({ fact }) => fact.timeout !== null);
  const routes = table.of("http-route").filter(({ fact }) => fact.routeKind === "HTTPRoute");
  return routes.flatMap((stated) => keyed(stated.fact.routes).map(([key, route]) => httpRoute(stated, key, route, policies, names)));
}

function httpRoute(
  { path, fact }: Stated<"http-route">,
  key: string,
  route: MeshRouteFact,
  policies: readonly Stated<"traffic-policy">[],
  names: ClusterNames,
): MeshRoute {
  const namespace = names.namespaceOf(path, fact);
  const policy = policies.find((it) =>
    it.fact.targets.some((target) => reaches(target, names.namespaceOf(it.path, it.fact), { fact, route, namespace })),
  );
  const timeout: (DurationFact & { readonly place: Place }) | null =
    route.timeout !== null ? placed(path, route.timeout) : policy?.fact.timeout ? placed(policy.path, policy.fact.timeout) : null;
  return {
    ...routePart({ path, fact, names }, key, route),
    resource: "HTTPRoute",
    hosts: fact.hosts,
    insideHosts: fact.parents.filter(({ kind }) => kind === "Service").map(({ name }) => name),
    streaming: route.streaming || saysStream(path, fact, route, fact.hosts),
    timeout,
    retries: route.retries === null ? null : placed(path, route.retries),
    orphan: false,
    unknownFields: [],
  };
}

/** A policy is attached to the route itself, to the gateway that the route is attached to, or to the service behind it. */
function reaches(
  target: { readonly kind: string; readonly name: string },
  of: string,
  to: { readonly fact: HttpRouteFact; readonly route: MeshRouteFact; readonly namespace: string },
): boolean {
  const { fact, route, namespace } = to;
  if (target.kind === "Service") {
    const policed = fullHost(target.name, of);
    return (
      route.destinations.length > 0 &&
      route.destinations.every(({ host }) => fullHost(host, namespace) === policed || `${host}.svc.cluster.local` === policed)
    );
  }
  if (target.kind === fact.routeKind) return target.name === fact.name && of === namespace;
  return fact.parents.some((parent) => parent.kind === target.kind && parent.name === target.name);
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
