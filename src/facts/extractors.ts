import type { Extractor } from "./facts.js";
import { helmChart } from "./helm-chart.js";
import { kongDeclaration } from "./kong.js";
import { kubernetesManifest } from "./kubernetes-manifest.js";
import { kustomization } from "./kustomization.js";

/** Every extractor, sorted by id. A new format is one file and one line here. */
export const extractors: readonly Extractor[] = [
  helmChart,
  kongDeclaration,
  kubernetesManifest,
  kustomization,
];
