import { describe, expect, it } from "vitest";
import { buildGateways } from "../../src/model/gateway-build.js";
import { buildMesh } from "../../src/model/mesh-build.js";
import type { SystemModel } from "../../src/model/model.js";
import { gatewayMissingAuth } from "../../src/rules/gateway-missing-auth.js";
import { gatewayMissingRateLimit } from "../../src/rules/gateway-missing-rate-limit.js";
import { meshMissingCircuitBreaker } from "../../src/rules/mesh-missing-circuit-breaker.js";
import { meshMissingTimeout } from "../../src/rules/mesh-missing-timeout.js";
import type { Judgement, StateRule } from "../../src/rules/rule.js";
import { stated } from "../model/stated.js";

function judge(rule: StateRule, tree: Readonly<Record<string, string>>): Judgement {
  const table = stated(tree);
  const model = { mesh: buildMesh(table), gateways: buildGateways(table) } as unknown as SystemModel;
  return rule.check(model, Object.fromEntries(Object.entries(rule.options).map(([name, option]) => [name, option.default])));
}

/** `severity/confidence discriminator` of each finding. */
function grades(rule: StateRule, text: string, path = "kong.yaml"): readonly string[] {
  return judge(rule, { [path]: text }).findings.map(({ severity, confidence, discriminator }) =>
    `${severity}/${confidence} ${discriminator}`.trim(),
  );
}

function route(fields: string): string {
  return `apiVersion: networking.istio.io/v1\nkind: VirtualService\nmetadata: {name: orders, namespace: shop}\nspec:\n  hosts: [orders]\n  http:\n    - route: [{destination: {host: orders}}]\n${fields}`;
}

describe("mesh-missing-timeout", () => {
  const RETRIES = "      retries: {attempts: 2}\n";

  it.each<[string, string, readonly string[]]>([
    ["none", "", ["warning/high", "info/high retries"]],
    ["a timeout", `      timeout: 5s\n${RETRIES}`, []],
    ["zero", `      timeout: 0s\n${RETRIES}`, ["warning/high"]],
    ["a number without unit", `      timeout: 5\n${RETRIES}`, ["warning/high"]],
    ["a timeout for each attempt alone", "      retries: {attempts: 2, perTryTimeout: 2s}\n", ["warning/high"]],
    ["a template", `      timeout: {{ .Values.timeout }}\n${RETRIES}`, []],
    ["lines of a template", `${RETRIES}      {{- toYaml .Values.policy | nindent 6 }}\n`, ["info/low"]],
    ["lines of a template behind the route", `${RETRIES}  {{- toYaml .Values.more | nindent 2 }}\n`, ["warning/high"]],
    ["attempts that do not fit", "      timeout: 5s\n      retries: {attempts: 3, perTryTimeout: 2s}\n", ["warning/medium retry-budget"]],
    [
      "attempts of which one alone fits",
      "      timeout: 5s\n      retries: {attempts: 3, perTryTimeout: 4s}\n",
      ["warning/high retry-budget"],
    ],
    ["attempts that just fit", "      timeout: 6s\n      retries: {attempts: 3, perTryTimeout: 2s}\n", []],
    ["retries that are switched off", "      timeout: 5s\n      retries: {attempts: 0}\n", []],
    ["a misspelt field beside a timeout", `      timeout: 5s\n      retry: {}\n${RETRIES}`, ["info/high field:retry"]],
    ["5xx on any method", "      timeout: 5s\n      retries: {attempts: 2, retryOn: 5xx}\n", []],
    [
      "5xx on POST",
      "      match: [{method: {exact: POST}}]\n      timeout: 5s\n      retries: {attempts: 2, retryOn: 'gateway-error,reset'}\n",
      ["warning/high unsafe-retries"],
    ],
    ["5xx on GET", "      match: [{method: {exact: GET}}]\n      timeout: 5s\n      retries: {attempts: 2, retryOn: 5xx}\n", []],
    ["a stream without timeout", "      match: [{uri: {prefix: /ws}}]\n", ["info/low"]],
    ["a stream with zero", "      match: [{uri: {prefix: /ws}}]\n      timeout: 0s\n", []],
    ["a redirect", "      redirect: {uri: /new}\n", []],
  ])("on a route with %s", (_name, fields, expected) => {
    expect(grades(meshMissingTimeout, route(fields), "mesh.yaml")).toEqual(expected);
  });

  it("names a misspelt timeout where there is none", () => {
    const { findings } = judge(meshMissingTimeout, { "mesh.yaml": route("      timeOut: 5s\n") });
    expect(findings[0]?.message).toContain("`timeOut` is no field");
    expect(findings[0]?.evidence.map(({ startLine }) => startLine)).toContain(8);
  });

  it("suggests in the file's indentation and line ends, and nothing where a value only is wrong", () => {
    const text =
      "apiVersion: networking.istio.io/v1\nkind: VirtualService\nmetadata:\n    name: orders\nspec:\n    hosts:\n        - orders\n    http:\n        - route:\n              - destination:\n                    host: orders\n";
    const suggestion = judge(meshMissingTimeout, { "mesh.yaml": text.replaceAll("\n", "\r\n") }).findings[0]?.suggestion;
    expect(suggestion).toEqual({
      path: "mesh.yaml",
      startLine: 11,
      endLine: 11,
      replacement:
        "                    host: orders\r\n          timeout: 10s\r\n          retries:\r\n              attempts: 3\r\n              perTryTimeout: 3s",
    });
    expect(judge(meshMissingTimeout, { "mesh.yaml": route("      timeout: 0s\n") }).findings[0]?.suggestion).toBeNull();
  });

  it("clears a route with the place of its timeout, under a subject without path", () => {
    const { cleared } = judge(meshMissingTimeout, { "mesh.yaml": route("      timeout: 5s\n") });
    expect(cleared).toMatchObject([
      {
        subject: ["namespace:shop", "virtual-service:orders", "route:default"],
        discriminator: "",
        evidence: [{ path: "mesh.yaml", startLine: 8, endLine: 8 }],
      },
    ]);
  });

  it("judges copies of a route one by one", () => {
    const { findings, cleared } = judge(meshMissingTimeout, {
      "dev.yaml": route(""),
      "prod.yaml": route("      timeout: 5s\n      retries: {attempts: 1}\n"),
      "test.yaml": route(""),
    });
    expect(findings.filter(({ discriminator }) => discriminator === "").map(({ evidence }) => evidence[0]?.path)).toEqual([
      "dev.yaml",
      "test.yaml",
    ]);
    expect(cleared.map(({ discriminator }) => discriminator)).toEqual(["", "retries"]);
  });
});

