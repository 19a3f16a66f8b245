import { weakest } from "../model/evidence.js";
import type { SystemModel } from "../model/model.js";
import { callEvidence, cyclesOf, serviceGraph, surest, type InternalCall, type ServiceGraph } from "./queries/call-graph.js";
import { code, listOf } from "./words.js";
import type { Finding, Judgement, StateRule } from "./rule.js";

export const cyclicServiceCalls: StateRule = {
  about: "state",
  id: "cyclic-service-calls",
  title: "Cyclic service calls",
  summary: "Finds services that wait for each other in a circle of synchronous calls.",
  severity: "warning",
  checklist: ["failure-isolation"],
  options: {},
  check,
};

function check(model: SystemModel): Judgement {
  const graph = serviceGraph(model);
  return { findings: cyclesOf(graph).map((services) => describe(services, graph)), cleared: [] };
}

function describe(services: readonly string[], graph: ServiceGraph): Finding {
  const edges = services.flatMap((from) => edgesWithin(from, services, graph));
  const [first, ...others] = services.map(code);
  return {
    rule: cyclicServiceCalls.id,
    subject: [`service:${services[0]!}`],
    discriminator: "",
    severity: "warning",
    confidence: weakest(...edges.map(surest)),
    members: services,
    measure: { name: "services", value: services.length },
    services,
    title: `${listOf(services)} call each other in a circle`,
    message:
      `${listOf(services.map(code))} reach each other through synchronous calls. When one of them is slow or down, all of them are, a retry travels round the circle, ` +
      `and none can be deployed or scaled with the others at rest.`,
    remedy: `Turn one of the calls round: let ${first} publish what ${listOf(others)} ${others.length === 1 ? "asks" : "ask"} it for as an event, and keep a copy of it there; or move what both sides need into one of them.`,
    evidence: edges.flatMap((calls) => calls.flatMap(callEvidence)),
    suggestion: null,
    bodyHash: null,
  };
}

/** Calls of a service to others of the circle, in their order. A circle can have a thousand services, of which each calls few. */
function edgesWithin(from: string, services: readonly string[], graph: ServiceGraph): readonly (readonly InternalCall[])[] {
  const called = [...(graph.get(from) ?? [])].map(([to, calls]) => ({ at: services.indexOf(to), calls }));
  return called
    .filter(({ at }) => at >= 0)
    .sort((one, other) => one.at - other.at)
    .map(({ calls }) => calls);
}
