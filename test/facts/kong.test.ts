import { describe, expect, it } from "vitest";
import type { KongFact } from "../../src/facts/gateway.js";
import { kongDeclaration } from "../../src/facts/kong.js";
import { kubernetesManifest } from "../../src/facts/kubernetes-manifest.js";

function declaration(text: string, path = "gateway/kong.yaml"): KongFact {
  const { facts, unreadable } = kongDeclaration.extract({ path, text });
  expect(unreadable).toEqual([]);
  expect(facts).toHaveLength(1);
  return facts[0] as KongFact;
}

describe("Kong declarations", () => {
  it("flattens what is nested and keeps the lines", () => {
    const kong = declaration(
      '_format_version: "3.0"\nservices:\n  - name: orders\n    url: http://user:pw@orders:3000/api\n    plugins:\n      - name: rate-limiting\n        config: {minute: 5}\n    routes:\n      - name: list\n        paths: [/orders]\n        methods: [GET]\n        plugins:\n          - name: jwt\n            enabled: false\nplugins:\n  - name: cors\n',
    );
    expect(kong.services).toMatchObject([{ key: "orders", host: "orders", enabled: true }]);
    expect(kong.routes).toMatchObject([
      { key: "list", service: "orders", paths: ["/orders"], methods: ["GET"], lines: { startLine: 9, endLine: 14 } },
    ]);
    expect(kong.plugins.map((it) => [it.name, it.route, it.service, it.enabled, it.lines.startLine])).toEqual([
      ["jwt", "list", null, false, 13],
      ["rate-limiting", null, "orders", true, 6],
      ["cors", null, null, true, 16],
    ]);
  });

  it.each(["1.1", '"2.1"', '"3.0"'])("follows references by name and id in version %s", (version) => {
    const kong = declaration(
      `_format_version: ${version}\nservices:\n  - {id: 11aa, name: orders, host: orders}\nroutes:\n  - {id: 22bb, name: list, service: {id: 11aa}, paths: [/orders]}\n  - {name: other, service: orders, paths: [/other]}\n  - {id: 33cc, service: elsewhere, paths: [/x]}\nplugins:\n  - {name: key-auth, route: 22bb}\n  - {name: acl, route: {id: 33cc}}\n  - {name: rate-limiting, service: {name: orders}}\n  - {name: cors, consumer: mobile}\n`,
    );
    expect(kong.routes.map((it) => [it.key, it.service])).toEqual([
      ["list", "orders"],
      ["other", "orders"],
      ["33cc", "elsewhere"],
    ]);
    expect(kong.plugins.map((it) => [it.name, it.route, it.service, it.consumer])).toEqual([
      ["key-auth", "list", null, null],
      ["acl", "33cc", null, null],
      ["rate-limiting", null, "orders", null],
      ["cors", null, null, "mobile"],
    ]);
  });

  it("takes anonymous access from the plugin or from the configuration that it names", () => {
    const kong = declaration(
      '_format_version: "3.0"\n_plugin_configs:\n  open: {anonymous: guest}\nplugins:\n  - {name: key-auth, _config: open}\n  - {name: jwt, config: {anonymous: guest}}\n  - {name: oauth2, _config: open, config: {anonymous: null}}\nconsumers:\n  - username: guest\n    plugins: [{name: request-termination}]\n',
    );
    expect(kong.plugins.map((it) => [it.name, it.anonymous, it.consumer])).toEqual([
      ["key-auth", true, null],
      ["jwt", true, null],
      ["oauth2", false, null],
      ["request-termination", false, "guest"],
    ]);
  });

  it("reads environment expressions, in quotes too", () => {
    const kong = declaration(
      '_format_version: "3.0"\nservices:\n  - name: orders\n    host: ${{ env "DECK_ORDERS_HOST" }}\n    routes:\n      - name: list\n        paths:\n          - "${{ env "DECK_PATH" }}"\n',
    );
    expect(kong.services[0]?.host).toBe('${{ env "DECK_ORDERS_HOST" }}');
    expect(kong.routes[0]?.paths).toEqual(['${{ env "DECK_PATH" }}']);
  });

  it("notes an explicitly empty list of plugins", () => {
    const kong = declaration(
      '_format_version: "3.0"\nroutes:\n  - {name: public, paths: [/public], plugins: []}\n  - {name: rest, paths: [/]}\n',
    );
    expect(kong.routes.map((it) => it.explicitlyNoPlugins)).toEqual([true, false]);
  });

  it("says where plugins can be written", () => {
    const kong = declaration(
      '_format_version: "3.0"\nservices:\n  - name: orders\n    routes:\n      - name: list\n        paths:\n          - /orders\n    plugins:\n      - name: cors\nplugins:\n- name: prometheus\n',
    );
    expect(kong.routes[0]?.insertion).toEqual({
      line: 7,
      text: "          - /orders",
      indent: "        ",
      step: "  ",
      crlf: false,
      list: "absent",
    });
    expect(kong.services[0]?.insertion).toMatchObject({ line: 9, indent: "      ", list: "present" });
    expect(kong.insertion).toMatchObject({ line: 11, indent: "", list: "present" });
  });

  it("reads JSON", () => {
    const kong = declaration(
      JSON.stringify({ _format_version: "1.1", services: [{ name: "orders", routes: [{ name: "list", paths: ["/orders"] }] }] }),
      "kong.json",
    );
    expect(kong.routes).toMatchObject([{ key: "list", service: "orders", insertion: null }]);
  });

  it("finds a declaration inside a ConfigMap and inside a chart's values, with the lines of the file", () => {
    const inside =
      'apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: shop-gateway\ndata:\n  kong.yml: |\n    _format_version: "3.0"\n    services:\n      - name: orders\n        routes:\n          - name: list\n            paths: [/orders]\n';
    const kong = declaration(inside, "k8s/kong-config.yaml");
    expect(kong).toMatchObject({
      name: "shop-gateway",
      routes: [
        {
          key: "list",
          lines: { startLine: 11, endLine: 12 },
          insertion: { line: 12, indent: "            ", text: "            paths: [/orders]" },
        },
      ],
    });
    const values = declaration(
      'dblessConfig:\n  config: |\n    _format_version: "3.0"\n    routes:\n      - name: list\n        paths: [/orders]\n',
      "values.yaml",
    );
    expect(values).toMatchObject({ name: null, routes: [{ lines: { startLine: 5, endLine: 6 } }] });
  });

  it("reads a file without version if it is named after Kong", () => {
    const text = "routes:\n  - path: /api/public/*\n    plugins: []\n  - path: /api/*\n    plugins:\n      - name: jwt\n";
    expect(declaration(text).routes).toMatchObject([{ paths: ["/api/public/*"], explicitlyNoPlugins: true }, { paths: ["/api/*"] }]);
    expect(kongDeclaration.extract({ path: "routes.yaml", text }).facts).toEqual([]);
  });

  it("survives half a file", () => {
    expect(kongDeclaration.extract({ path: "kong.yaml", text: '_format_version: "3.0"\nservices:\n  - name: "orders\n' })).toMatchObject({
      facts: [],
      unreadable: [{}],
    });
    expect(
      declaration('_format_version: "3.0"\nservices: 5\nroutes: [null, 1, {paths: {}}]\nplugins: [{}, {name: [x]}]\n').routes,
    ).toHaveLength(1);
  });

  it("keeps nothing of a plugin's configuration", () => {
    const { facts } = kongDeclaration.extract({
      path: "kong.yaml",
      text: '_format_version: "3.0"\nplugins:\n  - {name: jwt, config: {secret: hunter2}}\nconsumers:\n  - {username: a, keyauth_credentials: [{key: hunter2}]}\n',
    });
    expect(JSON.stringify(facts)).not.toContain("hunter2");
  });
});

describe("Kong's Kubernetes objects", () => {
  it("reads plugins of one namespace and of the cluster", () => {
    const { facts } = kubernetesManifest.extract({
      path: "plugins.yaml",
      text: 'apiVersion: configuration.konghq.com/v1\nkind: KongPlugin\nmetadata: {name: limit, namespace: shop}\nplugin: rate-limiting\nconfig: {minute: 5}\n---\napiVersion: configuration.konghq.com/v1\nkind: KongClusterPlugin\nmetadata:\n  name: auth\n  labels: {global: "true"}\nplugin: key-auth\ndisabled: true\nconfig: {anonymous: guest}\n',
    });
    expect(facts).toMatchObject([
      {
        kind: "kong-plugin",
        objectName: "limit",
        namespace: "shop",
        cluster: false,
        plugin: "rate-limiting",
        global: false,
        enabled: true,
        anonymous: false,
      },
      { kind: "kong-plugin", objectName: "auth", cluster: true, plugin: "key-auth", global: true, enabled: false, anonymous: true },
    ]);
  });
});
