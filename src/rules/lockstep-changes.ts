import type { ServiceHistory } from "../model/history.js";
import type { SystemModel } from "../model/model.js";
import { togetherByChance } from "./queries/fisher.js";
import type { ChangeRule, Finding, RuleOptions } from "./rule.js";
import { code, listOf } from "./words.js";

export const lockstepChanges: ChangeRule = {
  about: "change",
  id: "lockstep-changes",
  title: "Lockstep changes",
  summary: "Finds services that keep changing together, when a pull request takes a pair over the line.",
  severity: "info",
  checklist: ["independent-deployment"],
  options: {
    "min-revisions": { description: "Changes that each of the two must have seen.", default: 5 },
    "min-together": { description: "Changes that touched both.", default: 5 },
    "min-degree": { description: "Per cent of their changes that touched both.", default: 50 },
  },
  check,
};

/** Chance explains the pair if it is likelier than this. */
const SIGNIFICANCE = 0.05;

function check(base: SystemModel, head: SystemModel, options: RuleOptions): readonly Finding[] {
  const before = new Set(pairsOver(base.history, options).map(keyOf));
  return pairsOver(head.history, options)
    .filter((pair) => !before.has(keyOf(pair)))
    .map((pair) => describe(pair, head));
}

interface Pair {
  readonly one: string;
  readonly other: string;
  readonly together: number;
  /** Changes of each. */
  readonly revisions: readonly [number, number];
  /** Per cent of the mean of both. */
  readonly degree: number;
}

function pairsOver({ changes }: ServiceHistory, options: RuleOptions): readonly Pair[] {
  const revisions = new Map<string, number>();
  const together = new Map<string, readonly [string, string, number]>();
  for (const services of changes) {
    for (const [index, one] of services.entries()) {
      revisions.set(one, (revisions.get(one) ?? 0) + 1);
      for (const other of services.slice(index + 1)) {
        const key = JSON.stringify([one, other]);
        together.set(key, [one, other, (together.get(key)?.[2] ?? 0) + 1]);
      }
    }
  }
  return [...together.values()].flatMap(([one, other, count]) => {
    const [of, ofOther] = [revisions.get(one) ?? 0, revisions.get(other) ?? 0];
    const degree = Math.round((100 * count) / ((of + ofOther) / 2));
    const often = Math.min(of, ofOther) >= Number(options["min-revisions"]) && count >= Number(options["min-together"]);
    if (!often || degree < Number(options["min-degree"])) return [];
    if (togetherByChance(count, of, ofOther, changes.length) >= SIGNIFICANCE) return [];
    return [{ one, other, together: count, revisions: [of, ofOther] as const, degree }];
  });
}

function keyOf({ one, other }: Pair): string {
  return JSON.stringify([one, other]);
}

function describe({ one, other, together, revisions, degree }: Pair, model: SystemModel): Finding {
  return {
    rule: lockstepChanges.id,
    subject: [`service:${one}`, `service:${other}`],
    discriminator: "",
    severity: "info",
    confidence: "medium",
    members: [],
    measure: { name: "degree", value: degree },
    services: [one, other],
    title: `${one} and ${other} keep changing together: ${together} times, ${degree} % of their changes`,
    message:
      `${code(one)} changed ${revisions[0]} times and ${code(other)} ${revisions[1]} times; ${together} of these changes touched both, more than chance explains. ` +
      `Services that change together are released together, and the boundary between them costs without protecting.`,
    remedy:
      `Look at what the common changes have in common. If it is a contract between ${listOf([one, other].map(code))}, version it so that one side can follow later; ` +
      `if it is one feature in two places, move it into one of them, or merge the two.`,
    evidence: model.services
      .filter(({ name }) => name === one || name === other)
      .flatMap((service) => service.evidence.slice(0, 1))
      .map((evidence) => ({ ...evidence, kind: "history" as const })),
    suggestion: null,
    bodyHash: null,
  };
}
