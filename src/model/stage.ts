import type { Stage } from "./environment.js";
import { wordsOf } from "./identity.js";
import { lastSegment } from "./paths.js";

const PRODUCTION = new Set(["prod", "production", "prd", "live"]);
const DEVELOPMENT = new Set([
  "dev",
  "develop",
  "development",
  "local",
  "override",
  "debug",
  "example",
  "sample",
  "template",
  "minikube",
  "devcontainer",
]);
/** In the name of a file: how the system was deployed once. */
const FORMER = new Set(["legacy", "old", "deprecated", "previous", "backup", "bak", "orig"]);
const TEST = new Set(["test", "tests", "testing", "e2e", "ci"]);

/** Which stage a file's name and directories speak of; the last word that says one decides. */
export function stageOf(path: string): Stage {
  let stage: Stage = "any";
  for (const word of wordsOf(path)) {
    if (PRODUCTION.has(word)) stage = "production";
    else if (DEVELOPMENT.has(word)) stage = "development";
    else if (TEST.has(word)) stage = "test";
  }
  return stage === "any" && wordsOf(lastSegment(path)).some((word) => FORMER.has(word)) ? "development" : stage;
}

/**
 * The stage of a dotenv file: one without a stage in its name serves the developer's machine, except beside a compose
 * file, which reads it wherever it runs.
 */
export function stageOfEnvFile(path: string, besideCompose: boolean): Stage {
  const stage = stageOf(path);
  return stage === "any" && !besideCompose ? "development" : stage;
}

const ORDER: readonly Stage[] = ["production", "any", "development", "test"];

/** Sorts production first. */
export function byStage(a: Stage, b: Stage): number {
  return ORDER.indexOf(a) - ORDER.indexOf(b);
}
