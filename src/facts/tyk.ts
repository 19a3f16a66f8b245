import type { GatewayRouteFact } from "./gateway.js";
import type { Extraction, Extractor, SourceText } from "./facts.js";
import { readJson } from "./json.js";
import { withoutUserInfo } from "./upstream.js";
import { flag, get, text, type YamlNode } from "./yaml-node.js";

/** Tyk's API definitions: its classic ones, and what it adds to an OpenAPI document. */
export const tykDefinition: Extractor = {
  id: "tyk",
  version: 1,
  accepts: (path) => /\.json$/i.test(path) && !/(?:^|\/)package(?:-lock)?\.json$/.test(path),
  extract: readDefinition,
};

function readDefinition(source: SourceText): Extraction {
  const isMentioned = /"listen_path"/.test(source.text) || /"x-tyk-api-gateway"/.test(source.text);
  const { root } = isMentioned ? readJson(source) : { root: null };
  const route = root === null ? null : (classic(root) ?? ofOpenApi(root));
  return { facts: route === null ? [] : [route], unreadable: [] };
}

function classic(root: YamlNode): GatewayRouteFact | null {
  const proxy = get(root, "proxy");
  return routeOf(root, text(get(proxy, "listen_path")), text(get(proxy, "target_url")), flag(get(proxy, "strip_listen_path")));
}

function ofOpenApi(root: YamlNode): GatewayRouteFact | null {
  const settings = get(root, "x-tyk-api-gateway");
  const listen = get(settings, "server", "listenPath");
  return routeOf(root, text(get(listen, "value")), text(get(settings, "upstream", "url")), flag(get(listen, "strip")));
}

function routeOf(root: YamlNode, path: string | null, upstream: string | null, strips: boolean | null): GatewayRouteFact | null {
  if (path === null || upstream === null) return null;
  return {
    kind: "gateway-route",
    lines: root.lines,
    flavour: "tyk",
    path,
    upstream: withoutUserInfo(upstream),
    stripsPath: strips === true,
  };
}
