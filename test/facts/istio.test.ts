import { describe, expect, it } from "vitest";
import type { FactKind, FactOf } from "../../src/facts/facts.js";
import { kubernetesManifest } from "../../src/facts/kubernetes-manifest.js";
import { secondsOf } from "../../src/facts/kubernetes/duration.js";

function read<K extends FactKind>(kind: K, text: string): FactOf<K> {
  const found = kubernetesManifest.extract({ path: "mesh.yaml", text }).facts.filter((fact): fact is FactOf<K> => fact.kind === kind);
  expect(found).toHaveLength(1);
  return found[0]!;
}

function virtualService(http: string, version = "v1"): FactOf<"virtual-service"> {
  return read(
    "virtual-service",
    `apiVersion: networking.istio.io/${version}\nkind: VirtualService\nmetadata:\n  name: orders\nspec:\n  hosts: [orders]\n  http:\n${http}`,
  );
}

describe("durations", () => {
  it.each([
    ["10s", 10],
    ["500ms", 0.5],
    ["1m30s", 90],
    ["1.5s", 1.5],
    ["1h", 3600],
    ["0s", 0],
    ["0", 0],
    ["10", null],
    ["ten seconds", null],
    ["10 s", null],
    ["", null],
  ])("%s is %s seconds", (written, seconds) => {
    expect(secondsOf(written)).toBe(seconds);
  });
});

describe("VirtualService", () => {
  it.each(["v1alpha3", "v1beta1", "v1"])("reads timeout and retries of %s with their lines", (version) => {
    const [route] = virtualService(
      "    - name: default\n      match:\n        - uri: {prefix: /orders}\n          method: {exact: GET}\n      route:\n        - destination: {host: orders, subset: v1, port: {number: 80}}\n          weight: 90\n      timeout: 10s\n      retries:\n        attempts: 3\n        perTryTimeout: 3s\n        retryOn: 5xx, reset\n",
      version,
    ).routes;
    expect(route).toMatchObject({
      name: "default",
      match: "method.exact=GET&uri.prefix=/orders",
      methods: ["GET"],
      destinations: [{ host: "orders", subset: "v1", port: 80, weight: 90 }],
      timeout: { text: "10s", seconds: 10, templated: false, lines: { startLine: 15, endLine: 15 } },
      retries: { attempts: 3, perTryTimeout: { seconds: 3 }, retryOn: ["5xx", "reset"], lines: { startLine: 16, endLine: 19 } },
      lines: { startLine: 8, endLine: 19 },
      streaming: false,
    });
  });

  it("says where a route takes a timeout, in the file's own indentation", () => {
    const { routes } = virtualService(
      "  - route:\n    - destination:\n        host: orders\n    # the next\n\n  - route:\n    - destination:\n        host: payments\n",
    );
    expect(routes.map((route) => route.insertion)).toEqual([
      { line: 10, text: "        host: orders", indent: "    ", step: "  ", crlf: false },
      { line: 15, text: "        host: payments", indent: "    ", step: "  ", crlf: false },
    ]);
    expect(virtualService("    - {route: [{destination: {host: orders}}]}\n").routes[0]?.insertion).toBeNull();
  });

  it("gives one spelling to equal matches", () => {
    const one = virtualService(
      "    - match:\n        - uri: {prefix: /a}\n        - headers: {x: {exact: b}}\n          uri: {exact: /c}\n",
    ).routes[0]?.match;
    const other = virtualService(
      '    - match:\n        - uri:\n            exact: /c\n          headers:\n            x:\n              exact: b\n        - {uri: {prefix: "/a"}}\n',
    ).routes[0]?.match;
    expect(one).toBe(other);
    expect(one).toContain("uri.prefix=/a");
    expect(virtualService("    - match: [{}]\n").routes[0]?.match).toBe("");
  });

  it("tells routes that carry no request, and streams", () => {
    const { routes } = virtualService(
      "    - redirect: {uri: /new}\n    - directResponse: {status: 503}\n    - delegate: {name: orders-team, namespace: orders}\n    - match: [{uri: {prefix: /socket.io}}]\n    - match: [{headers: {upgrade: {exact: websocket}}}]\n    - name: watch-prices\n    - name: news\n",
    );
    expect(routes.map((it) => [it.redirect, it.directResponse, it.delegate?.name ?? null, it.streaming])).toEqual([
      [true, false, null, false],
      [false, true, null, false],
      [false, false, "orders-team", false],
      [false, false, null, true],
      [false, false, null, true],
      [false, false, null, true],
      [false, false, null, false],
    ]);
  });

  it("names fields that the mesh does not know, wherever they stand", () => {
    const { unknownFields } = virtualService(
      "    - timeOut: 5s\n      cors_policy: {}\n      route:\n        - destination: {host: orders}\n          timeout: 5s\n      retries: {attempts: 2, perTryTimeOut: 1s}\n",
    );
    expect(unknownFields.map((it) => [it.name, it.lines.startLine])).toEqual([
      ["timeOut", 8],
      ["timeout", 12],
      ["perTryTimeOut", 13],
    ]);
  });

  it("knows which durations stand in a template", () => {
    const { routes } = virtualService(
      "    - timeout: {{ .Values.timeout }}\n    - timeout: 5\n    - route: [{destination: {host: orders}}]\n      {{- toYaml .Values.policy | nindent 6 }}\n    - route:\n        - destination: {host: payments}\n",
    );
    expect(routes.map((it) => it.timeout)).toMatchObject(
      [{ templated: true, seconds: null }, { templated: false, seconds: null, text: "5" }, {}, {}].map((it) =>
        Object.keys(it).length === 0 ? null : it,
      ),
    );
    expect(routes.map((it) => it.templated)).toEqual([false, false, true, false]);
    expect(routes[2]?.insertion).toBeNull();
  });

  it("sees TCP and TLS routes", () => {
    expect(
      read(
        "virtual-service",
        "apiVersion: networking.istio.io/v1\nkind: VirtualService\nmetadata: {name: db}\nspec:\n  hosts: [db]\n  tcp:\n    - route: [{destination: {host: db}}]\n",
      ),
    ).toMatchObject({ hasTcp: true, routes: [] });
  });
});

