import type { EnvironmentVariable } from "./deployment.js";
import type { Lines } from "./place.js";

/** What every Kubernetes object has. Names may hold template placeholders; see `templated`. */
export interface KubernetesObject {
  readonly lines: Lines;
  readonly name: string;
  readonly namespace: string | null;
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
  /** The document came from a Helm or other template, and something in it could not be read literally. */
  readonly templated: boolean;
  /** The annotation that attaches Kong's plugins to an Ingress, a route or a Service. */
  readonly kongPlugins: { readonly names: readonly string[]; readonly lines: Lines } | null;
}

export interface WorkloadFact extends KubernetesObject {
  readonly kind: "workload";
  /** Deployment, StatefulSet, DaemonSet, Job, CronJob, Rollout, Service (Knative), Pod. */
  readonly workloadKind: string;
  readonly podLabels: Readonly<Record<string, string>>;
  readonly containers: readonly ContainerFact[];
  readonly replicas: number | null;
}

export interface ContainerFact {
  readonly name: string;
  readonly lines: Lines;
  readonly init: boolean;
  readonly image: string | null;
  readonly environment: readonly EnvironmentVariable[];
  readonly environmentFrom: readonly {
    readonly kind: "config-map" | "secret";
    readonly name: string;
    readonly prefix: string;
    readonly lines: Lines;
  }[];
  readonly ports: readonly number[];
  readonly command: string | null;
}

export interface KubernetesServiceFact extends KubernetesObject {
  readonly kind: "kubernetes-service";
  readonly selector: Readonly<Record<string, string>>;
  readonly ports: readonly { readonly port: number; readonly targetPort: string | null; readonly name: string | null }[];
  readonly externalName: string | null;
}

export interface ConfigMapFact extends KubernetesObject {
  readonly kind: "config-map";
  readonly data: readonly EnvironmentVariable[];
}

/** Keys only: the value of a Secret is never kept. */
export interface SecretFact extends KubernetesObject {
  readonly kind: "secret";
  readonly keys: readonly string[];
}

export interface IngressFact extends KubernetesObject {
  readonly kind: "ingress";
  readonly className: string | null;
  readonly rules: readonly { readonly host: string | null; readonly path: string; readonly service: string; readonly lines: Lines }[];
}

/**
 * A duration as written, with its place. `seconds` is null where a template or expression stands in its stead
 * (`templated`), and for text that the mesh would refuse: a number without unit.
 */
export interface DurationFact {
  readonly text: string;
  readonly templated: boolean;
  readonly seconds: number | null;
  readonly lines: Lines;
}

/** Where a block of YAML can take one more key: what a one-click suggestion needs. */
export interface InsertionPoint {
  /** The new lines go after this line. */
  readonly line: number;
  /** The text of that line, since a suggestion replaces whole lines. */
  readonly text: string;
  /** The indentation of the block's keys. */
  readonly indent: string;
  /** One level of indentation in this file. */
  readonly step: string;
  /** The file ends its lines with CR LF. */
  readonly crlf: boolean;
}

export interface VirtualServiceFact extends KubernetesObject {
  readonly kind: "virtual-service";
  readonly hosts: readonly string[];
  /** It names no hosts: another VirtualService delegates to it, or it is a patch. */
  readonly hostless: boolean;
  readonly gateways: readonly string[];
  /** `tcp` or `tls` routes exist; they have no timeout. */
  readonly hasTcp: boolean;
  readonly routes: readonly MeshRouteFact[];
  /** Keys that Istio does not know, which it ignores or refuses. */
  readonly unknownFields: readonly { readonly name: string; readonly lines: Lines }[];
}

/** One entry of `http:` of a VirtualService, or of `rules:` of a Gateway API HTTPRoute. */
export interface MeshRouteFact {
  readonly lines: Lines;
  readonly name: string | null;
  /** The `match` in canonical form: sorted keys, no white space, no line ends. Empty: matches everything. */
  readonly match: string;
  /** HTTP methods that the match names; empty: any. */
  readonly methods: readonly string[];
  readonly destinations: readonly {
    readonly host: string;
    readonly subset: string | null;
    readonly port: number | null;
    readonly weight: number | null;
  }[];
  readonly redirect: boolean;
  readonly directResponse: boolean;
  readonly delegate: { readonly name: string; readonly namespace: string | null } | null;
  /** Upgrade headers or a name that says WebSocket, streaming, SSE, watch or gRPC stream. */
  readonly streaming: boolean;
  readonly timeout: DurationFact | null;
  readonly retries: RetriesFact | null;
  readonly insertion: InsertionPoint | null;
  /** A template inserts content into this route that was not read: a timeout may stand in it. */
  readonly templated: boolean;
}

