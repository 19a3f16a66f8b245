import type { DestinationRuleFact, OutlierDetectionFact, PortPolicyFact, ServiceEntryFact, TrafficPolicyFact } from "../kubernetes.js";
import { entries, entry, get, integer, isNull, items, text, texts, type YamlMap, type YamlNode } from "../yaml-node.js";
import { unknownFields, type UnknownField } from "./fields.js";
import { insertionAtEnd, insertionBelow } from "./insertion.js";
import { isOpaque, type Manifest } from "./object.js";

const SPEC = new Set(["host", "name", "trafficPolicy", "subsets", "exportTo", "workloadSelector"]);
const SETTINGS = ["loadBalancer", "connectionPool", "outlierDetection", "tls"];
const POLICY = new Set([...SETTINGS, "portLevelSettings", "tunnel", "proxyProtocol", "retryBudget"]);
const PORT = new Set([...SETTINGS, "port"]);
const SUBSET = new Set(["name", "labels", "trafficPolicy"]);
const OUTLIER = new Set([
  "consecutiveErrors",
  "consecutive5xxErrors",
  "consecutiveGatewayErrors",
  "consecutiveLocalOriginFailures",
  "splitExternalLocalOriginErrors",
  "interval",
  "baseEjectionTime",
  "maxEjectionPercent",
  "minHealthPercent",
]);

export function destinationRuleOf(manifest: Manifest): DestinationRuleFact {
  const { spec } = manifest;
  const subsets = items(get(spec, "subsets")).filter((subset): subset is YamlMap => subset.kind === "map");
  return {
    kind: "destination-rule",
    ...manifest.object,
    host: text(get(spec, "host")) ?? text(get(spec, "name")) ?? "",
    policy: policyOf(spec, manifest),
    subsets: subsets.map((subset) => ({ name: text(get(subset, "name")) ?? "", lines: subset.lines, policy: policyOf(subset, manifest) })),
    unknownFields: unknownIn(spec, subsets),
    specInsertion: entry(spec, "trafficPolicy") === undefined ? insertionAtEnd(spec, manifest) : null,
  };
}

function unknownIn(spec: YamlNode | undefined, subsets: readonly YamlMap[]): UnknownField[] {
  const policies = [spec, ...subsets].map((holder) => get(holder, "trafficPolicy"));
  const ports = policies.flatMap((policy) => items(get(policy, "portLevelSettings")));
  return [
    ...unknownFields(spec, SPEC),
    ...subsets.flatMap((subset) => unknownFields(subset, SUBSET)),
    ...policies.flatMap((policy) => unknownFields(policy, POLICY)),
    ...ports.flatMap((port) => unknownFields(port, PORT)),
    ...[...policies, ...ports].flatMap((holder) => unknownFields(get(holder, "outlierDetection"), OUTLIER)),
  ];
}

function policyOf(holder: YamlNode | undefined, manifest: Manifest): TrafficPolicyFact | null {
  const found = entry(holder, "trafficPolicy");
  if (found === undefined) {
    return null;
  }
  const policy = found.value;
  return {
    lines: found.lines,
    outlierDetection: outlierDetectionOf(policy),
    ports: items(get(policy, "portLevelSettings")).flatMap((port) => (port.kind === "map" ? [portOf(port, manifest)] : [])),
    fields: entries(policy).map((it) => it.key),
    insertion: isNull(policy) ? insertionBelow(holder, "trafficPolicy", manifest) : insertionAtEnd(policy, manifest),
    templated: isOpaque(manifest, policy),
  };
}

function portOf(port: YamlMap, manifest: Manifest): PortPolicyFact {
  return {
    port: integer(get(port, "port", "number")),
    lines: port.lines,
    outlierDetection: outlierDetectionOf(port),
    fields: entries(port)
      .map((it) => it.key)
      .filter((key) => key !== "port"),
    insertion: insertionAtEnd(port, manifest),
  };
}

function outlierDetectionOf(holder: YamlNode): OutlierDetectionFact | null {
  const found = entry(holder, "outlierDetection") ?? entry(holder, "outlier_detection");
  if (found === undefined || (isNull(found.value) && !(found.value.kind === "scalar" && found.value.templated))) {
    return null;
  }
  return { lines: found.lines, effective: isEffective(found.value) };
}

/** Zero switches a detector off; one that is not named has its default, which for 5xx responses is on. */
function isEffective(detection: YamlNode): boolean {
  const number = (key: string): number | null => integer(get(detection, key));
  const serverErrors = number("consecutive5xxErrors");
  const gatewayErrors = number("consecutiveGatewayErrors");
  const localFailures = number("consecutiveLocalOriginFailures");
  return serverErrors !== 0 || (gatewayErrors ?? 0) > 0 || (localFailures ?? 0) > 0;
}

export function serviceEntryOf(manifest: Manifest): ServiceEntryFact {
  const endpoints = items(get(manifest.spec, "endpoints")).length;
  return {
    kind: "service-entry",
    ...manifest.object,
    hosts: texts(get(manifest.spec, "hosts")),
    external: text(get(manifest.spec, "location")) !== "MESH_INTERNAL",
    endpoints: endpoints > 0 ? endpoints : items(get(manifest.spec, "addresses")).length,
  };
}