function destinationRule(spec: string): FactOf<"destination-rule"> {
  return read(
    "destination-rule",
    `apiVersion: networking.istio.io/v1alpha3\nkind: DestinationRule\nmetadata:\n  name: orders\nspec:\n${spec}`,
  );
}

describe("DestinationRule", () => {
  it("reads outlier detection of the rule, its ports and subsets", () => {
    const rule = destinationRule(
      "  host: orders\n  trafficPolicy:\n    loadBalancer: {simple: LEAST_REQUEST}\n    outlierDetection:\n      interval: 30s\n    portLevelSettings:\n      - port: {number: 8080}\n        connectionPool: {}\n  subsets:\n    - name: v1\n      labels: {version: v1}\n      trafficPolicy:\n        tls: {mode: DISABLE}\n",
    );
    expect(rule.policy).toMatchObject({
      outlierDetection: { effective: true, lines: { startLine: 9, endLine: 10 } },
      fields: ["loadBalancer", "outlierDetection", "portLevelSettings"],
      ports: [{ port: 8080, outlierDetection: null, fields: ["connectionPool"] }],
    });
    expect(rule.subsets).toMatchObject([{ name: "v1", policy: { outlierDetection: null, fields: ["tls"] } }]);
  });

  it.each([
    ["{}", true],
    ["{consecutive5xxErrors: 0}", false],
    ["{consecutive5xxErrors: 0, consecutiveGatewayErrors: 3}", true],
    ["{consecutiveGatewayErrors: 5}", true],
    ["{consecutive5xxErrors: 5}", true],
  ])("outlierDetection: %s is effective: %s", (written, effective) => {
    expect(
      destinationRule(`  host: orders\n  trafficPolicy:\n    outlierDetection: ${written}\n`).policy?.outlierDetection?.effective,
    ).toBe(effective);
  });

  it("takes a key without value for nothing", () => {
    expect(
      destinationRule("  host: orders\n  trafficPolicy:\n    outlierDetection:\n    tls: {mode: DISABLE}\n").policy?.outlierDetection,
    ).toBeNull();
  });

  it("says where outlier detection can be written", () => {
    expect(destinationRule("  host: orders\n").specInsertion).toMatchObject({ line: 6, indent: "  ", step: "  " });
    const bare = destinationRule("  host: orders\n  trafficPolicy:\n    # Missing: outlierDetection\n");
    expect(bare.specInsertion).toBeNull();
    expect(bare.policy).toMatchObject({ fields: [], insertion: { line: 7, indent: "    " } });
    expect(
      destinationRule("    host: orders\n    trafficPolicy:\n        tls:\n            mode: DISABLE\n").policy?.insertion,
    ).toMatchObject({ line: 9, indent: "        ", step: "  " });
    expect(destinationRule("  host: orders\n  trafficPolicy: {}\n").policy?.insertion).toBeNull();
  });

  it("names invented fields", () => {
    expect(destinationRule("  host: orders\n  trafficPolicy:\n    circuitBreaker: {maxConnections: 1}\n").unknownFields).toMatchObject([
      { name: "circuitBreaker", lines: { startLine: 8 } },
    ]);
  });
});