export interface RetriesFact {
  readonly lines: Lines;
  readonly attempts: number | null;
  readonly perTryTimeout: DurationFact | null;
  readonly retryOn: readonly string[];
}

export interface DestinationRuleFact extends KubernetesObject {
  readonly kind: "destination-rule";
  /** Empty in a patch that changes a rule of the same name. */
  readonly host: string;
  readonly policy: TrafficPolicyFact | null;
  readonly subsets: readonly { readonly name: string; readonly lines: Lines; readonly policy: TrafficPolicyFact | null }[];
  readonly unknownFields: readonly { readonly name: string; readonly lines: Lines }[];
  readonly specInsertion: InsertionPoint | null;
}

export interface TrafficPolicyFact {
  readonly lines: Lines;
  readonly outlierDetection: OutlierDetectionFact | null;
  readonly ports: readonly PortPolicyFact[];
  /** Names of the fields given, such as `tls`, `loadBalancer`, `connectionPool`. */
  readonly fields: readonly string[];
  readonly insertion: InsertionPoint | null;
  /** A template inserts content into this policy that was not read. */
  readonly templated: boolean;
}

/** One entry of `portLevelSettings`: it replaces the policy's settings for that port, field by field not named too. */
export interface PortPolicyFact {
  readonly port: number | null;
  readonly lines: Lines;
  readonly outlierDetection: OutlierDetectionFact | null;
  readonly fields: readonly string[];
  readonly insertion: InsertionPoint | null;
}

export interface OutlierDetectionFact {
  readonly lines: Lines;
  /** `{}` is effective; `consecutive5xxErrors: 0` without a gateway-error setting is not. */
  readonly effective: boolean;
}

export interface ServiceEntryFact extends KubernetesObject {
  readonly kind: "service-entry";
  readonly hosts: readonly string[];
  readonly external: boolean;
  readonly endpoints: number;
}

/** Gateway API HTTPRoute and GRPCRoute; the latter has no timeout of its own. */
export interface HttpRouteFact extends KubernetesObject {
  readonly kind: "http-route";
  readonly routeKind: "HTTPRoute" | "GRPCRoute";
  readonly hosts: readonly string[];
  /** What it is attached to: a Gateway, or a Service for traffic inside the mesh. */
  readonly parents: readonly { readonly kind: string; readonly name: string }[];
  readonly routes: readonly MeshRouteFact[];
}

/** A policy object that gives timeouts or outlier detection to routes or hosts (Envoy Gateway, Linkerd, Dapr). */
export interface TrafficPolicyObjectFact extends KubernetesObject {
  readonly kind: "traffic-policy";
  readonly policyKind: string;
  readonly targets: readonly { readonly kind: string; readonly name: string }[];
  readonly timeout: DurationFact | null;
  readonly circuitBreaker: boolean;
}

/** A HorizontalPodAutoscaler or a KEDA ScaledObject: its workload has not the replicas that its manifest says. */
export interface AutoscalerFact extends KubernetesObject {
  readonly kind: "autoscaler";
  readonly target: string;
  readonly maximum: number | null;
}

export interface KustomizationFact {
  readonly kind: "kustomization";
  readonly lines: Lines;
  /** Files and directories of `resources:`, `bases:` and `components:`, as written. */
  readonly resources: readonly string[];
  readonly patches: readonly string[];
  readonly namespace: string | null;
  readonly namePrefix: string;
  readonly nameSuffix: string;
  readonly generators: readonly {
    readonly kind: "config-map" | "secret";
    readonly name: string;
    readonly literals: readonly EnvironmentVariable[];
    readonly envFiles: readonly string[];
    readonly lines: Lines;
  }[];
}

export interface HelmChartFact {
  readonly kind: "helm-chart";
  readonly lines: Lines;
  readonly name: string;
  readonly library: boolean;
  /** `home:` and `sources:`: where its author says that it comes from. */
  readonly origins: readonly string[];
  readonly dependencies: readonly {
    readonly name: string;
    readonly alias: string | null;
    readonly repository: string | null;
    readonly condition: string | null;
    readonly lines: Lines;
  }[];
}

export type KubernetesFact =
  | WorkloadFact
  | KubernetesServiceFact
  | ConfigMapFact
  | SecretFact
  | IngressFact
  | VirtualServiceFact
  | DestinationRuleFact
  | ServiceEntryFact
  | HttpRouteFact
  | TrafficPolicyObjectFact
  | AutoscalerFact
  | KustomizationFact
  | HelmChartFact;
