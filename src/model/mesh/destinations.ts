import type { DestinationRuleFact, OutlierDetectionFact, PortPolicyFact, TrafficPolicyFact } from "../../facts/kubernetes.js";
import type { Place } from "../evidence.js";
import { append, type FactTable, type Stated } from "../fact-table.js";
import type { MeshDestination } from "../mesh.js";
import { singleEndpoints } from "./endpoints.js";
import { coversHost, fullHost, isPublicHost, shortHost } from "./hosts.js";
import type { ClusterNames } from "./names.js";
import { placed, placeIn } from "./routes.js";

type Rule = Stated<"destination-rule"> & { readonly namespace: string; readonly host: string; readonly name: string };
type Detection = OutlierDetectionFact & { readonly place: Place };

/** What every host that a DestinationRule speaks of gets, and its ports and subsets where they differ from it. */
export function meshDestinations(table: FactTable, names: ClusterNames): readonly MeshDestination[] {
  const stated = table.of("destination-rule").map((rule): Rule => {
    const namespace = names.namespaceOf(rule.path, rule.fact);
    return {
      ...rule,
      namespace,
      host: fullHost(names.filled(rule.path, rule.fact.host), namespace),
      name: names.filled(rule.path, rule.fact.name),
    };
  });
  const context: Context = {
    rules: stated.filter(({ fact }) => fact.host !== ""),
    patches: stated.filter(({ fact }) => fact.host === ""),
    traffic: trafficBySubset(table, names),
    external: new Set(
      table
        .of("service-entry")
        .filter(({ fact }) => fact.external)
        .flatMap(({ fact }) => fact.hosts),
    ),
    single: singleEndpoints(table, names),
  };
  return context.rules.flatMap((rule) => ruleDestinations(rule, context));
}

interface Context {
  readonly rules: readonly Rule[];
  /** Excerpts without a host, which change a rule of the same name. */
  readonly patches: readonly Rule[];
  readonly traffic: ReadonlyMap<string, readonly (string | null)[]>;
  readonly external: ReadonlySet<string>;
  readonly single: ReadonlySet<string>;
}

/** By full host: the subsets that routes name, `null` where one names none. */
function trafficBySubset(table: FactTable, names: ClusterNames): Context["traffic"] {
  const traffic = new Map<string, (string | null)[]>();
  for (const { path, fact } of table.of("virtual-service")) {
    for (const { host, subset } of fact.routes.flatMap(({ destinations }) => destinations)) {
      append(traffic, fullHost(names.filled(path, host), names.namespaceOf(path, fact)), subset);
    }
  }
  return traffic;
}

function ruleDestinations(rule: Rule, context: Context): readonly MeshDestination[] {
  const { path, fact } = rule;
  const base = {
    namespace: rule.namespace,
    rule: rule.name,
    host: shortHost(rule.host, rule.namespace),
    external: context.external.has(rule.host) || context.external.has(fact.host) || isPublicHost(rule.host),
    singleEndpoint: context.single.has(rule.host),
    tlsOnly: isTlsOnly(fact),
    replaces: replacedWildcard(rule, context),
    unknownFields: fact.unknownFields.map(({ name, lines }) => ({ name, place: placeIn(path, lines) })),
  };
  const general = detectionOf(path, fact.policy) ?? patched(rule, context) ?? fromOtherRule(rule, context);
  const traffic = context.traffic.get(rule.host) ?? [];
  const own: MeshDestination = {
    ...base,
    ...policyPart(path, fact, fact.policy),
    outlierDetection: general,
    aspect: "",
    used: traffic.length === 0 || traffic.includes(null) || fact.subsets.length === 0,
  };
  return [
    own,
    ...portParts(path, fact.policy, "").map((part) => ({ ...base, ...part, used: true })),
    ...subsetParts(rule, general, traffic).map((part) => ({ ...base, ...part })),
  ];
}

type Part = Pick<MeshDestination, "place" | "outlierDetection" | "templated" | "insertion" | "insertAs" | "aspect">;

