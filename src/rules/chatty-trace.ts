import type { Severity } from "../config/severity.js";
import type { ServiceCall } from "../model/code.js";
import type { Evidence } from "../model/evidence.js";
import type { SystemModel } from "../model/model.js";
import type { TracedCalls } from "../model/traces.js";
import type { Clearance, Finding, Judgement, RuleOptions, StateRule } from "./rule.js";
import { code } from "./words.js";

export const chattyTrace: StateRule = {
  about: "state",
  id: "chatty-trace",
  title: "Chatty trace",
  summary: "Finds recorded requests in which one service calls another again and again.",
  severity: "warning",
  checklist: ["batch-apis"],
  options: {
    "max-calls": { description: "Calls from one service to another within one trace that are still accepted.", default: 5 },
    "error-calls": { description: "Calls from which the finding is an error.", default: 15 },
  },
  check,
};

function check(model: SystemModel, options: RuleOptions): Judgement {
  const accepted = Number(options["max-calls"]);
  const findings = model.traces.calls
    .filter(({ calls }) => calls > accepted)
    .map((traced) => describe(traced, model, Number(options["error-calls"])));
  return { findings, cleared: model.traces.operations.map(recorded) };
}

/** Whoever calls whom in an operation that was recorded, and is not reported, is clean. */
function recorded(operation: string): Clearance {
  return { rule: chattyTrace.id, subject: [`operation:${operation}`], discriminator: "", evidence: [] };
}

type Kind = "n-plus-one" | "redundant" | "chatty";

/** So many different parameters of one template make it a loop over items. */
const DISTINCT = 5;

function kindOf({ templates, calls }: TracedCalls): Kind {
  const most = templates[0];
  if (most === undefined || most.calls < calls / 2 || most.calls < DISTINCT) return "chatty";
  if (most.parameters >= DISTINCT) return "n-plus-one";
  return most.parameters === 1 ? "redundant" : "chatty";
}

function describe(traced: TracedCalls, model: SystemModel, errorCalls: number): Finding {
  const { caller, target, operation, calls, templates } = traced;
  const kind = kindOf(traced);
  const template = templates[0]?.template ?? target;
  const confirmed = kind === "n-plus-one" ? loopCalls(model, caller, target) : [];
  const severity: Severity = calls >= errorCalls ? "error" : "warning";
  return {
    rule: chattyTrace.id,
    subject: [`operation:${operation}`, `service:${caller}`, `service:${target}`],
    discriminator: kind,
    severity,
    confidence: "high",
    members: [],
    measure: { name: "calls", value: calls },
    services: [caller, target].filter((name) => model.services.some((service) => service.name === name)).sort(),
    title: `${caller} calls ${target} ${calls} times in one ${operation}`,
    message: `${MESSAGE[kind](code(caller), code(target), code(template), calls)} Each is a round trip that adds its latency and its chance to fail to ${code(operation)}.`,
    remedy: REMEDY[kind](code(caller), code(target), code(template)),
    evidence: [...traced.evidence, ...confirmed],
    suggestion: null,
    bodyHash: null,
  };
}

const MESSAGE: Record<Kind, (caller: string, target: string, template: string, calls: number) => string> = {
  "n-plus-one": (caller, target, template, calls) =>
    `A recorded request makes ${caller} call ${target} ${calls} times, ${template} once for each of many items.`,
  redundant: (caller, target, template, calls) =>
    `A recorded request makes ${caller} call ${target} ${calls} times, ${template} again and again with the same parameters.`,
  chatty: (caller, target, _template, calls) => `A recorded request makes ${caller} call ${target} ${calls} times, for different things.`,
};

const REMEDY: Record<Kind, (caller: string, target: string, template: string) => string> = {
  "n-plus-one": (caller, target, template) =>
    `Give ${target} an endpoint that takes all keys of ${template} at once, and let ${caller} collect the keys first and ask once.`,
  redundant: (caller, target, template) =>
    `Let ${caller} ask ${template} of ${target} once and pass the answer on, or keep it for the length of the request.`,
  chatty: (caller, target) =>
    `Give ${target} an operation that answers what ${caller} needs in one call, or let a backend for frontend gather it side by side.`,
};

/** Loops in the code that the trace confirms. */
function loopCalls(model: SystemModel, caller: string, target: string): readonly Evidence[] {
  const inLoop = (call: ServiceCall): boolean =>
    call.from === caller &&
    call.to.kind === "service" &&
    call.to.service === target &&
    call.loops.some(({ dependent, exempt }) => dependent && exempt === null);
  return model.code.calls
    .filter(inLoop)
    .map(({ place, operation }) => ({ ...place, kind: "code" as const, note: `${operation} in a loop: the code behind the trace` }));
}
