import type { PluginInsertion } from "../../facts/gateway.js";
import type { Gateway, GatewayPlugin, GatewayRoute } from "../../model/gateway.js";
import type { Evidence } from "../../model/evidence.js";
import type { Suggestion } from "../rule.js";
import { insertLines } from "./insertion.js";

/** Plugins that limit how much traffic a route takes. */
export const RATE_LIMITS: ReadonlySet<string> = new Set([
  "ai-rate-limiting-advanced",
  "graphql-rate-limiting-advanced",
  "rate-limiting",
  "rate-limiting-advanced",
  "response-ratelimiting",
  "service-protection",
]);

/** Plugins that find out who is asking, and refuse who is nobody. */
export const AUTHENTICATION: ReadonlySet<string> = new Set([
  "basic-auth",
  "header-cert-auth",
  "hmac-auth",
  "jwt",
  "jwt-signer",
  "key-auth",
  "key-auth-enc",
  "ldap-auth",
  "ldap-auth-advanced",
  "mtls-auth",
  "oauth2",
  "oauth2-introspection",
  "openid-connect",
  "saml",
  "vault-auth",
]);

/** Plugins that are known to authenticate nobody. Any other may: then nothing is said. */
const NO_AUTHENTICATION: ReadonlySet<string> = new Set([
  ...RATE_LIMITS,
  "acl",
  "acme",
  "ai-prompt-decorator",
  "ai-prompt-guard",
  "ai-prompt-template",
  "ai-proxy",
  "ai-proxy-advanced",
  "ai-request-transformer",
  "ai-response-transformer",
  "app-dynamics",
  "aws-lambda",
  "azure-functions",
  "bot-detection",
  "canary",
  "correlation-id",
  "cors",
  "datadog",
  "degraphql",
  "exit-transformer",
  "file-log",
  "forward-proxy",
  "graphql-proxy-cache-advanced",
  "grpc-gateway",
  "grpc-web",
  "http-log",
  "injection-protection",
  "ip-restriction",
  "jq",
  "json-threat-protection",
  "kafka-log",
  "kafka-upstream",
  "loggly",
  "mocking",
  "oas-validation",
  "opentelemetry",
  "prometheus",
  "proxy-cache",
  "proxy-cache-advanced",
  "redirect",
  "request-callout",
  "request-size-limiting",
  "request-termination",
  "request-transformer",
  "request-transformer-advanced",
  "request-validator",
  "response-transformer",
  "response-transformer-advanced",
  "route-by-header",
  "route-transformer-advanced",
  "session",
  "standard-webhooks",
  "statsd",
  "statsd-advanced",
  "syslog",
  "tcp-log",
  "tls-handshake-modifier",
  "tls-metadata-headers",
  "udp-log",
  "upstream-timeout",
  "websocket-size-limit",
  "websocket-validator",
  "xml-threat-protection",
  "zipkin",
]);

/** A plugin of a team that is called after what it does, and that does not ask who is calling. */
const LIMITS_BY_NAME = /rate[-_]?limit|throttl|quota/i;
const MARKS_BY_NAME = /^(?:x-)?(?:request|correlation|trace)-?id$/i;

/** A plugin that is not known: a team's own, a function in Lua, or one that only its name in an annotation tells of. */
export function mayAuthenticate({ name, enabled, scope }: GatewayPlugin): boolean {
  return (
    enabled &&
    scope !== "consumer" &&
    !AUTHENTICATION.has(name) &&
    !NO_AUTHENTICATION.has(name) &&
    !LIMITS_BY_NAME.test(name) &&
    !MARKS_BY_NAME.test(name)
  );
}

/** A plugin that is described elsewhere, or a team's own, and is called after a limit. */
export function looksLikeRateLimit({ name, enabled, scope, declared }: GatewayPlugin): boolean {
  if (!enabled || scope === "consumer") return false;
  return declared ? !NO_AUTHENTICATION.has(name) && LIMITS_BY_NAME.test(name) : /rate|limit|throttl|quota/i.test(name);
}

/** A plugin that a template names: it may be any. */
export function isNamedByTemplate({ name, scope }: GatewayPlugin): boolean {
  return scope !== "consumer" && /\$\{|\{\{/.test(name);
}

/** Requests without credentials pass as an anonymous consumer, whom nothing stops. */
export function letsAnybodyIn(route: GatewayRoute): boolean {
  const refused = route.plugins.some(({ name, enabled, scope }) => enabled && scope === "consumer" && name === "request-termination");
  return !refused && covering(route, AUTHENTICATION).every(({ anonymous }) => anonymous);
}

/** Plugins of these names that are switched on and reach everyone who asks. */
export function covering(route: GatewayRoute, names: ReadonlySet<string>): readonly GatewayPlugin[] {
  return route.plugins.filter(({ name, enabled, scope }) => enabled && scope !== "consumer" && names.has(name));
}

/** Plugins of these names for some consumers only. */
export function partlyCovering(route: GatewayRoute, names: ReadonlySet<string>): readonly GatewayPlugin[] {
  return route.plugins.filter(({ name, enabled, scope }) => enabled && scope === "consumer" && names.has(name));
}

/** The gateway answers by itself: nothing behind it is reached. */
export function isAnsweredHere(route: GatewayRoute): boolean {
  return route.plugins.some(
    ({ name, enabled, scope }) => enabled && scope !== "consumer" && (name === "request-termination" || name === "redirect"),
  );
}

export function routeSubject(gateway: Gateway, route: GatewayRoute): readonly string[] {
  return [`gateway:${gateway.name}`, `route:${route.key}`];
}

/** What a route takes in, and whom it hands it to: one that gets another name keeps its debt. */
export function routeBody({ paths, methods, upstream }: GatewayRoute): string | null {
  return paths.length === 0 ? null : JSON.stringify([[...paths].sort(), [...methods].sort(), upstream]);
}

export function gatewaySubject(gateway: Gateway): readonly string[] {
  return [`gateway:${gateway.name}`];
}

export function routeEvidence(route: GatewayRoute): Evidence {
  return { ...route.place, kind: "deployment", note: `route ${route.key}` };
}

/** Where it is named, which a pull request changes first, and where it is described. */
export function pluginEvidence(plugin: GatewayPlugin): readonly Evidence[] {
  const { name, scope, enabled, place, attachment } = plugin;
  const state = enabled ? "" : ", switched off";
  const note = mayAuthenticate(plugin)
    ? `${name} at ${scope} scope is not known here, and may authenticate`
    : `${name} at ${scope} scope${state}`;
  const described: Evidence = { ...place, kind: "deployment", note };
  return attachment === null ? [described] : [{ ...attachment, kind: "deployment", note: `attaches ${name}` }, described];
}

/** Writes a plugin into a list of plugins, or the list itself. */
export function addPlugin(path: string, insertion: PluginInsertion | null, plugin: readonly string[]): Suggestion | null {
  if (insertion === null) return null;
  const item = plugin.map((line, index) => (index === 0 ? `- ${line}` : `  ${line}`));
  return insertLines(path, insertion, insertion.list === "present" ? item : ["plugins:", ...item.map((line) => `>${line}`)]);
}
