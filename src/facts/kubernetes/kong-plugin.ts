import type { KongPluginObjectFact } from "../gateway.js";
import { flag, get, isNull, text } from "../yaml-node.js";
import type { Manifest } from "./object.js";

/** KongPlugin and KongClusterPlugin. The configuration itself is not kept: it may hold credentials. */
export function kongPluginObjectOf(manifest: Manifest, cluster: boolean): KongPluginObjectFact {
  const { body, object } = manifest;
  return {
    kind: "kong-plugin",
    lines: object.lines,
    objectName: object.name,
    namespace: object.namespace,
    cluster,
    plugin: text(get(body, "plugin")) ?? "",
    global: object.labels["global"] === "true",
    enabled: flag(get(body, "disabled")) !== true,
    anonymous: !isNull(get(body, "config", "anonymous")),
  };
}
