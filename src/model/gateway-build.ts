import type { KongFact, KongPluginFact, KongRouteFact } from "../facts/gateway.js";
import type { Lines } from "../facts/place.js";
import type { Place } from "./evidence.js";
import type { FactTable, Stated } from "./fact-table.js";
import type { Gateway, GatewayPlugin, GatewayRoute } from "./gateway.js";
import { byText } from "./paths.js";

/** Links Kong's declarations and its Kubernetes objects: which plugin reaches which route, at which scope. */
export function buildGateways(table: FactTable): readonly Gateway[] {
  const declared = table.of("kong").filter(({ fact }) => fact.routes.length > 0).map((stated) => declaredGateway(stated, table));
  return [...declared, ...ingressGateways(table)].sort((one, other) => byText(one.name, other.name));
}

function placeIn(path: string, { startLine, endLine }: Lines): Place {
  return { path, startLine, endLine };
}

function declaredGateway({ path, fact }: Stated<"kong">, table: FactTable): Gateway {
  // Declarations that are split over files of one directory are loaded together.
  const siblings = table.of("kong").filter((other) => other.path !== path && directoryOf(other.path) === directoryOf(path) && other.fact.routes.length === 0);
  const shared = siblings.flatMap((other) => other.fact.plugins.map((plugin) => ({ plugin, path: other.path })));
  const all = [...fact.plugins.map((plugin) => ({ plugin, path })), ...shared];
  return {
    name: fact.name ?? gatewayName(path),
    flavour: "kong",
    place: placeIn(path, fact.lines),
    insertion: fact.insertion,
    routes: keyed(fact.routes.filter((route) => isServed(route, fact))).map(([key, route]) => declaredRoute(path, fact, key, route, all)),
  };
}

/** Known by where it stands: `gateway/kong.yml` is `gateway`, `kong.yml` at the root is `kong`. */
function gatewayName(path: string): string {
  const parts = path.split("/");
  const stem = parts.at(-1)!.replace(/\.[^.]+$/, "");
  const folder = parts.findLast((part, index) => index < parts.length - 1 && !/^(config|conf|deploy|deployment|declarative|infra|infrastructure|src)$/i.test(part));
  return /^(kong|kong[-_.]?(config|declarative)?|config|declarative)$/i.test(stem) ? (folder ?? stem) : stem;
}

function directoryOf(path: string): string {
  return path.slice(0, Math.max(0, path.lastIndexOf("/")));
}

function isServed(route: KongRouteFact, { services }: KongFact): boolean {
  return services.find(({ key }) => key === route.service)?.enabled !== false;
}

function declaredRoute(path: string, fact: KongFact, key: string, route: KongRouteFact, plugins: readonly { readonly plugin: KongPluginFact; readonly path: string }[]): GatewayRoute {
  const service = fact.services.find((candidate) => candidate.key === route.service);
  return {
    key,
    paths: route.paths,
    methods: route.methods,
    tags: [...route.tags, ...(service?.tags ?? [])],
    upstream: service?.host ?? service?.name ?? null,
    explicitlyPublic: route.explicitlyNoPlugins,
    place: placeIn(path, route.lines),
    insertion: route.insertion,
    plugins: plugins.flatMap((one) => {
      const scope = scopeOf(one.plugin, route, service?.key ?? route.service);
      return scope === null ? [] : [pluginOf(one.plugin, scope, placeIn(one.path, one.plugin.lines))];
    }),
  };
}

function scopeOf(plugin: KongPluginFact, route: KongRouteFact, service: string | null): GatewayPlugin["scope"] | null {
  if (plugin.route !== null && plugin.route !== route.key) return null;
  if (plugin.service !== null && plugin.service !== service) return null;
  if (plugin.consumer !== null) return "consumer";
  if (plugin.route !== null) return "route";
  return plugin.service !== null ? "service" : "global";
}

function pluginOf({ name, enabled, anonymous }: Pick<KongPluginFact, "name" | "enabled" | "anonymous">, scope: GatewayPlugin["scope"], place: Place): GatewayPlugin {
  return { name, scope, enabled, anonymous, place };
}

/** A route is known by its name, else by its paths and methods; equal ones are counted in order. */
function keyed(routes: readonly KongRouteFact[]): readonly (readonly [string, KongRouteFact])[] {
  const seen = new Map<string, number>();
  return routes.map((route) => {
    const key = route.name ?? canonical(route.methods, route.paths.length > 0 ? route.paths : route.hosts);
    const count = (seen.get(key) ?? 0) + 1;
    seen.set(key, count);
    return [count === 1 ? key : `${key}#${count}`, route] as const;
  });
}

function canonical(methods: readonly string[], paths: readonly string[]): string {
  const where = [...paths].sort(byText).join(",") || "*";
  return methods.length === 0 ? where : `${[...methods].sort(byText).join(",")} ${where}`;
}

const PLUGINS = "konghq.com/plugins";
const OLD_PLUGINS = "plugins.konghq.com";

