import type { IngressFact, KubernetesServiceFact, TrafficPolicyObjectFact } from "../kubernetes.js";
import type { Lines } from "../place.js";
import { entries, entry, get, integer, isNull, items, record, text, type YamlNode } from "../yaml-node.js";
import { durationOf } from "./duration.js";
import type { Manifest } from "./object.js";

export function serviceOf(manifest: Manifest): KubernetesServiceFact {
  return {
    kind: "kubernetes-service",
    ...manifest.object,
    selector: record(get(manifest.spec, "selector")),
    ports: items(get(manifest.spec, "ports")).flatMap((port) => {
      const number = integer(get(port, "port"));
      return number === null ? [] : [{ port: number, targetPort: text(get(port, "targetPort")), name: text(get(port, "name")) }];
    }),
    externalName: text(get(manifest.spec, "externalName")),
  };
}

export function ingressOf(manifest: Manifest): IngressFact {
  const byDefault = get(manifest.spec, "defaultBackend") ?? get(manifest.spec, "backend");
  const fallback = backendService(byDefault);
  return {
    kind: "ingress",
    ...manifest.object,
    className: text(get(manifest.spec, "ingressClassName")) ?? manifest.object.annotations["kubernetes.io/ingress.class"] ?? null,
    rules: [
      ...items(get(manifest.spec, "rules")).flatMap(rulesOf),
      ...(fallback === null || byDefault === undefined ? [] : [{ host: null, path: "/", service: fallback, lines: byDefault.lines }]),
    ],
  };
}

function rulesOf(rule: YamlNode): IngressFact["rules"][number][] {
  const host = text(get(rule, "host"));
  return items(get(rule, "http", "paths")).flatMap((path) => {
    const service = backendService(get(path, "backend"));
    return service === null ? [] : [{ host, path: text(get(path, "path")) ?? "/", service, lines: path.lines }];
  });
}

/** `networking.k8s.io/v1` nests the name, `v1beta1` does not. */
function backendService(backend: YamlNode | undefined): string | null {
  return text(get(backend, "service", "name")) ?? text(get(backend, "serviceName"));
}

/** Linkerd takes timeouts and circuit breaking from annotations on a Service or a route. */
export function linkerdPolicyOf(manifest: Manifest): TrafficPolicyObjectFact[] {
  const annotations = get(manifest.body, "metadata", "annotations");
  const timeout = annotated(annotations, ["timeout.linkerd.io/request", "timeout.linkerd.io/response"]);
  const breaker = text(get(annotations, "balancer.linkerd.io/failure-accrual"));
  if (timeout === null && breaker === null) {
    return [];
  }
  const target = { kind: manifest.kind, name: manifest.object.name };
  const lines = timeout?.lines ?? entry(annotations, "balancer.linkerd.io/failure-accrual")!.lines;
  return [policy(manifest, "linkerd", [target], { timeout, circuitBreaker: breaker === "consecutive", lines })];
}

function annotated(annotations: YamlNode | undefined, keys: readonly string[]): TrafficPolicyObjectFact["timeout"] {
  for (const key of keys) {
    const found = entry(annotations, key);
    if (found !== undefined) {
      return durationOf(found.value, found.lines);
    }
  }
  return null;
}

/** What Linkerd waits on a route of a profile that names no time. */
const PROFILE_SECONDS = 10;

/** Linkerd's ServiceProfile: its routes limit requests to the Service that it is named after. The longest limit counts. */
export function serviceProfileOf(manifest: Manifest): TrafficPolicyObjectFact[] {
  const limits = items(get(manifest.spec, "routes")).map((route) => {
    const written = durationOf(get(route, "timeout"), entry(route, "timeout")?.lines ?? null);
    return written?.templated === true || (written?.seconds ?? 0) > 0
      ? written!
      : { text: `${PROFILE_SECONDS}s`, templated: false, seconds: PROFILE_SECONDS, lines: route.lines };
  });
  const longest = limits.toSorted((one, other) => (other.seconds ?? Infinity) - (one.seconds ?? Infinity))[0];
  if (longest === undefined) return [];
  return [
    policy(manifest, "linkerd", [{ kind: "Service", name: manifest.object.name }], {
      timeout: longest,
      circuitBreaker: false,
      lines: manifest.object.lines,
    }),
  ];
}

/** Envoy Gateway's BackendTrafficPolicy. */
export function backendTrafficPolicyOf(manifest: Manifest): TrafficPolicyObjectFact {
  const http = get(manifest.spec, "timeout", "http");
  const timeout = durationOf(get(http, "requestTimeout"), entry(http, "requestTimeout")?.lines ?? null);
  const circuitBreaker = !isNull(get(manifest.spec, "healthCheck", "passive")) || get(manifest.spec, "circuitBreaker") !== undefined;
  return policy(manifest, "BackendTrafficPolicy", targetsOf(manifest.spec), { timeout, circuitBreaker, lines: manifest.object.lines });
}

function targetsOf(spec: YamlNode | undefined): { kind: string; name: string }[] {
  const single = get(spec, "targetRef");
  const all = [...(single === undefined ? [] : [single]), ...items(get(spec, "targetRefs"))];
  return all.flatMap((target) => {
    const name = text(get(target, "name"));
    return name === null ? [] : [{ kind: text(get(target, "kind")) ?? "", name }];
  });
}

/** Dapr's Resiliency: policies by name, targets that use them. */
export function daprResiliencyOf(manifest: Manifest): TrafficPolicyObjectFact[] {
  const policies = get(manifest.spec, "policies");
  const timeouts = get(policies, "timeouts");
  return entries(get(manifest.spec, "targets", "apps")).map((app) => {
    const used = text(get(app.value, "timeout"));
    const timeout = used === null ? undefined : entry(timeouts, used);
    const breaker = text(get(app.value, "circuitBreaker"));
    return policy(manifest, "dapr-resiliency", [{ kind: "app", name: app.key }], {
      timeout: timeout === undefined ? null : durationOf(timeout.value, timeout.lines),
      circuitBreaker: breaker !== null && entry(get(policies, "circuitBreakers"), breaker) !== undefined,
      lines: app.lines,
    });
  });
}

interface PolicyContent {
  readonly timeout: TrafficPolicyObjectFact["timeout"];
  readonly circuitBreaker: boolean;
  readonly lines: Lines;
}

function policy(
  manifest: Manifest,
  policyKind: string,
  targets: TrafficPolicyObjectFact["targets"],
  content: PolicyContent,
): TrafficPolicyObjectFact {
  return { kind: "traffic-policy", ...manifest.object, policyKind, targets, ...content };
}
