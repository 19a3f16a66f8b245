import { defaultPort, engineNamed, engineOfPort, type Engine } from "../dsn.js";
import type { ServiceDirectory } from "../services.js";
import type { Sighting, Target } from "./sighting.js";

/** Which server a sighting speaks of. */
export interface Server {
  /** Equal for all spellings of one server. */
  readonly key: string;
  /** How a reader knows it. */
  readonly label: string | null;
  readonly engine: Engine | null;
  /** `localhost` without anything that listens there: some developer's own server. */
  readonly local: boolean;
  /** A variable or a template stands where the host would: it may be any server. */
  readonly vague: boolean;
}

const LOCAL = /^(?:localhost|127\.0\.0\.1|0\.0\.0\.0|\[?::1\]?|host\.docker\.internal|host\.minikube\.internal)$/;

/** Host names of one server unify: its compose key, container name, cluster DNS names, a published port of localhost. */
export function serverOf(target: Extract<Target, { kind: "server" }>, sighting: Sighting, services: ServiceDirectory): Server {
  const assumed = sighting.engine ?? engineOfPort(target.port);
  if (target.hosts.length === 0)
    return {
      key: assumed === "sqlite" ? `file:${sighting.user.name}` : `nowhere:${assumed ?? ""}:${target.scope}`,
      label: null,
      engine: assumed,
      local: false,
      vague: false,
    };
  const from = sighting.user.kind === "service" ? sighting.user.name : null;
  const parts = target.hosts.map((host) => serverAt(host, target.port, assumed, target.scope, from, services));
  return {
    key: parts
      .map(({ key }) => key)
      .sort()
      .join(","),
    label: parts[0]!.label,
    engine: assumed ?? parts.find(({ engine }) => engine !== null)?.engine ?? null,
    local: parts.every(({ local }) => local),
    vague: parts.some(({ vague }) => vague),
  };
}

function serverAt(
  host: string,
  port: number | null,
  engine: Engine | null,
  scope: string,
  from: string | null,
  services: ServiceDirectory,
): Server {
  // A variable that nothing fills is the same server for all who are given it by one project.
  if (/\$|\{\{/.test(host))
    return { key: `variable:${scope}:${host}`, label: host.includes("{{") ? null : host, engine, local: false, vague: true };
  const found = services.at(host, port ?? defaultPort(engine), from);
  const isLocal = LOCAL.test(host);
  // In a cluster localhost is the pod: a proxy in it leads somewhere that only its arguments say.
  if (isLocal && scope.startsWith("kubernetes:"))
    return { key: `pod:${from ?? ""}:${port ?? ""}`, label: "localhost", engine, local: false, vague: false };
  if (found.kind === "infrastructure")
    return { key: found.id, label: found.name, engine: engine ?? engineNamed(found.engine ?? ""), local: false, vague: false };
  if (found.kind === "service") return { key: `service:${found.service}`, label: found.service, engine, local: false, vague: false };
  if (isLocal) return { key: `local:${port ?? defaultPort(engine) ?? ""}`, label: "localhost", engine, local: true, vague: false };
  return {
    key: `host:${host.split("/").at(-1)}:${port ?? defaultPort(engine) ?? ""}`,
    label: host.startsWith("/") ? (host.split("/").at(-1) ?? host) : host,
    engine,
    local: false,
    vague: false,
  };
}
