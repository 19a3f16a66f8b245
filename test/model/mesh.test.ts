import { describe, expect, it } from "vitest";
import { buildMesh } from "../../src/model/mesh-build.js";
import { coversHost, fullHost, isPublicHost, shortHost } from "../../src/model/mesh/hosts.js";
import type { MeshDestination, MeshRoute } from "../../src/model/mesh.js";
import { stated } from "./stated.js";

function routes(tree: Readonly<Record<string, string>>): readonly MeshRoute[] {
  return buildMesh(stated(tree)).routes;
}

function destinations(tree: Readonly<Record<string, string>>): readonly MeshDestination[] {
  return buildMesh(stated(tree)).destinations;
}

function virtualService(name: string, spec: string, namespace?: string): string {
  return `apiVersion: networking.istio.io/v1\nkind: VirtualService\nmetadata:\n  name: ${name}\n${namespace === undefined ? "" : `  namespace: ${namespace}\n`}spec:\n${spec}`;
}

function destinationRule(name: string, spec: string, namespace = "shop"): string {
  return `apiVersion: networking.istio.io/v1\nkind: DestinationRule\nmetadata:\n  name: ${name}\n  namespace: ${namespace}\nspec:\n${spec}`;
}

const ROUTE = "  hosts: [orders]\n  http:\n    - route: [{destination: {host: orders}}]\n";

describe("hosts", () => {
  it("have one full and one short name", () => {
    expect(fullHost("orders", "shop")).toBe("orders.shop.svc.cluster.local");
    expect(fullHost("orders.shop.svc", "x")).toBe("orders.shop.svc.cluster.local");
    expect(fullHost("*.shop.svc.cluster.local", "x")).toBe("*.shop.svc.cluster.local");
    expect(
      ["orders", "orders.shop.svc.cluster.local", "orders.pay.svc.cluster.local", "api.bank.com", "*.shop.svc.cluster.local"].map((host) =>
        shortHost(host, "shop"),
      ),
    ).toEqual(["orders", "orders", "orders.pay", "api.bank.com", "*.shop"]);
  });

  it.each([
    ["api.bank.com", true],
    ["httpbin.org", true],
    ["orders.shop", false],
    ["orders.shop.svc.cluster.local", false],
    ["db.internal", false],
    ["orders", false],
    ['{{ include "shop.host" .Values.orders.host }}', false],
    ["{{ .Values.name }}.example.com", true],
  ])("%s is public: %s", (host, isPublic) => {
    expect(isPublicHost(host)).toBe(isPublic);
  });

  it("are covered by wildcards that end alike", () => {
    expect(coversHost("*.shop.svc.cluster.local", "orders.shop.svc.cluster.local")).toBe(true);
    expect(coversHost("*", "orders")).toBe(true);
    expect(coversHost("*.pay.svc.cluster.local", "orders.shop.svc.cluster.local")).toBe(false);
    expect(coversHost("orders", "orders")).toBe(false);
  });
});