/** Subsets with a policy of their own; the others are as the host is. */
function subsetParts(
  { path, fact }: Rule,
  general: Detection | null,
  traffic: readonly (string | null)[],
): readonly (Part & { readonly used: boolean })[] {
  return fact.subsets.flatMap((subset) => {
    const used = traffic.includes(subset.name);
    const inherited = subset.policy === null;
    const part: Part = {
      ...policyPart(path, fact, subset.policy),
      place: placeIn(path, subset.lines),
      outlierDetection: detectionOf(path, subset.policy) ?? general,
      aspect: `subset:${subset.name}`,
      ...(inherited ? { insertion: null } : {}),
    };
    return [part, ...portParts(path, subset.policy, `subset:${subset.name}/`)].map((one) => ({ ...one, used }));
  });
}

function portParts(path: string, policy: TrafficPolicyFact | null, prefix: string): readonly Part[] {
  return (policy?.ports ?? []).map((port) => portPart(path, port, prefix));
}

/** An entry for a port stands in the place of the whole policy: what it leaves out is left out. */
function portPart(path: string, port: PortPolicyFact, prefix: string): Part {
  return {
    place: placeIn(path, port.lines),
    outlierDetection: port.outlierDetection === null ? null : placed(path, port.outlierDetection),
    templated: false,
    insertion: port.insertion,
    insertAs: "outlierDetection",
    aspect: `${prefix}port:${port.port ?? "*"}`,
  };
}

function policyPart(path: string, fact: DestinationRuleFact, policy: TrafficPolicyFact | null): Omit<Part, "aspect" | "outlierDetection"> {
  return {
    place: placeIn(path, policy?.lines ?? fact.lines),
    templated: policy?.templated ?? false,
    insertion: policy === null ? fact.specInsertion : policy.insertion,
    insertAs: policy === null ? "trafficPolicy" : "outlierDetection",
  };
}

function detectionOf(path: string, policy: TrafficPolicyFact | null): Detection | null {
  return policy?.outlierDetection ? placed(path, policy.outlierDetection) : null;
}

/** An overlay's patch adds what the base leaves out. */
function patched(rule: Rule, { patches }: Context): Detection | null {
  const patch = patches.find(({ name, fact }) => name === rule.name && fact.policy?.outlierDetection);
  return patch === undefined ? null : detectionOf(patch.path, patch.fact.policy);
}

/**
 * Two rules of different names for one host are merged: one with a policy lends it to one that only adds subsets. Rules of
 * equal names are copies for different stages.
 */
function fromOtherRule(rule: Rule, { rules }: Context): Detection | null {
  if (rule.fact.policy !== null) return null;
  const other = rules.find(
    ({ host, namespace, name, fact }) =>
      host === rule.host && namespace === rule.namespace && name !== rule.name && fact.policy?.outlierDetection,
  );
  return other === undefined ? null : detectionOf(other.path, other.fact.policy);
}

/** The rule is about certificates, or names subsets for routes; it says nothing about load. */
function isTlsOnly({ policy, subsets, unknownFields }: DestinationRuleFact): boolean {
  const policies = [policy, ...subsets.map((subset) => subset.policy)].filter((one) => one !== null);
  if (unknownFields.length > 0) return false;
  if (policies.length === 0) return subsets.length > 0;
  const fields = policies.flatMap((one) => [
    ...one.fields.filter((field) => field !== "portLevelSettings"),
    ...one.ports.flatMap((port) => port.fields),
  ]);
  return fields.length > 0 && fields.every((field) => field === "tls");
}

/** Istio takes the most specific rule alone: what a wildcard's rule protected, a bare rule for one host leaves bare. */
function replacedWildcard(rule: Rule, { rules }: Context): Place | null {
  if (rule.host.startsWith("*")) return null;
  const wildcards = rules
    .filter((other) => coversHost(other.host, rule.host) && other.fact.policy?.outlierDetection?.effective === true)
    .filter((other) => other.namespace === rule.namespace || other.namespace === ROOT_NAMESPACE || other.host !== "*")
    .sort((a, b) => b.host.length - a.host.length);
  const [closest] = wildcards;
  return closest === undefined ? null : placeIn(closest.path, closest.fact.policy!.outlierDetection!.lines);
}

/** Rules in it hold for all namespaces. */
const ROOT_NAMESPACE = "istio-system";
