import type { Config } from "../config/config.js";
import type { SystemModel } from "../model/model.js";
import { rules } from "./registry.js";
import type { ChangeRule, Clearance, Finding, Judgement, Rule, RuleOptions, StateRule } from "./rule.js";

/** A rule that threw: reported as a defect of the product, while the other rules go on. */
export interface RuleFailure {
  readonly rule: string;
  readonly message: string;
}

export interface Judgements extends Required<Judgement> {
  readonly failures: readonly RuleFailure[];
}

/** Asks every rule about one system. Rules that are switched off do not run. */
export function judge(model: SystemModel, config: Config, catalogue: readonly Rule[] = rules): Judgements {
  const stateRules = enabled(catalogue, config).filter((rule): rule is StateRule => rule.about === "state");
  return gather(stateRules, (rule) => rule.check(model, optionsOf(rule, config)));
}

/** Asks the rules about change what the step from base to head does. */
export function judgeChange(base: SystemModel, head: SystemModel, config: Config, catalogue: readonly Rule[] = rules): Judgements {
  const changeRules = enabled(catalogue, config).filter((rule): rule is ChangeRule => rule.about === "change");
  return gather(changeRules, (rule) => ({ findings: rule.check(base, head, optionsOf(rule, config)), cleared: [] }));
}

function gather<R extends Rule>(catalogue: readonly R[], check: (rule: R) => Judgement): Judgements {
  const findings: Finding[] = [];
  const cleared: Clearance[] = [];
  const undecided: Clearance[] = [];
  const failures: RuleFailure[] = [];
  for (const rule of catalogue) {
    try {
      const judgement = check(rule);
      findings.push(...judgement.findings);
      cleared.push(...judgement.cleared);
      undecided.push(...(judgement.undecided ?? []));
    } catch (error) {
      failures.push({ rule: rule.id, message: error instanceof Error ? error.message : String(error) });
    }
  }
  return { findings, cleared, undecided, failures };
}

function enabled(catalogue: readonly Rule[], config: Config): readonly Rule[] {
  return catalogue.filter((rule) => config.rules[rule.id]?.level !== "off");
}

/** The rule's defaults, overridden by the settings. The settings' reader has checked names and types. */
function optionsOf(rule: Rule, config: Config): RuleOptions {
  const defaults = Object.entries(rule.options).map(([name, option]) => [name, option.default] as const);
  return { ...Object.fromEntries(defaults), ...config.rules[rule.id]?.options };
}