describe("routes of the mesh", () => {
  it("take the namespace that the object says, that kustomizations agree on, or the default", () => {
    const tree = {
      "base/kustomization.yaml": "resources: [orders.yaml]\n",
      "base/orders.yaml": virtualService("orders", ROUTE),
      "overlay/kustomization.yaml": "namespace: shop\nresources: [../base]\n",
      "other/payments.yaml": virtualService("payments", ROUTE),
      "other/shipping.yaml": virtualService("shipping", ROUTE, "logistics"),
    };
    expect(routes(tree).map(({ name, namespace }) => [name, namespace])).toEqual([
      ["orders", "shop"],
      ["payments", "default"],
      ["shipping", "logistics"],
    ]);
    expect(routes({ ...tree, "second/kustomization.yaml": "namespace: staging\nresources: [../base/]\n" })[0]?.namespace).toBe("default");
  });

  it("survive kustomizations that list each other", () => {
    expect(
      routes({
        "a/kustomization.yaml": "namespace: x\nresources: [../b]\n",
        "b/kustomization.yaml": "resources: [../a, orders.yaml]\n",
        "b/orders.yaml": virtualService("orders", ROUTE),
      })[0]?.namespace,
    ).toBe("x");
  });

  it("are named by their chart's values", () => {
    const [route] = routes({
      "charts/shop/Chart.yaml": "apiVersion: v2\nname: shop\n",
      "charts/shop/values.yaml": "orders:\n  name: orders-api\n",
      "charts/shop/templates/orders.yaml": virtualService(
        "{{ .Values.orders.name }}",
        "  hosts:\n    - {{ .Values.orders.name }}.{{ .Release.Namespace }}.svc.cluster.local\n  http:\n    - route:\n        - destination:\n            host: {{ .Values.orders.name }}\n",
      ),
    });
    expect(route).toMatchObject({
      name: "orders-api",
      namespace: "default",
      hosts: ["orders-api.default.svc.cluster.local"],
      destinations: ["orders-api"],
      orphan: false,
    });
  });

  it("inherit from the root that delegates to them, and from all of several roots or none", () => {
    const delegate = virtualService("orders", "  http:\n    - name: own\n      timeout: 1s\n    - name: inherits\n", "orders");
    const root = (timeout: string): string =>
      virtualService("shop", `  hosts: [shop.example]\n  http:\n    - delegate: {name: orders, namespace: orders}\n${timeout}`, "gateway");
    const one = routes({ "delegate.yaml": delegate, "root.yaml": root("      timeout: 9s\n") }).filter(({ name }) => name === "orders");
    expect(one.map(({ key, timeout, hosts, orphan }) => [key, timeout?.text, timeout?.place.path, hosts, orphan])).toEqual([
      ["own", "1s", "delegate.yaml", ["shop.example"], false],
      ["inherits", "9s", "root.yaml", ["shop.example"], false],
    ]);
    const two = routes({ "delegate.yaml": delegate, "root.yaml": root("      timeout: 9s\n"), "root2.yaml": root("") }).filter(
      ({ key }) => key === "inherits",
    );
    expect(two[0]?.timeout).toBeNull();
    expect(routes({ "delegate.yaml": delegate }).map(({ orphan }) => orphan)).toEqual([true, true]);
    expect(routes({ "root.yaml": root("") })[0]?.routes).toBe(false);
  });

  it("have keys that do not depend on their order or lines", () => {
    const keys = routes({
      "a.yaml": virtualService(
        "orders",
        "  hosts: [orders]\n  http:\n    - match: [{uri: {prefix: /a}}]\n    - match: [{uri: {prefix: /a}}]\n    - {}\n    - {}\n    - name: named\n",
      ),
    }).map(({ key }) => key);
    expect(keys).toEqual(["uri.prefix=/a", "uri.prefix=/a#2", "default", "default#2", "named"]);
  });

  it("take timeouts from policies of their gateway, of themselves, and from the Service behind them", () => {
    const route =
      "apiVersion: gateway.networking.k8s.io/v1\nkind: HTTPRoute\nmetadata: {name: orders, namespace: shop}\nspec:\n  parentRefs: [{name: storefront}]\n  rules:\n    - backendRefs: [{name: orders}]\n    - backendRefs: [{name: payments, namespace: pay}]\n";
    const policy = (kind: string, name: string, namespace = "shop"): string =>
      `apiVersion: gateway.envoyproxy.io/v1alpha1\nkind: BackendTrafficPolicy\nmetadata: {name: p, namespace: ${namespace}}\nspec:\n  targetRef: {kind: ${kind}, name: ${name}}\n  timeout: {http: {requestTimeout: 5s}}\n`;
    const service = (name: string, namespace: string): string =>
      `apiVersion: v1\nkind: Service\nmetadata:\n  name: ${name}\n  namespace: ${namespace}\n  annotations: {timeout.linkerd.io/request: 2s}\nspec: {}\n`;
    const timeouts = (extra: string): readonly (string | null)[] =>
      routes({ "a.yaml": route, "b.yaml": extra }).map(({ timeout }) => timeout?.text ?? null);
    expect(timeouts(policy("Gateway", "storefront"))).toEqual(["5s", "5s"]);
    expect(timeouts(policy("HTTPRoute", "orders"))).toEqual(["5s", "5s"]);
    expect(timeouts(policy("HTTPRoute", "orders", "elsewhere"))).toEqual([null, null]);
    expect(timeouts(policy("Gateway", "other"))).toEqual([null, null]);
    expect(timeouts(service("orders", "shop"))).toEqual(["2s", null]);
    expect(timeouts(service("payments", "pay"))).toEqual([null, "2s"]);
  });
});

const DETECTION = "  trafficPolicy:\n    outlierDetection: {}\n";

