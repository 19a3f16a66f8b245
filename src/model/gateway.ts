import type { PluginInsertion } from "../facts/gateway.js";
import type { Place } from "./evidence.js";

export interface Gateway {
  /** The control plane, workspace, ConfigMap or Kubernetes namespace that it is known by; `kong` where nothing names it. */
  readonly name: string;
  readonly flavour: "kong";
  /** Described in a declarative file, or by objects of a Kubernetes cluster, which name plugins in annotations. */
  readonly form: "declaration" | "cluster";
  readonly routes: readonly GatewayRoute[];
  /** Its consumers have credentials: somebody means to ask for them. */
  readonly credentials: boolean;
  readonly place: Place;
  /** Where a plugin for all routes can be written. */
  readonly insertion: PluginInsertion | null;
}

/** A route for HTTP: TCP and TLS streams have neither requests to count nor callers to ask. */
export interface GatewayRoute {
  /** The route's name, else its canonical paths and methods. */
  readonly key: string;
  /** Somebody gave it a name: the name may say what it is for. */
  readonly named: boolean;
  readonly paths: readonly string[];
  readonly methods: readonly string[];
  readonly tags: readonly string[];
  readonly upstream: string | null;
  /** Where a request goes on to, as far as the declaration says it. */
  readonly passesTo: { readonly url: string; readonly stripsPath: boolean } | null;
  readonly explicitlyPublic: boolean;
  readonly place: Place;
  readonly insertion: PluginInsertion | null;
  /** Every plugin that reaches this route, disabled ones too; of equal names the most specific that is enabled. */
  readonly plugins: readonly GatewayPlugin[];
}

export interface GatewayPlugin {
  readonly name: string;
  readonly scope: "route" | "service" | "global" | "consumer";
  readonly enabled: boolean;
  readonly anonymous: boolean;
  readonly place: Place;
  /** It is described in the repository; otherwise `name` is what an annotation calls it. */
  readonly declared: boolean;
  /** Where the route or service names it, if it is described elsewhere. */
  readonly attachment: Place | null;
}
