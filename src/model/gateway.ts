import type { PluginInsertion } from "../facts/gateway.js";
import type { Place } from "./evidence.js";

export interface Gateway {
  /** The control plane, file or Kubernetes namespace that it is known by, without path. */
  readonly name: string;
  readonly flavour: "kong";
  readonly routes: readonly GatewayRoute[];
  readonly place: Place;
  /** Where a plugin for all routes can be written. */
  readonly insertion: PluginInsertion | null;
}

export interface GatewayRoute {
  /** The route's name, else its canonical paths and methods. */
  readonly key: string;
  readonly paths: readonly string[];
  readonly methods: readonly string[];
  readonly tags: readonly string[];
  readonly upstream: string | null;
  readonly explicitlyPublic: boolean;
  readonly place: Place;
  readonly insertion: PluginInsertion | null;
  /** Every plugin that reaches this route, disabled ones too. */
  readonly plugins: readonly GatewayPlugin[];
}

export interface GatewayPlugin {
  readonly name: string;
  readonly scope: "route" | "service" | "global" | "consumer";
  readonly enabled: boolean;
  readonly anonymous: boolean;
  readonly place: Place;
}