function rule(spec: string, name = "orders"): string {
  return `apiVersion: networking.istio.io/v1\nkind: DestinationRule\nmetadata: {name: ${name}, namespace: shop}\nspec:\n${spec}`;
}

describe("mesh-missing-circuit-breaker", () => {
  it.each<[string, string, readonly string[]]>([
    ["no policy", "  host: orders\n", ["warning/high"]],
    ["balancing alone", "  host: orders\n  trafficPolicy: {loadBalancer: {simple: RANDOM}}\n", ["warning/high"]],
    ["detection", "  host: orders\n  trafficPolicy: {outlierDetection: {}}\n", []],
    ["detectors at zero", "  host: orders\n  trafficPolicy: {outlierDetection: {consecutive5xxErrors: 0}}\n", ["warning/high"]],
    ["TLS alone", "  host: orders\n  trafficPolicy: {tls: {mode: DISABLE}}\n", ["info/high"]],
    ["subsets alone", "  host: orders\n  subsets: [{name: v1}]\n", ["info/high"]],
    ["a public host", "  host: api.bank.com\n", ["info/high"]],
    [
      "a port of its own",
      "  host: orders\n  trafficPolicy:\n    outlierDetection: {}\n    portLevelSettings: [{port: {number: 80}, tls: {}}]\n",
      ["warning/high port:80"],
    ],
    [
      "an invented field beside detection",
      "  host: orders\n  trafficPolicy: {outlierDetection: {}, circuitBreakers: {}}\n",
      ["info/high field:circuitBreakers"],
    ],
    [
      "lines of a template",
      "  host: orders\n  trafficPolicy:\n    loadBalancer: {}\n    {{- toYaml .Values.policy | nindent 4 }}\n",
      ["info/low"],
    ],
  ])("for a rule with %s", (_name, spec, expected) => {
    expect(grades(meshMissingCircuitBreaker, rule(spec), "mesh.yaml")).toEqual(expected);
  });

  it("asks only about subsets that get traffic, where all traffic goes to subsets", () => {
    const routing =
      "---\napiVersion: networking.istio.io/v1\nkind: VirtualService\nmetadata: {name: orders, namespace: shop}\nspec:\n  hosts: [orders]\n  http:\n    - route: [{destination: {host: orders, subset: a}}, {destination: {host: orders, subset: b}}]\n";
    const subsets = (b: string): string =>
      rule(
        `  host: orders\n  subsets:\n    - {name: a, trafficPolicy: {outlierDetection: {}}}\n    - {name: b, trafficPolicy: {${b}}}\n    - {name: c, trafficPolicy: {loadBalancer: {}}}\n`,
      );
    expect(grades(meshMissingCircuitBreaker, subsets("outlierDetection: {}") + routing, "mesh.yaml")).toEqual([]);
    expect(grades(meshMissingCircuitBreaker, subsets("loadBalancer: {}") + routing, "mesh.yaml")).toEqual(["warning/high subset:b"]);
    expect(grades(meshMissingCircuitBreaker, subsets("loadBalancer: {}"), "mesh.yaml")).toEqual(["warning/high"]);
  });

  it("warns of a rule for TLS that takes a wildcard's protection away", () => {
    const wildcard = rule('  host: "*.shop.svc.cluster.local"\n  trafficPolicy: {outlierDetection: {}}\n', "all");
    const { findings } = judge(meshMissingCircuitBreaker, {
      "a.yaml": wildcard,
      "b.yaml": rule("  host: orders\n  trafficPolicy: {tls: {}}\n"),
    });
    expect(findings).toMatchObject([{ severity: "warning", subject: ["namespace:shop", "host:orders"] }]);
    expect(findings[0]?.evidence.map(({ path }) => path)).toEqual(["b.yaml", "a.yaml"]);
  });

  it("clears host, ports and subsets with the places of their detection", () => {
    const { cleared } = judge(meshMissingCircuitBreaker, {
      "a.yaml": rule(
        "  host: orders\n  trafficPolicy:\n    outlierDetection: {}\n    portLevelSettings:\n      - port: {number: 80}\n        outlierDetection: {}\n",
      ),
    });
    expect(cleared).toMatchObject([
      { discriminator: "", evidence: [{ startLine: 7 }] },
      { discriminator: "port:80", evidence: [{ startLine: 10 }] },
    ]);
  });
});