/** An Ingress or HTTPRoute that Kong serves, in the form that both kinds share. */
interface ServedObject {
  readonly path: string;
  readonly lines: Lines;
  readonly name: string;
  readonly namespace: string;
  readonly annotations: Readonly<Record<string, string>>;
  readonly rules: readonly { readonly path: string; readonly services: readonly string[]; readonly lines: Lines }[];
}

/** Kong as ingress controller: one gateway per namespace, since plugins are looked up in the namespace of the object. */
function ingressGateways(table: FactTable): readonly Gateway[] {
  const served = [...ingresses(table), ...attachedRoutes(table)];
  const namespaces = [...new Set(served.map(({ namespace }) => namespace))].sort(byText);
  return namespaces.map((namespace) => {
    const objects = served.filter((object) => object.namespace === namespace);
    return { name: `kong/${namespace}`, flavour: "kong" as const, place: placeIn(objects[0]!.path, objects[0]!.lines), insertion: null, routes: objects.flatMap((object) => objectRoutes(object, table)) };
  });
}

function ingresses(table: FactTable): readonly ServedObject[] {
  return table
    .of("ingress")
    .filter(({ fact }) => [fact.className, fact.annotations["kubernetes.io/ingress.class"]].some((name) => /^kong/i.test(name ?? "")) || mentionsKong(fact.annotations))
    .map(({ path, fact }) => ({
      path,
      lines: fact.lines,
      name: fact.name,
      namespace: fact.namespace ?? "default",
      annotations: fact.annotations,
      rules: fact.rules.map((rule) => ({ path: `${rule.host ?? ""}${rule.path}`, services: [rule.service], lines: rule.lines })),
    }));
}

function attachedRoutes(table: FactTable): readonly ServedObject[] {
  return table
    .of("http-route")
    .filter(({ fact }) => mentionsKong(fact.annotations) || fact.parents.some(({ kind, name }) => kind === "Gateway" && /kong/i.test(name)))
    .map(({ path, fact }) => ({
      path,
      lines: fact.lines,
      name: fact.name,
      namespace: fact.namespace ?? "default",
      annotations: fact.annotations,
      rules: fact.routes.map((route) => ({ path: route.name ?? (route.match || "/"), services: route.destinations.map(({ host }) => host), lines: route.lines })),
    }));
}

function mentionsKong(annotations: Readonly<Record<string, string>>): boolean {
  return Object.keys(annotations).some((key) => key.includes("konghq.com"));
}

function objectRoutes(object: ServedObject, table: FactTable): readonly GatewayRoute[] {
  return object.rules.map((rule) => ({
    key: `${object.name}${rule.path}`,
    paths: [rule.path],
    methods: [],
    tags: [],
    upstream: rule.services[0] ?? null,
    explicitlyPublic: false,
    place: placeIn(object.path, rule.lines),
    insertion: null,
    plugins: [
      ...annotated(object.annotations, object.namespace, "route", object, table),
      ...rule.services.flatMap((service) => servicePlugins(service, object, table)),
      ...globalPlugins(table),
    ],
  }));
}

function servicePlugins(service: string, object: ServedObject, table: FactTable): readonly GatewayPlugin[] {
  const found = table.of("kubernetes-service").find(({ fact }) => fact.name === service && (fact.namespace ?? "default") === object.namespace);
  return found === undefined ? [] : annotated(found.fact.annotations, object.namespace, "service", { path: found.path, lines: found.fact.lines }, table);
}

/** Plugins named by an annotation: of the namespace first, of the cluster else; what is not declared here is unknown. */
function annotated(annotations: Readonly<Record<string, string>>, namespace: string, scope: "route" | "service", at: { readonly path: string; readonly lines: Lines }, table: FactTable): readonly GatewayPlugin[] {
  const names = (annotations[PLUGINS] ?? annotations[OLD_PLUGINS] ?? "").split(",").map((name) => name.trim()).filter((name) => name !== "");
  return names.map((name) => {
    const objects = table.of("kong-plugin").filter(({ fact }) => fact.objectName === name);
    const found = objects.find(({ fact }) => !fact.cluster && (fact.namespace ?? "default") === namespace) ?? objects.find(({ fact }) => fact.cluster);
    if (found === undefined) return { name: `unknown:${name}`, scope, enabled: true, anonymous: false, place: placeIn(at.path, at.lines) };
    return pluginOf({ name: found.fact.plugin, enabled: found.fact.enabled, anonymous: found.fact.anonymous }, scope, placeIn(found.path, found.fact.lines));
  });
}

function globalPlugins(table: FactTable): readonly GatewayPlugin[] {
  return table
    .of("kong-plugin")
    .filter(({ fact }) => fact.cluster && fact.global)
    .map(({ path, fact }) => pluginOf({ name: fact.plugin, enabled: fact.enabled, anonymous: fact.anonymous }, "global", placeIn(path, fact.lines)));
}
