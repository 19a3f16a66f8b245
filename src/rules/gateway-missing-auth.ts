import type { Severity } from "../config/severity.js";
import type { Confidence } from "../model/evidence.js";
import type { Gateway, GatewayPlugin, GatewayRoute } from "../model/gateway.js";
import {
  addPlugin,
  AUTHENTICATION,
  covering,
  gatewaySubject,
  isAnsweredHere,
  letsAnybodyIn,
  mayAuthenticate,
  partlyCovering,
  pluginEvidence,
  routeEvidence,
  routeBody,
  routeSubject,
} from "./queries/gateway-plugins.js";
import { together } from "./queries/judgements.js";
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
  check: ({ gateways }) => together(gateways.map(judgeGateway)),
};

/** One gateway's routes by what is known of their callers. */
function judgeGateway(gateway: Gateway): Required<Judgement> {
  const routes = gateway.routes.filter((route) => !isAnsweredHere(route));
  const guarded = routes.filter((route) => !letsAnybodyIn(route));
  const perhaps = routes.filter((route) => letsAnybodyIn(route) && route.plugins.some(mayAuthenticate));
  const open = routes.filter((route) => !guarded.includes(route) && !perhaps.includes(route));
  const isForAll = open.filter(isPublic);
  const closed = open.filter((route) => !isForAll.includes(route));
  // Where nothing is guarded, authentication may happen behind the gateway: that is one question, not one for each route.
  const asWhole = guarded.length === 0 && perhaps.length === 0 && closed.length > 1;
  return {
    findings: [
      ...(asWhole ? [describeGateway(gateway, closed)] : closed.map((route) => describeRoute(gateway, route, "error", guarded))),
      ...isForAll.map((route) => describeRoute(gateway, route, "info", guarded)),
    ],
    cleared: [
      ...guarded.map((route) => clear(routeSubject(gateway, route), [route])),
      ...(guarded.length > 0 ? [clear(gatewaySubject(gateway), guarded)] : []),
    ],
    undecided: [
      ...inDoubt(perhaps).flatMap((routes) =>
        routes.map((route, index) => ({
          ...clear(routeSubject(gateway, route), [route]),
          ...(index === 0 ? { note: doubt(routes) } : {}),
        })),
      ),
      ...(guarded.length === 0 && perhaps.length > 0 ? [clear(gatewaySubject(gateway), perhaps)] : []),
    ],
  };
}

const PUBLIC_WORD =
  "auth|authenticate|authentication|log-?in|log-?on|sign-?in|sign-?up|register|registration|oauth2?|oidc|sso|saml|callback|webhooks?|health|healthz|healthcheck|ready|readyz|readiness|live|livez|liveness|ping|status|docs|swagger|openapi|api-?docs|well-known|public|favicon|robots|static|assets|forgot-password|reset-password|refresh-token|verify-email";
const PUBLIC_NAME = new RegExp(`(?:^|[^a-z])(?:${PUBLIC_WORD})(?:[^a-z]|$)`, "i");
const PUBLIC_TAG = /^(?:public|no-?auth|unauthenticated|anonymous|open)$/i;

/** Meant for everybody, by what it is called or by an explicit mark. */
function isPublic(route: GatewayRoute): boolean {
  if (route.explicitlyPublic || route.tags.some((tag) => PUBLIC_TAG.test(tag))) return true;
  const byName = route.named && PUBLIC_NAME.test(route.key);
  return byName || (route.paths.length > 0 && route.paths.every((path) => PUBLIC_NAME.test(path)));
}

function describeRoute(gateway: Gateway, route: GatewayRoute, severity: Severity, guarded: readonly GatewayRoute[]): Finding {
  const optional = covering(route, AUTHENTICATION).filter(({ anonymous }) => anonymous);
  const off = route.plugins.filter(({ name, enabled }) => AUTHENTICATION.has(name) && !enabled);
  const some = partlyCovering(route, AUTHENTICATION);
  const plugin = usualPlugin(guarded);
  return {
    ...about(routeSubject(gateway, route)),
    bodyHash: routeBody(route),
    severity,
    confidence: confidenceOf(some, gateway.credentials || guarded.length > 0 || optional.length > 0 || off.length > 0),
    title: optional.length > 0 ? `Route ${route.key} lets in who does not authenticate` : `Route ${route.key} asks for no authentication`,
    message: `${whatIs(route, optional, off)} ${severity === "info" ? "By its name or mark it is meant to be public." : why(route, guarded)}`,
    remedy:
      severity === "info"
        ? "If it is not meant to be public, add an authentication plugin."
        : remedy(gateway, guarded, optional[0], off[0]),
    evidence: [routeEvidence(route), ...[...optional, ...off, ...some].flatMap(pluginEvidence)],
    suggestion:
      severity === "info" || optional.length > 0 || off.length > 0
        ? null
        : addPlugin(route.place.path, route.insertion, [`name: ${plugin}`]),
  };
}

/** Sure where the team shows that it authenticates at the gateway; otherwise the services behind it may do so. */
function confidenceOf(some: readonly GatewayPlugin[], shown: boolean): Confidence {
  if (some.length > 0) return "low";
  return shown ? "high" : "medium";
}

