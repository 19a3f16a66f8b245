import { dockerfile } from "./dockerfile.js";
import { envFile } from "./env-file.js";
import type { Extractor } from "./facts.js";
import { helmChart } from "./helm-chart.js";
import { kongDeclaration } from "./kong.js";
import { kubernetesManifest } from "./kubernetes-manifest.js";
import { kustomization } from "./kustomization.js";
import { packageJson } from "./package-json.js";
import { prisma } from "./prisma.js";
import { proto } from "./proto.js";
import { script } from "./script.js";
import { tsconfig } from "./tsconfig.js";

/** Every extractor, sorted by id. A new format is one file and one line here. */
export const extractors: readonly Extractor[] = [
  dockerfile,
  envFile,
  helmChart,
  kongDeclaration,
  kubernetesManifest,
  kustomization,
  packageJson,
  prisma,
  proto,
  script,
  tsconfig,
];
