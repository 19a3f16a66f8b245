import type { Gateway, GatewayRoute } from "../model/gateway.js";
import type { SystemModel } from "../model/model.js";
import { addPlugin, covering, gatewaySubject, isAnsweredHere, partlyCovering, pluginEvidence, RATE_LIMITS, routeEvidence, routeSubject } from "./queries/gateway-plugins.js";
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
  check,
};

function check(model: SystemModel): Judgement {
  const findings: Finding[] = [];
  const cleared: Clearance[] = [];
  for (const gateway of model.gateways) {
    const routes = gateway.routes.filter((route) => !isAnsweredHere(route));
    const bare = routes.filter((route) => covering(route, RATE_LIMITS).length === 0);
    if (bare.length > 1 && bare.length === routes.length) findings.push(describeGateway(gateway, bare));
    else findings.push(...bare.map((route) => describeRoute(gateway, route)));
    cleared.push(...routes.filter((route) => !bare.includes(route)).map((route) => clear(gateway, route)));
  }
  return { findings, cleared };
}

const PLUGIN = ["name: rate-limiting", "config:", "  minute: 100", "  policy: local"];

function describeRoute(gateway: Gateway, route: GatewayRoute): Finding {
  const some = partlyCovering(route, RATE_LIMITS);
  const off = route.plugins.filter(({ name, enabled }) => RATE_LIMITS.has(name) && !enabled);
  return {
    ...about(routeSubject(gateway, route)),
    confidence: some.length > 0 ? "low" : "high",
    title: `Route ${route.key} has no rate limit`,
    message:
      `No rate limit reaches route ${code(route.key)}${route.upstream === null ? "" : ` to ${code(route.upstream)}`}: not on the route, nor on its service, nor for the whole gateway. ` +
      (some.length > 0 ? "Some consumers have a limit of their own, everyone else has none. " : "") +
      (off.length > 0 ? `${code(off[0]!.name)} is there, but switched off. ` : "") +
      "One caller in a loop, or one attacker, takes the capacity of all.",
    remedy: "Add `rate-limiting` to the route or its service, with a limit that a well-behaved caller never meets; with several gateways count in Redis (`policy: redis`).",
    evidence: [routeEvidence(route), ...off.map(pluginEvidence), ...some.map(pluginEvidence)],
    suggestion: addPlugin(route.place.path, route.insertion, PLUGIN),
  };
}

function describeGateway(gateway: Gateway, routes: readonly GatewayRoute[]): Finding {
  return {
    ...about(gatewaySubject(gateway)),
    confidence: "high",
    members: routes.map(({ key }) => key).sort(),
    measure: { name: "routes", value: routes.length },
    title: `No route of ${gateway.name} has a rate limit`,
    message: `None of the ${routes.length} routes of ${code(gateway.name)} has a rate limit: ${listOf(routes.map(({ key }) => code(key)))}. One caller in a loop, or one attacker, takes the capacity of all.`,
    remedy: "Add `rate-limiting` for the whole gateway as a floor, and tighter limits on the routes that cost most.",
    evidence: routes.map(routeEvidence),
    suggestion: addPlugin(gateway.place.path, gateway.insertion, PLUGIN),
  };
}

function about(subject: readonly string[]): Pick<Finding, "rule" | "subject" | "discriminator" | "severity" | "members" | "measure" | "services" | "bodyHash"> {
  return { rule: gatewayMissingRateLimit.id, subject, discriminator: "", severity: "warning", members: [], measure: null, services: [], bodyHash: null };
}

function clear(gateway: Gateway, route: GatewayRoute): Clearance {
  return { rule: gatewayMissingRateLimit.id, subject: routeSubject(gateway, route), discriminator: "", evidence: covering(route, RATE_LIMITS).map(pluginEvidence) };
}
