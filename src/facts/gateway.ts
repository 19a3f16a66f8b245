import type { InsertionPoint } from "./kubernetes.js";
import type { Lines } from "./place.js";

/** A Kong declarative file, wherever it stands (its own file, a ConfigMap). Nesting is flattened into references. */
export interface KongFact {
  readonly kind: "kong";
  readonly lines: Lines;
  readonly formatVersion: string;
  /** The name of the ConfigMap or control plane that holds it, where there is one. */
  readonly name: string | null;
  readonly services: readonly KongServiceFact[];
  readonly routes: readonly KongRouteFact[];
  readonly plugins: readonly KongPluginFact[];
  /** Consumers have credentials or groups (their values are not kept): somebody means to ask for them. */
  readonly credentials: boolean;
  /** Where `plugins:` at the top level can take an entry. */
  readonly insertion: PluginInsertion | null;
}

/** Where a list of plugins takes one more entry; `list` is `absent` where the key `plugins:` is to be written first. */
export interface PluginInsertion extends InsertionPoint {
  readonly list: "present" | "absent";
}

export interface KongServiceFact {
  readonly key: string;
  readonly name: string | null;
  readonly host: string | null;
  /** Where requests go: `http://orders:3000/api`. */
  readonly url: string | null;
  readonly enabled: boolean;
  readonly tags: readonly string[];
  readonly lines: Lines;
  readonly insertion: PluginInsertion | null;
}

export interface KongRouteFact {
  readonly key: string;
  readonly name: string | null;
  /** The key of its service; `null` for a route without one. */
  readonly service: string | null;
  /** Paths, or the expression of the expressions router. */
  readonly paths: readonly string[];
  readonly methods: readonly string[];
  readonly hosts: readonly string[];
  readonly protocols: readonly string[];
  /** Its path is taken away before the request is passed on. */
  readonly stripsPath: boolean;
  readonly tags: readonly string[];
  /** `plugins: []` stands there explicitly: public on purpose. */
  readonly explicitlyNoPlugins: boolean;
  readonly lines: Lines;
  readonly insertion: PluginInsertion | null;
}

export interface KongPluginFact {
  readonly name: string;
  readonly enabled: boolean;
  /** Keys of what it is attached to; all `null`: global. Unresolved references stay as written. */
  readonly route: string | null;
  readonly service: string | null;
  readonly consumer: string | null;
  /** `config.anonymous` is set: authentication is optional. */
  readonly anonymous: boolean;
  readonly lines: Lines;
}

/** KongPlugin and KongClusterPlugin objects in Kubernetes. */
export interface KongPluginObjectFact {
  readonly kind: "kong-plugin";
  readonly lines: Lines;
  readonly objectName: string;
  readonly namespace: string | null;
  readonly cluster: boolean;
  readonly plugin: string;
  readonly global: boolean;
  readonly enabled: boolean;
  readonly anonymous: boolean;
}

/** A route that stands in a file of its own. */
export interface GatewayRouteFact {
  readonly kind: "gateway-route";
  readonly lines: Lines;
  readonly flavour: "tyk";
  readonly path: string;
  readonly upstream: string;
  readonly stripsPath: boolean;
}

export type GatewayFact = KongFact | KongPluginObjectFact | GatewayRouteFact;
