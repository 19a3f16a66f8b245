import { describe, expect, it } from "vitest";
import { buildGateways } from "../../src/model/gateway-build.js";
import type { Gateway } from "../../src/model/gateway.js";
import { stated } from "./stated.js";

function gateways(tree: Readonly<Record<string, string>>): readonly Gateway[] {
  return buildGateways(stated(tree));
}

/** Each route with its plugins and their scopes. */
function coverage(tree: Readonly<Record<string, string>>): Readonly<Record<string, readonly string[]>> {
  const routes = gateways(tree).flatMap((gateway) => gateway.routes);
  return Object.fromEntries(
    routes.map((route) => [route.key, route.plugins.map(({ name, scope, enabled }) => `${name}/${scope}${enabled ? "" : "/off"}`).sort()]),
  );
}

const ORDERS = "services:\n  - name: orders\n    routes:\n      - {name: list, paths: [/orders]}\n";

describe("gateways that are declared", () => {
  it("resolve plugins at every scope", () => {
    const text = `_format_version: "3.0"\n${ORDERS}    plugins: [{name: jwt}]\n  - name: payments\n    routes:\n      - name: charges\n        paths: [/charges]\n        plugins: [{name: cors, enabled: false}]\nplugins:\n  - {name: rate-limiting}\n  - {name: acl, route: charges}\n  - {name: hmac-auth, service: {name: payments}}\n  - {name: key-auth, service: payments, consumer: mobile}\n  - {name: oauth2, route: list, service: payments}\n`;
    expect(coverage({ "kong.yaml": text })).toEqual({
      list: ["jwt/service", "rate-limiting/global"],
      charges: ["acl/route", "cors/route/off", "hmac-auth/service", "key-auth/consumer", "rate-limiting/global"],
    });
  });

  it("run the most specific of equal plugins, as Kong does, and not one that is switched off", () => {
    const text = (enabled: string): string =>
      `_format_version: "3.0"\nservices:\n  - name: orders\n    plugins: [{name: key-auth}]\n    routes:\n      - name: list\n        plugins: [{name: key-auth, enabled: ${enabled}, config: {anonymous: guest}}]\nplugins: [{name: key-auth}]\n`;
    expect(coverage({ "kong.yaml": text("true") })).toEqual({ list: ["key-auth/route"] });
    expect(coverage({ "kong.yaml": text("false") })).toEqual({ list: ["key-auth/route/off", "key-auth/service"] });
  });

  it("are completed by files of the same directory that name what the other has, or have no routes", () => {
    const tree = {
      "kong/routes.yaml": `_format_version: "3.0"\n${ORDERS}`,
      "kong/global.yaml": '_format_version: "3.0"\nplugins: [{name: rate-limiting}]\n',
      "kong/prod.yaml": '_format_version: "3.0"\nservices: [{name: other, routes: [{name: other}]}]\nplugins: [{name: acl}]\n',
      "kong/more.yaml": '_format_version: "3.0"\nroutes: [{name: more, service: orders}]\nplugins: [{name: jwt, service: orders}]\n',
      "elsewhere/global.yaml": '_format_version: "3.0"\nplugins: [{name: cors}]\n',
    };
    expect(coverage(tree)).toEqual({
      more: ["jwt/service", "rate-limiting/global"],
      list: ["jwt/service", "rate-limiting/global"],
      other: ["acl/global", "rate-limiting/global"],
    });
  });

  it("leave out what is not served and what carries no requests", () => {
    const text =
      '_format_version: "3.0"\nservices:\n  - name: a\n    enabled: false\n    routes: [{name: off}]\n  - name: b\n    routes: [{name: stream, protocols: [tcp, tls]}, {name: both, protocols: [grpc, tcp]}]\n';
    expect(Object.keys(coverage({ "kong.yaml": text }))).toEqual(["both"]);
  });

  it("know routes by name or by methods and paths, whatever their order", () => {
    const text =
      '_format_version: "3.0"\nroutes:\n  - {paths: [/b, /a], methods: [PUT, GET]}\n  - {hosts: [shop.example]}\n  - {hosts: [shop.example]}\n  - {}\n';
    expect(Object.keys(coverage({ "kong.yaml": text }))).toEqual(["GET,PUT /a,/b", "shop.example", "shop.example#2", "*"]);
  });

  it("are named by control plane, workspace or ConfigMap, and never by their path", () => {
    const named = (text: string): string | undefined => gateways({ "infra/edge.yaml": text })[0]?.name;
    expect(named(`_format_version: "3.0"\n${ORDERS}`)).toBe("kong");
    expect(named(`_format_version: "3.0"\n_workspace: default\n${ORDERS}`)).toBe("kong");
    expect(named(`_format_version: "3.0"\n_workspace: partners\n${ORDERS}`)).toBe("partners");
    expect(named(`_format_version: "3.0"\n_konnect: {control_plane_name: shop}\n${ORDERS}`)).toBe("shop");
    expect(
      named(
        `apiVersion: v1\nkind: ConfigMap\nmetadata: {name: edge}\ndata:\n  kong.yml: |\n    _format_version: "3.0"\n${ORDERS.replaceAll(/^/gm, "    ").trimEnd()}\n`,
      ),
    ).toBe("edge");
  });
});

