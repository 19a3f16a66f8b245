import type { Extraction, Extractor, Fact, SourceText, Unreadable } from "./facts.js";
import { readJson } from "./json.js";
import { configMapOf, embeddedEnvFiles, secretOf } from "./kubernetes/configuration.js";
import { destinationRuleOf, serviceEntryOf } from "./kubernetes/destination-rule.js";
import { httpRouteOf } from "./kubernetes/gateway-api.js";
import { kongPluginObjectOf } from "./kubernetes/kong-plugin.js";
import { backendTrafficPolicyOf, daprResiliencyOf, ingressOf, linkerdPolicyOf, serviceOf, serviceProfileOf } from "./kubernetes/network.js";
import { looksLikeManifest, manifestsOf, type Manifest } from "./kubernetes/object.js";
import { virtualServiceOf } from "./kubernetes/virtual-service.js";
import { autoscalerOf, isWorkload, WORKLOAD_KINDS, workloadOf } from "./kubernetes/workload.js";
import { parseYaml, readYaml, type YamlFile } from "./yaml.js";

/** Kubernetes objects in YAML or JSON, also in Helm and other templates, as far as they stand there literally. */
export const kubernetesManifest: Extractor = {
  id: "kubernetes",
  version: 4,
  accepts: (path) => MANIFEST.test(path) && !NOT_MANIFEST.test(path),
  extract: readManifests,
};

const MANIFEST = /\.(?:ya?ml|json)(?:\.(?:j2|tpl|tmpl|gotmpl|template))?$/i;
const NOT_MANIFEST =
  /(?:^|\/)(?:package(?:-lock)?|tsconfig[^/]*|composer|lerna|nx|turbo)\.json$|(?:^|\/)(?:kustomization\.ya?ml|Chart\.ya?ml|pnpm-lock\.yaml)$/i;

function readManifests(source: SourceText): Extraction {
  if (!looksLikeManifest(source.text, KINDS)) {
    return { facts: [], unreadable: [] };
  }
  const file = parsed(source);
  const manifests = file.documents.flatMap((document) => manifestsOf(document, file));
  return { facts: manifests.flatMap(factsOf), unreadable: problemsOf(file) };
}

function parsed(source: SourceText): YamlFile {
  if (!/\.json$/i.test(source.path)) {
    return /^kind: CustomResourceDefinition/m.test(source.text) ? parseYaml(withoutDefinitions(source.text)) : readYaml(source);
  }
  const { root, problems } = readJson(source);
  const lines = root?.lines ?? { startLine: 1, endLine: 1 };
  return {
    documents: [{ root, lines, opaque: [], control: [] }],
    problems,
    duplicates: [],
    text: source.text.split(/\r\n|\n|\r/),
    crlf: source.text.includes("\r\n"),
  };
}

/** Definitions of resources are megabytes that say nothing of a system: their lines are left empty. */
function withoutDefinitions(text: string): string {
  const documents = text.split(/^(?=---)/m);
  return documents
    .map((document) => (/^kind: CustomResourceDefinition/m.test(document) ? document.replace(/[^\r\n]+/g, "") : document))
    .join("");
}

/** Problems of documents that are manifests: a broken neighbour of another kind is not ours to report. */
function problemsOf(file: YamlFile): Unreadable[] {
  return file.problems.filter((problem) => {
    const document = file.documents.find(({ lines }) => lines.startLine <= problem.line && problem.line <= lines.endLine + 1);
    const text = document === undefined ? file.text : file.text.slice(document.lines.startLine - 1, document.lines.endLine);
    return looksLikeManifest(text.join("\n"), KINDS);
  });
}

type Reader = (manifest: Manifest) => readonly Fact[];

/** By kind and group; an empty list of groups takes any. */
const READERS: Readonly<Record<string, readonly { readonly groups: readonly string[]; readonly read: Reader }[]>> = {
  Service: [{ groups: [""], read: (it) => [serviceOf(it), ...linkerdPolicyOf(it)] }],
  ConfigMap: [{ groups: [""], read: (it) => [configMapOf(it), ...embeddedEnvFiles(it)] }],
  Secret: [{ groups: [""], read: (it) => [secretOf(it)] }],
  SealedSecret: [{ groups: ["bitnami.com"], read: (it) => [secretOf(it)] }],
  ExternalSecret: [{ groups: [], read: (it) => [secretOf(it)] }],
  Ingress: [{ groups: ["networking.k8s.io", "extensions"], read: (it) => [ingressOf(it)] }],
  HorizontalPodAutoscaler: [{ groups: [], read: (it) => [autoscalerOf(it)] }],
  ScaledObject: [{ groups: ["keda.sh"], read: (it) => [autoscalerOf(it)] }],
  VirtualService: [{ groups: ["networking.istio.io"], read: (it) => [virtualServiceOf(it)] }],
  DestinationRule: [{ groups: ["networking.istio.io"], read: (it) => [destinationRuleOf(it)] }],
  ServiceEntry: [{ groups: ["networking.istio.io"], read: (it) => [serviceEntryOf(it)] }],
  HTTPRoute: [{ groups: ["gateway.networking.k8s.io", "policy.linkerd.io"], read: (it) => [httpRouteOf(it), ...linkerdPolicyOf(it)] }],
  GRPCRoute: [{ groups: ["gateway.networking.k8s.io"], read: (it) => [httpRouteOf(it), ...linkerdPolicyOf(it)] }],
  BackendTrafficPolicy: [{ groups: ["gateway.envoyproxy.io"], read: (it) => [backendTrafficPolicyOf(it)] }],
  ServiceProfile: [{ groups: ["linkerd.io"], read: serviceProfileOf }],
  Resiliency: [{ groups: ["dapr.io"], read: daprResiliencyOf }],
  KongPlugin: [{ groups: ["configuration.konghq.com"], read: (it) => [kongPluginObjectOf(it, false)] }],
  KongClusterPlugin: [{ groups: ["configuration.konghq.com"], read: (it) => [kongPluginObjectOf(it, true)] }],
};

const KINDS: ReadonlySet<string> = new Set([...WORKLOAD_KINDS, ...Object.keys(READERS)]);

function factsOf(manifest: Manifest): readonly Fact[] {
  if (isWorkload(manifest)) {
    return [workloadOf(manifest)];
  }
  const readers = Object.hasOwn(READERS, manifest.kind) ? READERS[manifest.kind]! : [];
  // A template may stand where the version does: `{{ include "ingress.apiVersion" . }}`.
  const fits = (groups: readonly string[]): boolean =>
    groups.length === 0 || groups.includes(manifest.group) || manifest.group.includes("{{");
  return readers.find(({ groups }) => fits(groups))?.read(manifest) ?? [];
}
