import type { ComposeBuild, ComposeService, EnvironmentVariable, PortMapping } from "./deployment.js";
import { entries, get, isNull, items, text, texts, type YamlEntry, type YamlNode } from "./yaml-node.js";

/** The services of a compose file, in whichever spelling. */
export function composeServices(declared: readonly YamlEntry[]): ComposeService[] {
  const linked = new Map<string, string[]>();
  for (const link of declared.flatMap(({ value }) => texts(kept(get(value, "links"))))) {
    const [target = "", alias = ""] = link.split(":");
    if (alias !== "") {
      linked.set(target, [...(linked.get(target) ?? []).slice(0, MAX_LINKS), alias]);
    }
  }
  return declared.map((entry) => {
    const service = composeService(entry);
    const links = linked.get(service.name);
    return links === undefined ? service : { ...service, aliases: [...new Set([...service.aliases, ...links])] };
  });
}

/** How many names the links of others may give one service. */
const MAX_LINKS = 100;

function composeService({ key, value, lines }: YamlEntry): ComposeService {
  return {
    name: key,
    lines,
    image: written(get(value, "image")),
    build: build(value),
    containerName: written(get(value, "container_name")),
    hostname: written(get(value, "hostname")),
    aliases: aliases(value),
    environment: environment(get(value, "environment")),
    envFiles: envFiles(get(value, "env_file")),
    ports: ports(value),
    command: command(value),
    profiles: texts(kept(get(value, "profiles"))),
    extends: extended(get(value, "extends")),
    dependsOn: dependencies(get(value, "depends_on")),
  };
}

/** `!reset` takes a value away that another file gives; `!override` replaces it and is an ordinary value here. */
function kept(node: YamlNode | undefined): YamlNode | undefined {
  return node?.tag === "!reset" ? undefined : node;
}

function written(node: YamlNode | undefined): string | null {
  return text(kept(node)) || null;
}

function build(service: YamlNode): ComposeBuild | null {
  const node = kept(get(service, "build"));
  if (node === undefined || isNull(node) || node.kind === "sequence") {
    return null;
  }
  const lines = service.kind === "map" ? (service.byKey.get("build")?.lines ?? node.lines) : node.lines;
  if (node.kind === "scalar") {
    // In version 1 the Dockerfile stood beside the build.
    return { context: node.text, dockerfile: written(get(service, "dockerfile")), target: null, args: [], lines };
  }
  return {
    context: written(get(node, "context")) ?? ".",
    dockerfile: written(get(node, "dockerfile")),
    target: written(get(node, "target")),
    args: environment(get(node, "args")),
    lines,
  };
}

/** `NAME: value`, `- NAME=value`, `- NAME` (passed on from outside). */
function environment(given: YamlNode | undefined): EnvironmentVariable[] {
  const node = kept(given);
  if (node?.kind === "map") {
    return node.entries
      .filter(({ value }) => value.tag !== "!reset")
      .map(({ key, value, lines }) => ({ name: key, value: text(value), source: null, lines }));
  }
  const byName = new Map<string, EnvironmentVariable>();
  for (const item of items(node)) {
    const line = text(item);
    if (line !== null) {
      const equals = line.indexOf("=");
      const name = equals < 0 ? line : line.slice(0, equals);
      byName.set(name, { name, value: equals < 0 ? null : line.slice(equals + 1), source: null, lines: item.lines });
    }
  }
  return [...byName.values()];
}

/** One path, several, or objects with `path`. */
function envFiles(given: YamlNode | undefined): string[] {
  const node = kept(given);
  return node?.kind === "sequence"
    ? node.items.flatMap((item) => (item.kind === "map" ? texts(get(item, "path")) : texts(item)))
    : node?.kind === "map"
      ? texts(get(node, "path"))
      : texts(node);
}

/** Names that its networks give it. Those of `links: [orders-db:db]` stand in the service that links. */
function aliases(service: YamlNode): string[] {
  return [...new Set(entries(kept(get(service, "networks"))).flatMap(({ value }) => texts(get(value, "aliases"))))];
}

function ports(service: YamlNode): PortMapping[] {
  const published = items(kept(get(service, "ports"))).flatMap(port);
  const exposed = texts(kept(get(service, "expose"))).map((container) => ({ host: null, container }));
  return [...published, ...exposed.filter(({ container }) => !published.some((mapping) => mapping.container === container))];
}

function port(node: YamlNode): PortMapping[] {
  if (node.kind === "map") {
    const container = text(get(node, "target"));
    return container === null ? [] : [{ host: text(get(node, "published")), container }];
  }
  const mapping = text(node);
  return mapping === null ? [] : [shortPort(mapping)];
}

/** `3000`, `8080:3000`, `127.0.0.1:8080:3000/tcp`, `${PORT:-8080}:3000`: a colon inside `${}` separates nothing. */
function shortPort(mapping: string): PortMapping {
  const parts = [""];
  let depth = 0;
  for (const character of mapping.replace(/\/(?:tcp|udp)$/i, "")) {
    depth += character === "{" || character === "[" ? 1 : character === "}" || character === "]" ? -1 : 0;
    if (character === ":" && depth <= 0) {
      parts.push("");
    } else {
      parts.push(parts.pop()! + character);
    }
  }
  return { host: parts.at(-2) || null, container: parts.at(-1)! };
}

/** `entrypoint` and `command` as one line. */
function command(service: YamlNode): string | null {
  const parts = ["entrypoint", "command"].flatMap((key) => texts(kept(get(service, key))));
  return (
    parts
      .join(" ")
      .replace(/\s*\n\s*/g, " ")
      .trim() || null
  );
}

function extended(given: YamlNode | undefined): ComposeService["extends"] {
  const node = kept(given);
  if (node?.kind === "map") {
    const service = text(get(node, "service"));
    return service === null ? null : { file: text(get(node, "file")), service };
  }
  const service = text(node);
  return service === null ? null : { file: null, service };
}

function dependencies(given: YamlNode | undefined): string[] {
  const node = kept(given);
  return node?.kind === "map" ? node.entries.map(({ key }) => key) : texts(node);
}
