import type { WorkflowJob, WorkflowStep } from "../../facts/pipeline.js";

const CHANGE_ACTION =
  /paths?-filter|changed-files|changed_files|file-changes|nx-set-shas|get-changed|paths-changed|path-changes|turbo-ignore|has-changed/i;
const CHANGE_NAME = /chang(?:e|es|ed)\b|affected|detect|paths?[-_ ]?filter|(?:^|[-_ ])diff(?:$|[-_ ])|what-to-(?:build|deploy)|matrix/i;

/** A job that finds out which services a change touches, so that others deploy only these. */
function findsChanges(job: WorkflowJob): boolean {
  return CHANGE_NAME.test(job.id) || (job.name !== null && CHANGE_NAME.test(job.name)) || job.steps.some(stepFindsChanges);
}

function stepFindsChanges(step: WorkflowStep): boolean {
  return (
    (step.uses !== null && CHANGE_ACTION.test(step.uses)) ||
    (step.name !== null && /chang(?:e|es|ed)\b|affected|paths?[-_ ]?filter/i.test(step.name))
  );
}

const CHOOSING_INPUT =
  /(?:inputs|client_payload)\.(?:[\w-]*[_-])?(?:(?:micro)?services?|apps?|applications?|components?|modules?|projects?|packages?)(?:[_-][\w-]*)?(?![\w-])/i;

/**
 * A condition that lets one service go without the others: it asks what changed, or for a service that somebody chose.
 * Conditions on branches, events and environments do not.
 */
export function selects(condition: string | null, job: WorkflowJob, jobs: ReadonlyMap<string, WorkflowJob>): boolean {
  if (condition === null) return false;
  if (
    /github\.event\.head_commit\.(?:modified|added)|github\.event\.commits|github\.event\.label|pull_request\.labels|matrix\.[\w.-]*(?:chang|affected)/i.test(
      condition,
    )
  )
    return true;
  if (CHOOSING_INPUT.test(condition)) return true;
  for (const match of condition.matchAll(/needs\.([\w-]+)\.outputs\.[\w-]+|needs\[['"]([\w-]+)['"]\]/g)) {
    const needed = jobs.get(match[1] ?? match[2]!);
    if (needed !== undefined && findsChanges(needed)) return true;
  }
  return /steps\.[\w-]+\.outputs/.test(condition) && job.steps.some(stepFindsChanges);
}

/** The job runs once for each entry of a list that another job or an input computes. */
export function hasComputedMatrix(job: WorkflowJob): boolean {
  return Object.values(job.matrix).includes(null);
}
