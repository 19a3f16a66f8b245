import type { Evidence, Place } from "../evidence.js";
import type { FactTable } from "../fact-table.js";
import type { Gateway } from "../gateway.js";
import type { Host, ServiceDirectory } from "../services.js";
import { placeIn } from "./plugins.js";

/** What stands behind a gateway: the service, and the path by which it knows the request. */
export interface Behind {
  readonly service: string;
  readonly path: string;
  readonly evidence: readonly Evidence[];
}

export interface GatewayRouting {
  /** Where the gateway passes a request on to; `null` where no route says it for sure. */
  behind(gateway: Host & { kind: "infrastructure" }, path: string): Behind | null;
}

interface PassingRoute {
  readonly flavour: "kong" | "tyk";
  readonly path: string;
  readonly segments: readonly string[];
  readonly service: string | null;
  readonly upstreamPath: string;
  readonly stripsPath: boolean;
  readonly place: Place;
}

/** Follows requests to the system's own gateways through the routes that are declared for them. */
export function gatewayRouting(table: FactTable, gateways: readonly Gateway[], directory: ServiceDirectory): GatewayRouting {
  const routes = [...kongRoutes(gateways, directory), ...tykRoutes(table, directory)];
  return {
    behind: ({ name, image, role }, path) => {
      if (role !== "gateway") return null;
      const product = `${name} ${image ?? ""}`.toLowerCase();
      return routedTo(
        routes.filter(({ flavour }) => product.includes(flavour)),
        path,
      );
    },
  };
}

function kongRoutes(gateways: readonly Gateway[], directory: ServiceDirectory): readonly PassingRoute[] {
  return gateways.flatMap(({ routes }) =>
    routes.flatMap(({ paths, passesTo, place }) =>
      passesTo === null
        ? []
        : paths.map((path) => routeTo(directory, { flavour: "kong", path, url: passesTo.url, stripsPath: passesTo.stripsPath, place })),
    ),
  );
}

function tykRoutes(table: FactTable, directory: ServiceDirectory): readonly PassingRoute[] {
  return table.of("gateway-route").map(({ path: file, fact }) =>
    routeTo(directory, {
      flavour: fact.flavour,
      path: fact.path,
      url: fact.upstream,
      stripsPath: fact.stripsPath,
      place: placeIn(file, fact.lines),
    }),
  );
}

function routeTo(
  directory: ServiceDirectory,
  { url, ...route }: Pick<PassingRoute, "flavour" | "path" | "stripsPath" | "place"> & { readonly url: string },
): PassingRoute {
  const [, host = "", port, upstreamPath = ""] = /^[a-z][a-z0-9+.-]*:\/\/([^/:?#]+)(?::(\d+))?([^?#]*)/i.exec(url) ?? [];
  const found = host === "" ? null : directory.at(host, port === undefined ? null : Number(port), null);
  return { ...route, segments: segmentsOf(route.path), service: found?.kind === "service" ? found.service : null, upstreamPath };
}

/** The longest path decides, unless what the code leaves open, or a pattern, may lead elsewhere. */
function routedTo(routes: readonly PassingRoute[], path: string): Behind | null {
  const asked = segmentsOf(path);
  const possible = routes.filter((route) => route.path.startsWith("~") || matches(route.segments, asked) !== "no");
  const [best] = possible
    .filter((route) => !route.path.startsWith("~") && matches(route.segments, asked) === "yes")
    .sort((one, other) => other.segments.length - one.segments.length);
  const service = best?.service ?? null;
  if (best === undefined || service === null) return null;
  const longer = possible.filter((route) => route.path.startsWith("~") || route.segments.length >= best.segments.length);
  if (longer.some((route) => route.service !== service)) return null;
  const rest = best.stripsPath ? asked.slice(best.segments.length) : asked;
  return {
    service,
    path: `/${[...segmentsOf(best.upstreamPath), ...rest].join("/")}`,
    evidence: [{ ...best.place, kind: "deployment", note: `the gateway passes \`${best.path}\` on to \`${service}\`` }],
  };
}

function segmentsOf(path: string): readonly string[] {
  return path.split("/").filter((segment) => segment !== "");
}

/** A parameter of what is asked may be anything, also several segments. */
function matches(route: readonly string[], asked: readonly string[]): "yes" | "perhaps" | "no" {
  for (const [index, segment] of route.entries()) {
    const given = asked[index];
    if (given?.includes(":") === true) return "perhaps";
    if (given !== segment) return "no";
  }
  return "yes";
}