function remedy(
  gateway: Gateway,
  guarded: readonly GatewayRoute[],
  optional: GatewayPlugin | undefined,
  off: GatewayPlugin | undefined,
): string {
  if (optional !== undefined)
    return `Remove \`anonymous\` from ${code(optional.name)}, or refuse the anonymous consumer with \`request-termination\`.`;
  if (off !== undefined) return `Switch ${code(off.name)} on again, or put another authentication plugin in its place.`;
  const plugin = `${code(usualPlugin(guarded))}${guarded.length > 0 ? ", as on its neighbours" : ""}`;
  return gateway.form === "cluster"
    ? `Attach a KongPlugin with ${plugin}, in the annotation \`konghq.com/plugins\`; if the route is meant to be public, say so with \`konghq.com/tags: public\`.`
    : `Add ${plugin}; if the route is meant to be public, say so with \`plugins: []\` or the tag \`public\`.`;
}

function whatIs(route: GatewayRoute, optional: readonly GatewayPlugin[], off: readonly GatewayPlugin[]): string {
  const where = `oute ${code(route.key)}${route.upstream === null ? "" : ` to ${code(route.upstream)}`}`;
  if (optional.length > 0)
    return `R${where} has ${code(optional[0]!.name)} with \`anonymous\`, so that requests without credentials pass as the anonymous consumer.`;
  if (off.length > 0) return `R${where} has ${code(off[0]!.name)}, but switched off, and no other plugin authenticates.`;
  return `Nothing asks who calls r${where}: neither the route nor its service nor the whole gateway has an authentication plugin.`;
}

function why(route: GatewayRoute, guarded: readonly GatewayRoute[]): string {
  const others =
    guarded.length === 0
      ? ""
      : ` ${listOf(guarded.slice(0, 3).map(({ key }) => code(key)))} of the same gateway ${guarded.length === 1 ? "asks" : "ask"} who calls.`;
  return `Whoever reaches the gateway can use ${code(route.paths[0] ?? route.key)}.${others}`;
}

/** What guards the neighbours, most used first. */
function usualPlugin(guarded: readonly GatewayRoute[]): string {
  const counts = new Map<string, number>();
  for (const { name } of guarded.flatMap((route) => covering(route, AUTHENTICATION))) counts.set(name, (counts.get(name) ?? 0) + 1);
  return [...counts].sort(([a, one], [b, other]) => other - one || (a < b ? -1 : 1))[0]?.[0] ?? "jwt";
}

function describeGateway(gateway: Gateway, routes: readonly GatewayRoute[]): Finding {
  const tried = routes.flatMap(({ plugins }) => plugins).filter(({ name }) => AUTHENTICATION.has(name));
  const some = tried.filter(({ scope }) => scope === "consumer");
  return {
    ...about(gatewaySubject(gateway)),
    severity: "error",
    confidence: confidenceOf(some, gateway.credentials || tried.length > 0),
    members: routes.map(({ key }) => key).sort(),
    measure: { name: "routes", value: routes.length },
    title: `No route of gateway ${gateway.name} asks for authentication`,
    message:
      `Gateway ${code(gateway.name)} has ${routes.length} routes that are not public by name, and no plugin that authenticates: ${listOf(routes.map(({ key }) => code(key)))}. ` +
      "Either each service behind it checks by itself, and one that forgets is open to everybody, or nobody does.",
    remedy: `Add an authentication plugin for the whole gateway, and mark the routes that are public with ${gateway.form === "cluster" ? "`konghq.com/tags: public`" : "`plugins: []` or the tag `public`"}. If the services authenticate on purpose, waive this with the reason.`,
    evidence: [...routes.map(routeEvidence), ...distinct(tried).flatMap(pluginEvidence)],
    suggestion: null,
  };
}

function distinct(plugins: readonly GatewayPlugin[]): readonly GatewayPlugin[] {
  return [...new Map(plugins.map((plugin) => [`${plugin.place.path}:${plugin.place.startLine}`, plugin])).values()];
}

function about(
  subject: readonly string[],
): Pick<Finding, "rule" | "subject" | "discriminator" | "members" | "measure" | "services" | "bodyHash"> {
  return { rule: gatewayMissingAuth.id, subject, discriminator: "", members: [], measure: null, services: [], bodyHash: null };
}

/** Routes that the same plugins leave open: one note is enough for them. */
function inDoubt(routes: readonly GatewayRoute[]): readonly (readonly GatewayRoute[])[] {
  const groups = new Map<string, GatewayRoute[]>();
  for (const route of routes) {
    const plugins = route.plugins.filter(mayAuthenticate).map(({ name, place }) => `${name} ${place.path}:${place.startLine}`);
    const key = plugins.sort().join("\n");
    groups.set(key, [...(groups.get(key) ?? []), route]);
  }
  return [...groups.values()];
}

/** Whoever reads the report learns that silence about these routes is no praise. */
function doubt(routes: readonly GatewayRoute[]): string {
  const names = [...new Set(routes.flatMap(({ plugins }) => plugins.filter(mayAuthenticate).map(({ name }) => code(name))))];
  const which = `route${routes.length === 1 ? "" : "s"} ${listOf(routes.map(({ key }) => code(key)))}`;
  return `could not be judged: whether ${listOf(names)} ${names.length === 1 ? "asks" : "ask"} who calls ${which} is not known`;
}

function clear(subject: readonly string[], routes: readonly GatewayRoute[]): Clearance {
  const plugins = routes.flatMap((route) =>
    route.plugins.filter((plugin) => mayAuthenticate(plugin) || (plugin.enabled && AUTHENTICATION.has(plugin.name))),
  );
  return { rule: gatewayMissingAuth.id, subject, discriminator: "", evidence: distinct(plugins).flatMap(pluginEvidence) };
}