const INGRESS =
  "apiVersion: networking.k8s.io/v1\nkind: Ingress\nmetadata:\n  name: orders\n  namespace: shop\n  annotations:\n    konghq.com/plugins: limit, token\nspec:\n  ingressClassName: kong\n  rules:\n    - http:\n        paths:\n          - {path: /orders, backend: {service: {name: orders}}}\n";
const plugin = (kind: string, name: string, what: string, rest = ""): string =>
  `---\napiVersion: configuration.konghq.com/v1\nkind: ${kind}\nmetadata:\n  name: ${name}\n${rest}plugin: ${what}\n`;

describe("gateways of a cluster", () => {
  it("find plugins by annotation in the namespace, in the cluster, on the Service, and for all", () => {
    const tree = {
      "ingress.yaml": INGRESS,
      "plugins.yaml": [
        plugin("KongPlugin", "limit", "rate-limiting", "  namespace: shop\n"),
        plugin("KongPlugin", "limit", "cors", "  namespace: other\n"),
        plugin("KongClusterPlugin", "token", "jwt"),
        plugin("KongClusterPlugin", "log", "file-log", '  labels: {global: "true"}\n'),
        plugin("KongClusterPlugin", "idle", "bot-detection"),
        plugin("KongPlugin", "guard", "acl", "  namespace: shop\n"),
      ].join(""),
      "service.yaml":
        "apiVersion: v1\nkind: Service\nmetadata:\n  name: orders\n  namespace: shop\n  annotations: {konghq.com/plugins: guard}\nspec: {}\n",
    };
    expect(coverage(tree)).toEqual({ "orders /orders": ["acl/service", "file-log/global", "jwt/route", "rate-limiting/route"] });
    expect(gateways(tree)[0]).toMatchObject({ name: "shop", form: "cluster" });
    expect(gateways(tree)[0]?.routes[0]?.plugins[0]).toMatchObject({
      attachment: { path: "ingress.yaml", startLine: 7 },
      place: { path: "plugins.yaml" },
      declared: true,
    });
  });

  it("keep what an annotation names and nobody describes", () => {
    expect(gateways({ "ingress.yaml": INGRESS })[0]?.routes[0]?.plugins).toMatchObject([
      { name: "limit", declared: false },
      { name: "token", declared: false },
    ]);
  });

  it("are Kong's only", () => {
    expect(
      gateways({
        "ingress.yaml": INGRESS.replace("ingressClassName: kong", "ingressClassName: nginx").replace(/ {2}annotations:\n.*\n/, ""),
      }),
    ).toEqual([]);
  });

  it("take HTTPRoutes that a Gateway of Kong serves", () => {
    const route =
      "apiVersion: gateway.networking.k8s.io/v1\nkind: HTTPRoute\nmetadata: {name: shipping}\nspec:\n  parentRefs: [{name: kong-gateway}]\n  rules:\n    - matches: [{path: {type: PathPrefix, value: /shipments}}]\n      backendRefs: [{name: shipping}]\n    - filters: [{type: RequestRedirect}]\n";
    expect(gateways({ "route.yaml": route })[0]?.routes).toMatchObject([{ paths: ["/shipments"], upstream: "shipping" }]);
  });
});
