import type { Severity } from "../config/severity.js";
import type { Gateway, GatewayPlugin, GatewayRoute } from "../model/gateway.js";
import type { SystemModel } from "../model/model.js";
import { addPlugin, AUTHENTICATION, covering, gatewaySubject, isAnsweredHere, mayAuthenticate, partlyCovering, pluginEvidence, routeEvidence, routeSubject } from "./queries/gateway-plugins.js";
import type { Clearance, Finding, Judgement, StateRule } from "./rule.js";
import { code, listOf } from "./words.js";

export const gatewayMissingAuth: StateRule = {
  about: "state",
  id: "gateway-missing-auth",
  title: "Gateway route without authentication",
  summary: "Finds gateway routes that anybody can reach without saying who they are.",
  severity: "error",
  checklist: [],
  options: {},
  check,
};

function check(model: SystemModel): Judgement {
  const findings: Finding[] = [];
  const cleared: Clearance[] = [];
  for (const gateway of model.gateways) {
    const routes = gateway.routes.filter((route) => !isAnsweredHere(route));
    const open = routes.filter((route) => !isGuarded(route) && !route.plugins.some(mayAuthenticate));
    const guarded = routes.filter((route) => !open.includes(route));
    const closed = open.filter((route) => !isPublic(route));
    if (guarded.length === 0 && closed.length > 1) findings.push(describeGateway(gateway, closed));
    else findings.push(...closed.map((route) => describeRoute(gateway, route, "error", guarded)));
    findings.push(...open.filter(isPublic).map((route) => describeRoute(gateway, route, "info", guarded)));
    cleared.push(...guarded.map((route) => clear(gateway, route)));
  }
  return { findings, cleared };
}

/** An enabled plugin refuses who cannot say who they are; with `anonymous` it lets them through. */
function isGuarded(route: GatewayRoute): boolean {
  return covering(route, AUTHENTICATION).some(({ anonymous }) => !anonymous);
}

const PUBLIC_NAME = /(^|[^a-z])(log-?in|sign-?in|sign-?up|register|registration|oauth2?|callback|webhooks?|health(z|check)?|ready|readyz|live|livez|ping|metrics|docs|swagger|openapi|well-known|public|favicon|robots|static|assets|forgot-password|reset-password|refresh-token)([^a-z]|$)/i;
const PUBLIC_TAG = /^(public|no-?auth|unauthenticated|anonymous|open)$/i;

/** Meant for everybody, by what it is called or by an explicit mark. */
function isPublic(route: GatewayRoute): boolean {
  if (route.explicitlyPublic || route.tags.some((tag) => PUBLIC_TAG.test(tag))) return true;
  return PUBLIC_NAME.test(route.key) || (route.paths.length > 0 && route.paths.every((path) => PUBLIC_NAME.test(path)));
}

function describeRoute(gateway: Gateway, route: GatewayRoute, severity: Severity, guarded: readonly GatewayRoute[]): Finding {
  const optional = covering(route, AUTHENTICATION).filter(({ anonymous }) => anonymous);
  const off = route.plugins.filter(({ name, enabled }) => AUTHENTICATION.has(name) && !enabled);
  const some = partlyCovering(route, AUTHENTICATION);
  const plugin = siblingsPlugin(guarded);
  return {
    ...about(routeSubject(gateway, route)),
    severity,
    confidence: some.length > 0 ? "low" : guarded.length > 0 || optional.length > 0 ? "high" : "medium",
    title: optional.length > 0 ? `Route ${route.key} lets in who does not authenticate` : `Route ${route.key} asks for no authentication`,
    message: `${whatIs(route, optional, off)} ${severity === "info" ? "By its name or mark it is meant to be public." : why(route, guarded)}`,
    remedy: severity === "info" ? "If it is not meant to be public, add an authentication plugin." : `Add ${code(plugin)} to the route${guarded.length > 0 ? ", as on its neighbours" : ""}; if it is meant to be public, say so with \`plugins: []\` or the tag \`public\`.`,
    evidence: [routeEvidence(route), ...[...optional, ...off, ...some].map(pluginEvidence)],
    suggestion: severity === "info" || optional.length > 0 ? null : addPlugin(route.place.path, route.insertion, [`name: ${plugin}`]),
  };
}

function whatIs(route: GatewayRoute, optional: readonly GatewayPlugin[], off: readonly GatewayPlugin[]): string {
  const where = `Route ${code(route.key)}${route.upstream === null ? "" : ` to ${code(route.upstream)}`}`;
  if (optional.length > 0) return `${where} has ${code(optional[0]!.name)} with \`anonymous\`, so that requests without credentials pass as a consumer of that name.`;
  if (off.length > 0) return `${where} has ${code(off[0]!.name)}, but switched off, and no other plugin authenticates.`;
  return `No authentication plugin reaches ${where.charAt(0).toLowerCase()}${where.slice(1)}: not on the route, nor on its service, nor for the whole gateway.`;
}

function why(route: GatewayRoute, guarded: readonly GatewayRoute[]): string {
  const others = guarded.length === 0 ? "" : ` ${listOf(guarded.slice(0, 3).map(({ key }) => code(key)))} of the same gateway ${guarded.length === 1 ? "asks" : "ask"} for it.`;
  return `Whoever finds ${code(route.paths[0] ?? route.key)} can use what is behind it.${others}`;
}

/** What guards the neighbours, most used first. */
function siblingsPlugin(guarded: readonly GatewayRoute[]): string {
  const counts = new Map<string, number>();
  for (const { name } of guarded.flatMap((route) => covering(route, AUTHENTICATION))) counts.set(name, (counts.get(name) ?? 0) + 1);
  return [...counts].sort(([a, one], [b, other]) => other - one || (a < b ? -1 : 1))[0]?.[0] ?? "jwt";
}

function describeGateway(gateway: Gateway, routes: readonly GatewayRoute[]): Finding {
  return {
    ...about(gatewaySubject(gateway)),
    severity: "error",
    confidence: "medium",
    members: routes.map(({ key }) => key).sort(),
    measure: { name: "routes", value: routes.length },
    title: `No route of ${gateway.name} asks for authentication`,
    message:
      `${code(gateway.name)} has ${routes.length} routes that are not public by name, and no plugin that authenticates: ${listOf(routes.map(({ key }) => code(key)))}. ` +
      "Either each service behind it checks by itself, and one that forgets is open to everybody, or nobody does.",
    remedy: "Add an authentication plugin for the whole gateway, and mark the routes that are public with `plugins: []` or the tag `public`. If the services authenticate on purpose, waive this with the reason.",
    evidence: routes.map(routeEvidence),
    suggestion: null,
  };
}

function about(subject: readonly string[]): Pick<Finding, "rule" | "subject" | "discriminator" | "members" | "measure" | "services" | "bodyHash"> {
  return { rule: gatewayMissingAuth.id, subject, discriminator: "", members: [], measure: null, services: [], bodyHash: null };
}

function clear(gateway: Gateway, route: GatewayRoute): Clearance {
  const plugins = route.plugins.filter((plugin) => mayAuthenticate(plugin) || (plugin.enabled && AUTHENTICATION.has(plugin.name)));
  return { rule: gatewayMissingAuth.id, subject: routeSubject(gateway, route), discriminator: "", evidence: plugins.map(pluginEvidence) };
}
