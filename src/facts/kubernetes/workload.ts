import type { EnvironmentVariable, ValueSource } from "../deployment.js";
import type { AutoscalerFact, ContainerFact, WorkloadFact } from "../kubernetes.js";
import { entry, get, integer, items, record, text, texts, type YamlNode } from "../yaml-node.js";
import type { Manifest } from "./object.js";

/** Where each kind of workload keeps the description of its pods. */
const POD_TEMPLATE: Readonly<Record<string, readonly string[]>> = {
  Deployment: ["template"],
  DeploymentConfig: ["template"],
  StatefulSet: ["template"],
  DaemonSet: ["template"],
  ReplicaSet: ["template"],
  Rollout: ["template"],
  Job: ["template"],
  CronJob: ["jobTemplate", "spec", "template"],
  Pod: [],
};

export const WORKLOAD_KINDS: readonly string[] = Object.keys(POD_TEMPLATE);

/** Whether a manifest runs containers of its own. A Knative Service shares its kind with the core Service. */
export function isWorkload({ kind, group }: Manifest): boolean {
  return kind === "Service" ? group === "serving.knative.dev" : Object.hasOwn(POD_TEMPLATE, kind) && group !== "apps.kruise.io";
}

export function workloadOf(manifest: Manifest): WorkloadFact {
  const path = POD_TEMPLATE[manifest.kind] ?? ["template"];
  const template = get(manifest.spec, ...path);
  const pod = manifest.kind === "Pod" ? manifest.spec : get(template, "spec");
  const labels = manifest.kind === "Pod" ? manifest.object.labels : record(get(template, "metadata", "labels"));
  return {
    kind: "workload",
    ...manifest.object,
    workloadKind: manifest.kind,
    podLabels: labels,
    containers: [...containersOf(get(pod, "initContainers"), true), ...containersOf(get(pod, "containers"), false)],
    replicas: integer(get(manifest.spec, "replicas")),
  };
}

function containersOf(list: YamlNode | undefined, init: boolean): ContainerFact[] {
  return items(list).flatMap((container) => (container.kind === "map" ? [containerOf(container, init)] : []));
}

function containerOf(container: YamlNode, init: boolean): ContainerFact {
  return {
    name: text(get(container, "name")) ?? "",
    lines: container.lines,
    init,
    image: text(get(container, "image")),
    environment: items(get(container, "env")).flatMap(variableOf),
    environmentFrom: items(get(container, "envFrom")).flatMap(sourceOf),
    ports: items(get(container, "ports")).flatMap((port) => integer(get(port, "containerPort")) ?? []),
    command: commandOf(container),
  };
}

function commandOf(container: YamlNode): string | null {
  const words = [...texts(get(container, "command")), ...texts(get(container, "args"))];
  return words.length === 0 ? null : words.join(" ");
}

function variableOf(variable: YamlNode): EnvironmentVariable[] {
  const name = text(get(variable, "name"));
  if (name === null) {
    return [];
  }
  const value = get(variable, "value");
  return [
    { name, value: value?.kind === "scalar" ? value.text : null, source: valueSourceOf(get(variable, "valueFrom")), lines: variable.lines },
  ];
}

function valueSourceOf(from: YamlNode | undefined): ValueSource | null {
  for (const [field, kind] of [
    ["configMapKeyRef", "config-map"],
    ["secretKeyRef", "secret"],
  ] as const) {
    const reference = get(from, field);
    if (reference !== undefined) {
      return { kind, name: text(get(reference, "name")) ?? "", key: text(get(reference, "key")) ?? "" };
    }
  }
  const field = text(get(from, "fieldRef", "fieldPath")) ?? text(get(from, "resourceFieldRef", "resource"));
  return field === null ? null : { kind: "field", name: "", key: field };
}

function sourceOf(source: YamlNode): ContainerFact["environmentFrom"][number][] {
  const prefix = text(get(source, "prefix")) ?? "";
  for (const [field, kind] of [
    ["configMapRef", "config-map"],
    ["secretRef", "secret"],
  ] as const) {
    const name = text(get(source, field, "name"));
    if (name !== null) {
      return [{ kind, name, prefix, lines: source.lines }];
    }
  }
  return [];
}

export function autoscalerOf(manifest: Manifest): AutoscalerFact {
  const target = text(get(manifest.spec, "scaleTargetRef", "name")) ?? "";
  const maximum = entry(manifest.spec, "maxReplicas") ?? entry(manifest.spec, "maxReplicaCount");
  return { kind: "autoscaler", ...manifest.object, target, maximum: integer(maximum?.value) };
}
