import type { DurationFact, InsertionPoint, OutlierDetectionFact, RetriesFact } from "../facts/kubernetes.js";
import type { Place } from "./evidence.js";

/** Istio, Gateway API, Linkerd and Envoy Gateway objects, with delegates merged and policies attached. */
export interface Mesh {
  readonly routes: readonly MeshRoute[];
  readonly destinations: readonly MeshDestination[];
  /** What limits every request to a Service, whatever route it takes. */
  readonly limits: readonly MeshLimit[];
}

export interface MeshLimit {
  /** With its namespace and domain. */
  readonly host: string;
  readonly place: Place;
}

export interface MeshRoute {
  readonly resource: "VirtualService" | "HTTPRoute";
  readonly namespace: string;
  readonly name: string;
  /** Stable inside the resource: the route's name, else its canonical match, else `default`. */
  readonly key: string;
  readonly place: Place;
  readonly hosts: readonly string[];
  /** Whom a service inside the mesh calls to come this way; nobody, where only a gateway at the edge does. */
  readonly insideHosts: readonly string[];
  readonly destinations: readonly string[];
  readonly methods: readonly string[];
  readonly streaming: boolean;
  /** Effective, after delegation and policies, with the place that sets it. */
  readonly timeout: (DurationFact & { readonly place: Place }) | null;
  readonly retries: (RetriesFact & { readonly place: Place }) | null;
  /** It routes traffic at all: no redirect, direct response or mere delegation. */
  readonly routes: boolean;
  /** A template inserts content into it that was not read. */
  readonly templated: boolean;
  /** A delegate whose root is not known here: it may inherit what it lacks. */
  readonly orphan: boolean;
  readonly insertion: InsertionPoint | null;
  /** Fields that the mesh does not know, such as `timeOut`. */
  readonly unknownFields: readonly { readonly name: string; readonly place: Place }[];
}

/** What one host, or one port or subset of it, gets from DestinationRules. */
export interface MeshDestination {
  readonly namespace: string;
  readonly rule: string;
  /** As short as the namespace allows: `orders`, `orders.shop`, `api.bank.example`. */
  readonly host: string;
  /** `port:8080`, `subset:v1`, `subset:v1/port:8080`, or empty for the host's own policy. */
  readonly aspect: string;
  readonly place: Place;
  /** What holds for this traffic after inheritance, patches and other rules for the host, with the place that sets it. */
  readonly outlierDetection: (OutlierDetectionFact & { readonly place: Place }) | null;
  /** Traffic comes this way: a route names the subset; for the host's own policy, some does not go to a subset. */
  readonly used: boolean;
  readonly external: boolean;
  readonly singleEndpoint: boolean;
  /** The policy configures TLS or nothing that concerns load: its author had another purpose. */
  readonly tlsOnly: boolean;
  /** A wildcard rule that this one replaces and that had outlier detection. */
  readonly replaces: Place | null;
  readonly templated: boolean;
  readonly insertion: InsertionPoint | null;
  /** How deep the insertion is: `policy` exists already, or the whole `trafficPolicy` is to be written. */
  readonly insertAs: "outlierDetection" | "trafficPolicy";
  readonly unknownFields: readonly { readonly name: string; readonly place: Place }[];
}
