import type { KongFact, KongPluginFact, KongRouteFact, KongServiceFact } from "../../facts/gateway.js";
import type { FactTable, Stated } from "../fact-table.js";
import type { Gateway, GatewayPlugin, GatewayRoute } from "../gateway.js";
import { byText, directoryOf } from "../paths.js";
import { effective, keyed, placeIn } from "./plugins.js";

/** Gateways that Kong's declarative files describe: one for each file with routes, completed by the files loaded with it. */
export function declaredGateways(table: FactTable): readonly Gateway[] {
  const all = table.of("kong");
  return all.filter(({ fact }) => fact.routes.length > 0).map((stated) => declaredGateway(stated, partnersOf(stated, all)));
}

/** Files of one directory are loaded together where one completes the other: it has no routes, or names what the other has. */
function partnersOf(stated: Stated<"kong">, all: readonly Stated<"kong">[]): readonly Stated<"kong">[] {
  const neighbours = all.filter((other) => other !== stated && directoryOf(other.path) === directoryOf(stated.path));
  return neighbours.filter(
    ({ fact }) => (fact.routes.length === 0 && sameName(fact, stated.fact)) || completes(fact, stated.fact) || completes(stated.fact, fact),
  );
}

function sameName(one: KongFact, other: KongFact): boolean {
  return one.name === null || other.name === null || one.name === other.name;
}

/** One file has the service or route that the other names and lacks. */
function completes(one: KongFact, other: KongFact): boolean {
  const services = new Set(one.services.map(({ key }) => key));
  const routes = new Set(one.routes.map(({ key }) => key));
  const ownServices = new Set(other.services.map(({ key }) => key));
  const ownRoutes = new Set(other.routes.map(({ key }) => key));
  const lacks = (name: string | null, own: ReadonlySet<string>, theirs: ReadonlySet<string>): boolean =>
    name !== null && !own.has(name) && theirs.has(name);
  return (
    other.routes.some(({ service }) => lacks(service, ownServices, services)) ||
    other.plugins.some(({ service, route }) => lacks(service, ownServices, services) || lacks(route, ownRoutes, routes))
  );
}

interface PlacedPlugin {
  readonly path: string;
  readonly plugin: KongPluginFact;
}

function declaredGateway({ path, fact }: Stated<"kong">, partners: readonly Stated<"kong">[]): Gateway {
  const plugins = [{ path, fact }, ...partners].flatMap((stated) =>
    stated.fact.plugins.map((plugin): PlacedPlugin => ({ path: stated.path, plugin })),
  );
  const services = [fact, ...partners.map((partner) => partner.fact)].flatMap((file) => file.services);
  const serviceOf = (route: KongRouteFact): KongServiceFact | undefined => services.find(({ key }) => key === route.service);
  const served = fact.routes.filter((route) => serviceOf(route)?.enabled !== false && carriesRequests(route));
  return {
    name: fact.name ?? "kong",
    flavour: "kong",
    form: "declaration",
    credentials: fact.credentials || partners.some((partner) => partner.fact.credentials),
    place: placeIn(path, fact.lines),
    insertion: fact.insertion,
    routes: keyed(served, keyOf).map(([key, route]) => declaredRoute(path, key, route, serviceOf(route), plugins)),
  };
}

/** Routes for streams alone have no requests. No protocols: HTTP and HTTPS. */
function carriesRequests({ protocols }: KongRouteFact): boolean {
  return protocols.length === 0 || protocols.some((protocol) => !/^(?:tcp|tls|tls_passthrough|udp)$/.test(protocol));
}

function keyOf(route: KongRouteFact): string {
  return route.name ?? canonical(route.methods, route.paths.length > 0 ? route.paths : route.hosts);
}

function canonical(methods: readonly string[], paths: readonly string[]): string {
  const where = [...paths].sort(byText).join(",") || "*";
  return methods.length === 0 ? where : `${[...methods].sort(byText).join(",")} ${where}`;
}

function declaredRoute(
  path: string,
  key: string,
  route: KongRouteFact,
  service: KongServiceFact | undefined,
  plugins: readonly PlacedPlugin[],
): GatewayRoute {
  return {
    key,
    named: route.name !== null,
    paths: route.paths,
    methods: route.methods,
    tags: [...route.tags, ...(service?.tags ?? [])],
    upstream: service?.name ?? service?.host ?? route.service,
    passesTo: service?.url == null ? null : { url: service.url, stripsPath: route.stripsPath },
    explicitlyPublic: route.explicitlyNoPlugins,
    place: placeIn(path, route.lines),
    insertion: route.insertion,
    plugins: effective(plugins.flatMap((placed) => reaching(placed, route, service?.key ?? route.service))),
  };
}

function reaching({ path, plugin }: PlacedPlugin, route: KongRouteFact, service: string | null): readonly GatewayPlugin[] {
  const { name, enabled, anonymous, lines } = plugin;
  const scope = scopeOf(plugin, route, service);
  return scope === null ? [] : [{ name, scope, enabled, anonymous, place: placeIn(path, lines), declared: true, attachment: null }];
}

function scopeOf(plugin: KongPluginFact, route: KongRouteFact, service: string | null): GatewayPlugin["scope"] | null {
  if (plugin.route !== null && plugin.route !== route.key) return null;
  if (plugin.service !== null && plugin.service !== service) return null;
  if (plugin.consumer !== null) return "consumer";
  if (plugin.route !== null) return "route";
  return plugin.service !== null ? "service" : "global";
}