function kong(routes: string, rest = ""): string {
  return `_format_version: "3.0"\nroutes:\n${routes}${rest}`;
}

const GUARDED = "  - {name: guarded, paths: [/guarded], plugins: [{name: jwt}]}\n";

describe("gateway-missing-auth", () => {
  it.each<[string, string, readonly string[]]>([
    ["an open route beside a guarded one", kong(`${GUARDED}  - {name: orders, paths: [/orders]}\n`), ["error/high"]],
    ["one open route alone", kong("  - {name: orders, paths: [/orders]}\n"), ["error/medium"]],
    ["nothing but open routes", kong("  - {name: a, paths: [/a]}\n  - {name: b, paths: [/b]}\n"), ["error/medium"]],
    [
      "nothing but open routes, and consumers with credentials",
      kong("  - {name: a, paths: [/a]}\n  - {name: b, paths: [/b]}\n", "consumers: [{username: x, jwt_secrets: [{key: y}]}]\n"),
      ["error/high"],
    ],
    [
      "guests beside a guarded route",
      kong(`${GUARDED}  - {name: orders, plugins: [{name: key-auth, config: {anonymous: x}}]}\n`),
      ["error/high"],
    ],
    [
      "guests that are refused",
      kong(
        "  - {name: orders, plugins: [{name: key-auth, config: {anonymous: x}}]}\n",
        "consumers: [{username: x, plugins: [{name: request-termination}]}]\n",
      ),
      [],
    ],
    [
      "guests of one plugin and a second one",
      kong("  - {name: orders, plugins: [{name: key-auth, config: {anonymous: x}}, {name: jwt}]}\n"),
      [],
    ],
    [
      "acl, cors and ip-restriction",
      kong(`${GUARDED}  - {name: orders, plugins: [{name: acl}, {name: cors}, {name: ip-restriction}]}\n`),
      ["error/high"],
    ],
    ["a plugin that is not known", kong("  - {name: orders, plugins: [{name: shop-tokens}]}\n"), []],
    ["a function in Lua", kong("  - {name: orders, plugins: [{name: pre-function}]}\n"), []],
    [
      "an unknown plugin that is off",
      kong(`${GUARDED}  - {name: orders, plugins: [{name: pre-function, enabled: false}]}\n`),
      ["error/high"],
    ],
    ["a plugin for one consumer", kong("  - {name: orders}\n", "consumers: [{username: x, plugins: [{name: jwt}]}]\n"), ["error/low"]],
    ["a route that is answered here", kong("  - {name: orders, plugins: [{name: request-termination}]}\n"), []],
    ["a path that says login", kong("  - {name: customers, paths: [/api/login]}\n"), ["info/medium"]],
    ["a name that says webhook", kong("  - {name: bank-webhook, paths: [/bank]}\n"), ["info/medium"]],
    ["one public path of two", kong("  - {paths: [/login, /orders]}\n"), ["error/medium"]],
    ["a word that only contains one", kong("  - {name: blogins, paths: [/authors]}\n"), ["error/medium"]],
    ["an explicitly empty list", kong("  - {name: orders, plugins: []}\n"), ["info/medium"]],
    ["the tag public", kong("  - {name: orders, tags: [public]}\n"), ["info/medium"]],
  ])("for %s", (_name, text, expected) => {
    expect(grades(gatewayMissingAuth, text)).toEqual(expected);
  });

  it.each([
    "basic-auth",
    "hmac-auth",
    "jwt",
    "key-auth",
    "ldap-auth",
    "mtls-auth",
    "oauth2",
    "oauth2-introspection",
    "openid-connect",
    "saml",
  ])("knows %s", (plugin) => {
    expect(judge(gatewayMissingAuth, { "kong.yaml": kong(`  - {name: orders, plugins: [{name: ${plugin}}]}\n`) })).toMatchObject({
      findings: [],
      cleared: [{ subject: ["gateway:kong", "route:orders"] }, { subject: ["gateway:kong"] }],
    });
  });

  it("decides nothing about a route with a plugin that is not known", () => {
    const { findings, cleared, undecided } = judge(gatewayMissingAuth, {
      "kong.yaml": kong("  - {name: orders, plugins: [{name: shop-tokens}]}\n"),
    });
    expect([findings, cleared]).toEqual([[], []]);
    expect(undecided?.[0]).toMatchObject({
      subject: ["gateway:kong", "route:orders"],
      evidence: [{ note: expect.stringContaining("shop-tokens") as string }],
      note: "could not be judged: whether `shop-tokens` asks who calls route `orders` is not known",
    });
  });

  it("notes once what one plugin leaves open for many routes", () => {
    const routes = "  - {name: orders, paths: [/orders]}\n  - {name: items, paths: [/items]}\n";
    const { undecided } = judge(gatewayMissingAuth, { "kong.yaml": kong(routes, "plugins: [{name: pre-function}]\n") });
    expect(undecided?.flatMap(({ note }) => note ?? [])).toEqual([
      "could not be judged: whether `pre-function` asks who calls routes `orders` and `items` is not known",
    ]);
  });

  it("asks about a gateway once, and names its routes", () => {
    const { findings } = judge(gatewayMissingAuth, { "kong.yaml": kong("  - {name: b, paths: [/b]}\n  - {name: a, paths: [/a]}\n") });
    expect(findings).toMatchObject([{ subject: ["gateway:kong"], members: ["a", "b"], measure: { value: 2 } }]);
  });

  it("suggests the plugin that the neighbours have", () => {
    const text =
      '_format_version: "3.0"\nroutes:\n  - name: guarded\n    plugins:\n      - name: oauth2\n  - name: orders\n    paths: [/orders]\n';
    expect(judge(gatewayMissingAuth, { "kong.yaml": text }).findings[0]?.suggestion).toEqual({
      path: "kong.yaml",
      startLine: 7,
      endLine: 7,
      replacement: "    paths: [/orders]\n    plugins:\n      - name: oauth2",
    });
  });
});

