import type { Gateway, GatewayPlugin, GatewayRoute } from "../model/gateway.js";
import {
  addPlugin,
  covering,
  gatewaySubject,
  isAnsweredHere,
  isNamedByTemplate,
  looksLikeRateLimit,
  partlyCovering,
  pluginEvidence,
  RATE_LIMITS,
  routeEvidence,
  routeBody,
  routeSubject,
} from "./queries/gateway-plugins.js";
import { together } from "./queries/judgements.js";
import type { Clearance, Finding, Judgement, StateRule } from "./rule.js";
import { code, listOf } from "./words.js";

export const gatewayMissingRateLimit: StateRule = {
  about: "state",
  id: "gateway-missing-rate-limit",
  title: "Gateway route without rate limit",
  summary: "Finds gateway routes that let through as many requests as anybody sends.",
  severity: "warning",
  checklist: [],
  options: {},
  check: ({ gateways }) => together(gateways.map(judgeGateway)),
};

/** One finding for the gateway while none of its routes has a limit, one for each route as soon as some have. */
function judgeGateway(gateway: Gateway): Required<Judgement> {
  const routes = gateway.routes.filter((route) => !isAnsweredHere(route));
  const limited = routes.filter((route) => limitsOf(route).length > 0);
  const perhaps = routes.filter((route) => !limited.includes(route) && route.plugins.some(isNamedByTemplate));
  const bare = routes.filter((route) => !limited.includes(route) && !perhaps.includes(route));
  const asWhole = limited.length === 0 && bare.length > 1;
  return {
    findings: asWhole ? [describeGateway(gateway, bare)] : bare.map((route) => describeRoute(gateway, route)),
    cleared: [
      ...limited.map((route) => clear(routeSubject(gateway, route), [route])),
      ...(limited.length > 0 ? [clear(gatewaySubject(gateway), limited)] : []),
    ],
    undecided: perhaps.map((route) => ({
      rule: gatewayMissingRateLimit.id,
      subject: routeSubject(gateway, route),
      discriminator: "",
      evidence: [routeEvidence(route)],
    })),
  };
}

function limitsOf(route: GatewayRoute): readonly GatewayPlugin[] {
  return [...covering(route, RATE_LIMITS), ...route.plugins.filter(looksLikeRateLimit)];
}

const PLUGIN = ["name: rate-limiting", "config:", "  minute: 100", "  policy: local"];

const WHERE: Readonly<Record<Gateway["form"], string>> = {
  declaration: "Add `rate-limiting` to the route or its service",
  cluster: "Attach a KongPlugin with `rate-limiting`, in the annotation `konghq.com/plugins` of the route or its Service",
};

function describeRoute(gateway: Gateway, route: GatewayRoute): Finding {
  const some = partlyCovering(route, RATE_LIMITS);
  const off = route.plugins.filter(({ name, enabled }) => RATE_LIMITS.has(name) && !enabled);
  return {
    ...about(routeSubject(gateway, route)),
    bodyHash: routeBody(route),
    confidence: some.length > 0 ? "low" : "high",
    title: `Route ${route.key} has no rate limit`,
    message:
      `No rate limit reaches route ${code(route.key)}${route.upstream === null ? "" : ` to ${code(route.upstream)}`}: not on the route, nor on its service, nor for the whole gateway. ` +
      (some.length > 0 ? "Some consumers have a limit of their own, everyone else has none. " : "") +
      (off.length > 0 ? `${code(off[0]!.name)} is there, but switched off. ` : "") +
      "One caller in a loop, or one attacker, takes the capacity of all.",
    remedy: `${off.length > 0 ? `Switch ${code(off[0]!.name)} on again` : WHERE[gateway.form]}, with a limit that a well-behaved caller never meets; where several instances of the gateway run, count in Redis (\`policy: redis\`).`,
    evidence: [routeEvidence(route), ...[...off, ...some].flatMap(pluginEvidence)],
    suggestion: off.length > 0 ? null : addPlugin(route.place.path, route.insertion, PLUGIN),
  };
}

function describeGateway(gateway: Gateway, routes: readonly GatewayRoute[]): Finding {
  const some = routes.flatMap((route) => partlyCovering(route, RATE_LIMITS));
  return {
    ...about(gatewaySubject(gateway)),
    confidence: some.length > 0 ? "low" : "high",
    members: routes.map(({ key }) => key).sort(),
    measure: { name: "routes", value: routes.length },
    title: `No route of gateway ${gateway.name} has a rate limit`,
    message: `None of the ${routes.length} routes of gateway ${code(gateway.name)} has a rate limit: ${listOf(routes.map(({ key }) => code(key)))}. ${some.length > 0 ? "Some consumers have a limit of their own, everyone else has none. " : ""}One caller in a loop, or one attacker, takes the capacity of all.`,
    remedy: `Add ${gateway.form === "cluster" ? 'a KongClusterPlugin with `rate-limiting` and the label `global: "true"`' : "`rate-limiting` for the whole gateway"} as a floor, and tighter limits on the routes that cost most.`,
    evidence: routes.map(routeEvidence),
    suggestion: addPlugin(gateway.place.path, gateway.insertion, PLUGIN),
  };
}

function about(
  subject: readonly string[],
): Pick<Finding, "rule" | "subject" | "discriminator" | "severity" | "members" | "measure" | "services" | "bodyHash"> {
  return {
    rule: gatewayMissingRateLimit.id,
    subject,
    discriminator: "",
    severity: "warning",
    members: [],
    measure: null,
    services: [],
    bodyHash: null,
  };
}

function clear(subject: readonly string[], routes: readonly GatewayRoute[]): Clearance {
  const evidence = routes.flatMap((route) => limitsOf(route).flatMap(pluginEvidence));
  return {
    rule: gatewayMissingRateLimit.id,
    subject,
    discriminator: "",
    evidence: [...new Map(evidence.map((one) => [`${one.path}:${one.startLine}`, one])).values()],
  };
}
