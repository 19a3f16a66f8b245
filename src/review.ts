import { compareFindings } from "./compare/compare.js";
import type { Config } from "./config/config.js";
import { gatherFronts, type Extraction } from "./extraction/gather.js";
import type { SnapshotFacts } from "./facts/facts.js";
import type { TraceFile } from "./facts/traces/span.js";
import { knowing, linkInSteps, type Before, type LinkedSystem } from "./model/build.js";
import { ownChange } from "./model/history.js";
import { readExcerpts, type ExcerptExtent } from "./report/excerpts.js";
import { writeReport, type ReportContext } from "./report/write.js";
import type { Report } from "./report/report.js";
import { judge, judgeChange } from "./rules/judge.js";
import { knownBase } from "./rules/kept.js";
import { diffSnapshots } from "./snapshot/diff.js";
import type { History } from "./snapshot/history.js";
import type { Snapshot } from "./snapshot/snapshot.js";

/** What a review may be given besides the two snapshots and the settings. */
export interface ReviewContext extends ReportContext {
  /** How files become facts: in this thread, in workers, from a cache. */
  readonly extraction?: Extraction;
  /** Changes merged before the base. */
  readonly history?: History;
  /** Recorded traces of both sides. */
  readonly traces?: { readonly base: readonly TraceFile[]; readonly head: readonly TraceFile[] };
  /** How much source is read for readers; as much as a terminal shows if nothing is said. */
  readonly excerpts?: ExcerptExtent;
}

/**
 * The whole product without a network. Reads both snapshots, says what each file states, links the statements into the
 * system at base and at head, asks every rule about both, and compares the answers.
 */
export async function review(base: Snapshot, head: Snapshot, config: Config, context: ReviewContext = {}): Promise<Report> {
  const gathered = await gatherFronts([base, head], config, context.extraction);
  const [baseFacts, headFacts] = gathered.facts;
  const diff = await diffSnapshots(base, head);

  const link = (facts: SnapshotFacts, before?: Before): Promise<LinkedSystem> => gathered.through(linkInSteps(facts, config, before));
  const given = { facts: baseFacts, config, history: context.history, traces: context.traces?.base };
  const { system: baseSystem, model: baseModel, judgements: before } = await knownBase(given, context.extraction, () => link(baseFacts));
  const headSystem = headFacts === baseFacts ? baseSystem : await link(headFacts, { facts: baseFacts, system: baseSystem });
  const headModel = knowing(headSystem, { history: ownChange(diff), past: baseModel.history, traces: context.traces?.head });

  const after = judge(headModel, config);
  const steps = judgeChange(baseModel, headModel, config);

  const comparison = compareFindings({
    before,
    after,
    steps,
    diff,
    coverage: { base: baseModel.coverage, head: headModel.coverage },
    services: { base: baseModel.services, head: headModel.services },
  });

  const excerpts = await readExcerpts(base, head, comparison, context.excerpts);

  return writeReport(
    {
      comparison,
      diff,
      config,
      models: { base: baseModel, head: headModel },
      facts: { base: baseFacts, head: headFacts },
      commits: { base: base.commit, head: head.commit },
      failures: [...before.failures, ...after.failures, ...steps.failures],
      undecided: after.undecided,
      excerpts,
    },
    context,
  );
}