describe("gateway-missing-rate-limit", () => {
  it.each<[string, string, readonly string[]]>([
    ["a route without limit beside one with", kong("  - {name: a, plugins: [{name: rate-limiting}]}\n  - {name: b}\n"), ["warning/high"]],
    ["a limit for all", kong("  - {name: a}\n  - {name: b}\n", "plugins: [{name: rate-limiting-advanced}]\n"), []],
    ["a limit that is off", kong("  - {name: a, plugins: [{name: rate-limiting, enabled: false}]}\n"), ["warning/high"]],
    ["a limit of one consumer", kong("  - {name: a}\n", "consumers: [{username: x, plugins: [{name: rate-limiting}]}]\n"), ["warning/low"]],
    ["a public route", kong("  - {name: login, paths: [/login]}\n"), ["warning/high"]],
    ["no limit at all", kong("  - {name: a}\n  - {name: b}\n  - {name: c}\n"), ["warning/high"]],
  ])("for %s", (_name, text, expected) => {
    expect(grades(gatewayMissingRateLimit, text)).toEqual(expected);
  });

  it.each([
    "rate-limiting",
    "rate-limiting-advanced",
    "response-ratelimiting",
    "service-protection",
    "graphql-rate-limiting-advanced",
    "ai-rate-limiting-advanced",
  ])("knows %s", (plugin) => {
    expect(grades(gatewayMissingRateLimit, kong(`  - {name: a, plugins: [{name: ${plugin}}]}\n`))).toEqual([]);
  });

  it("trusts an annotation that is called after a limit", () => {
    const ingress = (plugins: string): string =>
      `apiVersion: networking.k8s.io/v1\nkind: Ingress\nmetadata:\n  name: orders\n  annotations: {konghq.com/plugins: ${plugins}}\nspec:\n  ingressClassName: kong\n  defaultBackend: {service: {name: orders}}\n`;
    expect(grades(gatewayMissingRateLimit, ingress("rate-limit-5"), "ingress.yaml")).toEqual([]);
    expect(grades(gatewayMissingRateLimit, ingress("cors"), "ingress.yaml")).toEqual(["warning/high"]);
  });
});