describe("Gateway API and policies", () => {
  it("reads HTTPRoute timeouts", () => {
    const route = read(
      "http-route",
      "apiVersion: gateway.networking.k8s.io/v1\nkind: HTTPRoute\nmetadata: {name: orders}\nspec:\n  parentRefs: [{name: shop}]\n  hostnames: [shop.example]\n  rules:\n    - matches:\n        - {method: POST, path: {type: PathPrefix, value: /orders}}\n      timeouts:\n        request: 10s\n      backendRefs: [{name: orders, port: 80}]\n    - backendRefs: [{name: payments, namespace: pay}]\n    - filters: [{type: RequestRedirect}]\n",
    );
    expect(route).toMatchObject({ routeKind: "HTTPRoute", hosts: ["shop.example"], parents: [{ kind: "Gateway", name: "shop" }] });
    expect(route.routes.map((it) => [it.timeout?.seconds ?? null, it.methods, it.destinations[0]?.host ?? null, it.redirect])).toEqual([
      [10, ["POST"], "orders", false],
      [null, [], "payments.pay", false],
      [null, [], null, true],
    ]);
  });

  it("reads policies of Envoy Gateway, Linkerd and Dapr", () => {
    const { facts } = kubernetesManifest.extract({
      path: "policies.yaml",
      text: "apiVersion: gateway.envoyproxy.io/v1alpha1\nkind: BackendTrafficPolicy\nmetadata: {name: orders}\nspec:\n  targetRefs: [{kind: HTTPRoute, name: orders}]\n  timeout: {http: {requestTimeout: 5s}}\n---\napiVersion: v1\nkind: Service\nmetadata:\n  name: payments\n  annotations:\n    timeout.linkerd.io/request: 3s\n    balancer.linkerd.io/failure-accrual: consecutive\n---\napiVersion: dapr.io/v1alpha1\nkind: Resiliency\nmetadata: {name: shop}\nspec:\n  policies:\n    timeouts: {general: 5s}\n    circuitBreakers: {simple: {maxRequests: 1}}\n  targets:\n    apps:\n      orders: {timeout: general, circuitBreaker: simple}\n",
    });
    expect(facts.filter((fact) => fact.kind === "traffic-policy")).toMatchObject([
      {
        policyKind: "BackendTrafficPolicy",
        targets: [{ kind: "HTTPRoute", name: "orders" }],
        timeout: { seconds: 5 },
        circuitBreaker: false,
      },
      {
        policyKind: "linkerd",
        targets: [{ kind: "Service", name: "payments" }],
        timeout: { seconds: 3, lines: { startLine: 13 } },
        circuitBreaker: true,
      },
      { policyKind: "dapr-resiliency", targets: [{ kind: "app", name: "orders" }], timeout: { seconds: 5 }, circuitBreaker: true },
    ]);
  });

  it("tells external hosts", () => {
    expect(
      read(
        "service-entry",
        "apiVersion: networking.istio.io/v1\nkind: ServiceEntry\nmetadata: {name: bank}\nspec:\n  hosts: [api.bank.example]\n  location: MESH_EXTERNAL\n",
      ),
    ).toMatchObject({ external: true, endpoints: 0 });
  });
});
