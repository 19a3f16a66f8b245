import type { KubernetesObject } from "../../facts/kubernetes.js";
import type { Lines } from "../../facts/place.js";
import type { FactTable } from "../fact-table.js";
import type { Gateway, GatewayPlugin, GatewayRoute } from "../gateway.js";
import { fullHost } from "../mesh/hosts.js";
import { clusterNames, type ClusterNames } from "../mesh/names.js";
import { byText } from "../paths.js";
import { effective, keyed, placeIn } from "./plugins.js";

/** Kong as ingress controller: one gateway per namespace, since plugins are looked up in the namespace of what names them. */
export function clusterGateways(table: FactTable): readonly Gateway[] {
  const cluster = new Cluster(table);
  const namespaces = [...new Set(cluster.served.map(({ namespace }) => namespace))].sort(byText);
  return namespaces.map((namespace) => {
    const rules = cluster.served
      .filter((object) => object.namespace === namespace)
      .flatMap((object) => object.rules.map((rule) => ({ object, rule })));
    const routes = keyed(rules, ({ object, rule }) => [object.name, rule.where].filter((part) => part !== "").join(" "));
    const [first] = rules;
    return {
      name: namespace,
      flavour: "kong" as const,
      form: "cluster" as const,
      credentials: false,
      place: placeIn(first!.object.path, first!.object.lines),
      insertion: null,
      routes: routes.map(([key, { object, rule }]) => cluster.route(key, object, rule)),
    };
  });
}

/** One rule of an Ingress or HTTPRoute. */
interface ServedRule {
  /** Host and path, or the canonical match: tells it apart inside its object. */
  readonly where: string;
  readonly paths: readonly string[];
  readonly methods: readonly string[];
  readonly services: readonly string[];
  readonly lines: Lines;
}

interface ServedObject {
  readonly path: string;
  readonly lines: Lines;
  readonly name: string;
  readonly namespace: string;
  readonly object: KubernetesObject;
  readonly rules: readonly ServedRule[];
}

class Cluster {
  readonly served: readonly ServedObject[];
  readonly #table: FactTable;
  readonly #names: ClusterNames;

  constructor(table: FactTable) {
    this.#table = table;
    this.#names = clusterNames(table);
    this.served = [...this.#ingresses(), ...this.#attachedRoutes()].filter(({ rules }) => rules.length > 0);
  }

  route(key: string, object: ServedObject, rule: ServedRule): GatewayRoute {
    return {
      key,
      named: false,
      paths: rule.paths,
      methods: rule.methods,
      tags: (object.object.annotations["konghq.com/tags"] ?? "")
        .split(",")
        .map((tag) => tag.trim())
        .filter((tag) => tag !== ""),
      upstream: rule.services[0] ?? null,
      passesTo: null,
      explicitlyPublic: object.object.annotations["konghq.com/plugins"]?.trim() === "",
      place: placeIn(object.path, rule.lines),
      insertion: null,
      plugins: effective([
        ...this.#attached(object.object, object.path, "route"),
        ...this.#ofServices(rule.services, object.namespace),
        ...this.#global(),
      ]),
    };
  }

  #ingresses(): readonly ServedObject[] {
    return this.#table
      .of("ingress")
      .filter(({ fact }) => /^kong/i.test(fact.className ?? "") || mentionsKong(fact))
      .map(({ path, fact }) => ({
        ...this.#identity(path, fact),
        rules: fact.rules.map(({ host, path: where, service, lines }) => ({
          where: `${host ?? ""}${where}`,
          paths: [where],
          methods: [],
          services: [service],
          lines,
        })),
      }));
  }

  #attachedRoutes(): readonly ServedObject[] {
    return this.#table
      .of("http-route")
      .filter(({ fact }) => mentionsKong(fact) || fact.parents.some(({ kind, name }) => kind === "Gateway" && /kong/i.test(name)))
      .map(({ path, fact }) => ({
        ...this.#identity(path, fact),
        rules: fact.routes
          .filter(({ redirect }) => !redirect)
          .map((route) => ({
            where: route.name ?? route.match,
            paths: [...route.match.matchAll(/path\.value=([^&|\s]+)/g)].map(([, value]) => value!),
            methods: route.methods,
            services: [...new Set(route.destinations.map(({ host }) => host))],
            lines: route.lines,
          })),
      }));
  }

  #identity(path: string, object: KubernetesObject): Omit<ServedObject, "rules"> {
    return {
      path,
      lines: object.lines,
      name: this.#names.filled(path, object.name),
      namespace: this.#names.namespaceOf(path, object),
      object,
    };
  }

  #ofServices(services: readonly string[], namespace: string): readonly GatewayPlugin[] {
    const hosts = new Set(services.map((service) => fullHost(service, namespace)));
    return this.#table
      .of("kubernetes-service")
      .filter(({ path, fact }) => fact.kongPlugins !== null && hosts.has(fullHost(fact.name, this.#names.namespaceOf(path, fact))))
      .flatMap(({ path, fact }) => this.#attached(fact, path, "service"));
  }

  /** Plugins that an annotation names: of the namespace first, of the cluster else. What is not declared here is unknown. */
  #attached(object: KubernetesObject, path: string, scope: "route" | "service"): readonly GatewayPlugin[] {
    if (object.kongPlugins === null) return [];
    const namespace = this.#names.namespaceOf(path, object);
    const attachment = placeIn(path, object.kongPlugins.lines);
    return object.kongPlugins.names.map((name) => {
      const named = this.#table.of("kong-plugin").filter(({ fact }) => fact.objectName === name);
      const found =
        named.find((one) => !one.fact.cluster && this.#names.namespaceOf(one.path, one.fact) === namespace) ??
        named.find(({ fact }) => fact.cluster) ??
        (named.length === 1 ? named[0] : undefined);
      if (found === undefined)
        return { name, scope, enabled: true, anonymous: false, place: attachment, declared: false, attachment: null };
      const { plugin, enabled, anonymous, lines } = found.fact;
      return { name: plugin, scope, enabled, anonymous, place: placeIn(found.path, lines), declared: true, attachment };
    });
  }

  #global(): readonly GatewayPlugin[] {
    return this.#table
      .of("kong-plugin")
      .filter(({ fact }) => fact.cluster && fact.global)
      .map(({ path, fact }) => ({
        name: fact.plugin,
        scope: "global" as const,
        enabled: fact.enabled,
        anonymous: fact.anonymous,
        place: placeIn(path, fact.lines),
        declared: true,
        attachment: null,
      }));
  }
}

function mentionsKong({ annotations }: KubernetesObject): boolean {
  return Object.keys(annotations).some((key) => key.includes("konghq.com"));
}