describe("destinations of the mesh", () => {
  it("list a rule's host, its ports and its subsets, with what they inherit", () => {
    const found = destinations({
      "rule.yaml": destinationRule(
        "orders",
        `  host: orders\n${DETECTION}    portLevelSettings:\n      - port: {number: 9000}\n  subsets:\n    - name: v1\n    - name: v2\n      trafficPolicy:\n        outlierDetection: {consecutive5xxErrors: 0}\n`,
      ),
      "route.yaml": virtualService(
        "orders",
        "  hosts: [orders]\n  http:\n    - route: [{destination: {host: orders.shop.svc.cluster.local, subset: v2}}]\n",
        "shop",
      ),
    });
    expect(found.map(({ aspect, outlierDetection, used }) => [aspect, outlierDetection?.effective ?? null, used])).toEqual([
      ["", true, false],
      ["port:9000", null, true],
      ["subset:v1", true, false],
      ["subset:v2", false, true],
    ]);
  });

  it("see that a specific rule replaces a wildcard's, unless that stands in another namespace", () => {
    const bare = destinationRule("orders", "  host: orders\n");
    const replaces = (wildcard: string, namespace?: string): string | null =>
      destinations({ "bare.yaml": bare, "wild.yaml": destinationRule("all", `  host: "${wildcard}"\n${DETECTION}`, namespace) }).find(
        ({ rule }) => rule === "orders",
      )?.replaces?.path ?? null;
    expect(replaces("*.shop.svc.cluster.local")).toBe("wild.yaml");
    expect(replaces("*")).toBe("wild.yaml");
    expect(replaces("*", "istio-system")).toBe("wild.yaml");
    expect(replaces("*", "pay")).toBeNull();
    expect(replaces("*.pay.svc.cluster.local")).toBeNull();
  });

  it("complete each other: a patch of the same name, another rule for the host", () => {
    const bare = destinationRule("orders", "  host: orders\n  subsets: [{name: v1}]\n");
    const covered = (extra: string): boolean =>
      destinations({ "bare.yaml": bare, "extra.yaml": extra }).find(({ place, aspect }) => place.path === "bare.yaml" && aspect === "")
        ?.outlierDetection !== null;
    expect(covered(destinationRule("orders", DETECTION))).toBe(true);
    expect(covered(destinationRule("payments", DETECTION))).toBe(false);
    expect(covered(destinationRule("orders-policy", `  host: orders.shop.svc.cluster.local\n${DETECTION}`))).toBe(true);
    expect(covered(destinationRule("orders", `  host: orders\n${DETECTION}`))).toBe(false);
  });

  it("know single endpoints, unless something scales them", () => {
    const service = "apiVersion: v1\nkind: Service\nmetadata: {name: orders, namespace: shop}\nspec:\n  selector: {app: orders}\n";
    const deployment = (name: string, replicas: string): string =>
      `apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: ${name}, namespace: shop}\nspec:\n${replicas}  template:\n    metadata: {labels: {app: orders, version: v1}}\n    spec:\n      containers: [{name: a, image: b}]\n`;
    const scaler =
      "apiVersion: autoscaling/v2\nkind: HorizontalPodAutoscaler\nmetadata: {name: a, namespace: shop}\nspec:\n  scaleTargetRef: {name: orders}\n";
    const single = (...documents: readonly string[]): boolean =>
      destinations({ "rule.yaml": destinationRule("orders", "  host: orders\n"), "k8s.yaml": [service, ...documents].join("---\n") })[0]!
        .singleEndpoint;
    expect(single(deployment("orders", "  replicas: 1\n"))).toBe(true);
    expect(single(deployment("orders", "  replicas: 3\n"))).toBe(false);
    expect(single(deployment("orders", ""))).toBe(false);
    expect(single(deployment("orders", "  replicas: 1\n"), deployment("orders-v2", "  replicas: 1\n"))).toBe(false);
    expect(single(deployment("orders", "  replicas: 1\n"), scaler)).toBe(false);
    expect(single()).toBe(false);
  });

  it("know hosts outside and rules of another purpose", () => {
    const found = destinations({
      "a.yaml": destinationRule("bank", "  host: api.bank.com\n"),
      "b.yaml": destinationRule(
        "tls",
        "  host: tls\n  trafficPolicy:\n    tls: {mode: DISABLE}\n    portLevelSettings: [{port: {number: 1}, tls: {}}]\n",
      ),
      "c.yaml": destinationRule("subsets", "  host: subsets\n  subsets: [{name: v1}]\n"),
      "d.yaml": destinationRule("load", "  host: load\n  subsets: [{name: v1, trafficPolicy: {loadBalancer: {}}}]\n"),
      "e.yaml": destinationRule("typo", "  host: typo\n  trafficPolicy: {tls: {}, circuitBreaker: {}}\n"),
    }).filter(({ aspect }) => aspect === "");
    expect(found.map(({ rule, external, tlsOnly }) => [rule, external, tlsOnly])).toEqual([
      ["bank", true, false],
      ["tls", false, true],
      ["subsets", false, true],
      ["load", false, false],
      ["typo", false, false],
    ]);
  });
});
