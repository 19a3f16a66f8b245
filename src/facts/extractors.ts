import { asyncapi } from "./contracts/asyncapi.js";
import { avro } from "./contracts/avro.js";
import { avroIdl } from "./contracts/avro-idl.js";
import { jsonSchema } from "./contracts/json-schema.js";
import { protobuf } from "./contracts/protobuf.js";
import { brokerDefinitions } from "./broker-definitions.js";
import { cdk } from "./cdk.js";
import { compose } from "./compose.js";
import { daprRun } from "./dapr-run.js";
import { dockerfile } from "./dockerfile.js";
import { envFile } from "./env-file.js";
import type { Extractor } from "./facts.js";
import { helmChart } from "./helm-chart.js";
import { kongDeclaration } from "./kong.js";
import { kubernetesManifest } from "./kubernetes-manifest.js";
import { kustomization } from "./kustomization.js";
import { packageJson } from "./package-json.js";
import { prisma } from "./prisma.js";
import { projectFiles } from "./project-files.js";
import { proto } from "./proto.js";
import { requirements } from "./requirements.js";
import { script } from "./script.js";
import { serverless } from "./serverless.js";
import { settingsFile } from "./settings-file.js";
import { skaffold } from "./skaffold.js";
import { terraform } from "./terraform.js";
import { terragrunt } from "./terragrunt.js";
import { tsconfig } from "./tsconfig.js";
import { tykDefinition } from "./tyk.js";
import { typescript } from "./typescript/extractor.js";
import { workflow } from "./workflow.js";
import { workspaceFiles } from "./workspace-files.js";

/** Every extractor, sorted by id. A new format is one file and one line here. */
export const extractors: readonly Extractor[] = [
  asyncapi,
  avro,
  avroIdl,
  brokerDefinitions,
  cdk,
  compose,
  daprRun,
  dockerfile,
  envFile,
  helmChart,
  jsonSchema,
  kongDeclaration,
  kubernetesManifest,
  kustomization,
  packageJson,
  prisma,
  projectFiles,
  proto,
  protobuf,
  requirements,
  script,
  serverless,
  settingsFile,
  skaffold,
  terraform,
  terragrunt,
  tsconfig,
  tykDefinition,
  typescript,
  workflow,
  workspaceFiles,
];
