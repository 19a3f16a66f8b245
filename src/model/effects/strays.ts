import type { Evaluation } from "./evaluate.js";
import type { Flow, FlowEffect } from "./flow.js";
import type { Linking } from "./linking.js";
import type { Relevance } from "./relevance.js";
import { siteKey, type FunctionAt } from "./sites.js";
import type { Use } from "./use.js";

/** What strays are found with. */
interface StrayParts {
  readonly linking: Linking;
  readonly relevance: Relevance;
  readonly listed: readonly FunctionAt[];
  readonly flow: Flow;
  readonly evaluation: Evaluation;
  readonly use: Use;
}

/**
 * Calls of shared code that a service takes in and none of its functions leads to: of a middleware or a listener from a library,
 * which somebody else runs. They are the service's calls all the same.
 */
export function strayCalls({ linking, relevance, listed, flow, evaluation, use }: StrayParts): readonly FlowEffect[] {
  const [service, ...others] = new Set(linking.program.files.flatMap((file) => file.service ?? []));
  if (service === undefined || others.length > 0) return [];
  const carried = new Set(listed.flatMap((at) => flow.effectsOf(at).map(({ origin }) => siteKey(origin.at, origin.at.index))));
  return relevance.functions().flatMap((at) => {
    if (at.file.service !== null) return [];
    const own = flow.effectsOf(at).filter(({ origin, via }) => via.length === 0 && !carried.has(siteKey(origin.at, origin.at.index)));
    const calls = own.filter(({ evaluated }) => evaluated.kind === "call");
    if (calls.length === 0 || !use.of(at)) return [];
    return calls.flatMap((effect) =>
      evaluation
        .evaluate(effect.origin, effect.scope, service)
        .filter(({ to }) => to?.kind === "service" && to.service !== service)
        .map((evaluated): FlowEffect => ({ ...effect, evaluated, service })),
    );
  });
}
