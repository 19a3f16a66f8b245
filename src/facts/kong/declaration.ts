import type { KongFact, KongPluginFact, KongRouteFact, KongServiceFact, PluginInsertion } from "../gateway.js";
import { insertionAtEnd, type Writable } from "../kubernetes/insertion.js";
import { withoutUserInfo } from "../upstream.js";
import { entries, entry, flag, get, isNull, items, text, texts, type YamlMap, type YamlNode } from "../yaml-node.js";

/** Reads one declaration. Entities that are nested in others refer to them by key, as those at the top level do. */
export function kongOf(root: YamlMap, name: string | null, writable: Writable): KongFact {
  const reading = new Declaration(root, writable);
  reading.read();
  return {
    kind: "kong",
    lines: root.lines,
    formatVersion: text(get(root, "_format_version")) ?? "",
    name: name ?? text(get(root, "_konnect", "control_plane_name")) ?? workspaceOf(root),
    services: reading.services,
    routes: reading.routes.map((route) => ({ ...route, service: reading.resolve("service", route.service) })),
    plugins: reading.plugins.map((plugin) => ({
      ...plugin,
      route: reading.resolve("route", plugin.route),
      service: reading.resolve("service", plugin.service),
    })),
    credentials: maps(get(root, "consumers")).some((consumer) =>
      entries(consumer).some(({ key, value }) => CREDENTIALS.test(key) && items(value).length > 0),
    ),
    insertion: pluginInsertion(root, writable),
  };
}

const CREDENTIALS = /^(?:acls|groups|[a-z0-9]+_(?:credentials|secrets))$/;

/** The workspace that is there from the beginning names nothing. */
function workspaceOf(root: YamlMap): string | null {
  const name = text(get(root, "_workspace"));
  return name === "default" ? null : name;
}

interface Scope {
  readonly route: string | null;
  readonly service: string | null;
  readonly consumer: string | null;
}

const GLOBAL: Scope = { route: null, service: null, consumer: null };

class Declaration {
  readonly services: KongServiceFact[] = [];
  readonly routes: KongRouteFact[] = [];
  readonly plugins: KongPluginFact[] = [];
  private readonly root: YamlMap;
  private readonly writable: Writable;
  /** `route 4f2a…` to the key of that route. */
  private readonly byId = new Map<string, string>();

  constructor(root: YamlMap, writable: Writable) {
    this.root = root;
    this.writable = writable;
  }

  read(): void {
    for (const service of maps(get(this.root, "services"))) {
      this.service(service);
    }
    for (const route of maps(get(this.root, "routes"))) {
      this.route(route, reference(get(route, "service")));
    }
    this.pluginsOf(this.root, GLOBAL);
    for (const list of ["consumers", "consumer_groups"]) {
      for (const consumer of maps(get(this.root, list))) {
        this.pluginsOf(consumer, { ...GLOBAL, consumer: nameOf(consumer) ?? text(get(consumer, "username")) ?? list });
      }
    }
  }

  /** A name stays, an id becomes the key of what it belongs to; what is not declared here stays as written. */
  resolve(kind: "service" | "route", written: string | null): string | null {
    return written === null ? null : (this.byId.get(`${kind} ${written}`) ?? written);
  }

  private key(kind: "service" | "route", entity: YamlMap, ordinal: number): string {
    const id = text(get(entity, "id"));
    const key = text(get(entity, "name")) ?? id ?? `#${ordinal}`;
    if (id !== null) {
      this.byId.set(`${kind} ${id}`, key);
    }
    return key;
  }

  private service(service: YamlMap): void {
    const key = this.key("service", service, this.services.length + 1);
    this.services.push({
      key,
      name: text(get(service, "name")),
      host: text(get(service, "host")) ?? hostOf(text(get(service, "url"))),
      url: urlOf(service),
      enabled: flag(get(service, "enabled")) !== false,
      tags: texts(get(service, "tags")),
      lines: service.lines,
      insertion: pluginInsertion(service, this.writable),
    });
    for (const route of maps(get(service, "routes"))) {
      this.route(route, key);
    }
    this.pluginsOf(service, { ...GLOBAL, service: key });
  }

  private route(route: YamlMap, service: string | null): void {
    const key = this.key("route", route, this.routes.length + 1);
    const plugins = get(route, "plugins");
    const expression = text(get(route, "expression"));
    this.routes.push({
      key,
      name: text(get(route, "name")),
      service,
      paths: [...texts(get(route, "paths")), ...texts(get(route, "path")), ...(expression === null ? [] : [expression])],
      methods: texts(get(route, "methods")),
      hosts: texts(get(route, "hosts")),
      protocols: texts(get(route, "protocols")),
      stripsPath: flag(get(route, "strip_path")) !== false,
      tags: texts(get(route, "tags")),
      explicitlyNoPlugins: plugins?.kind === "sequence" && plugins.items.length === 0,
      lines: route.lines,
      insertion: pluginInsertion(route, this.writable),
    });
    this.pluginsOf(route, { ...GLOBAL, route: key });
  }

  private pluginsOf(holder: YamlMap, scope: Scope): void {
    for (const plugin of maps(get(holder, "plugins"))) {
      const name = text(get(plugin, "name"));
      if (name === null) {
        continue;
      }
      this.plugins.push({
        name,
        enabled: flag(get(plugin, "enabled")) !== false,
        route: reference(get(plugin, "route")) ?? scope.route,
        service: reference(get(plugin, "service")) ?? scope.service,
        consumer: reference(get(plugin, "consumer")) ?? reference(get(plugin, "consumer_group")) ?? scope.consumer,
        anonymous: this.isAnonymous(plugin),
        lines: plugin.lines,
      });
    }
  }

  /** The plugin's own configuration wins over the shared one that it names by `_config`. */
  private isAnonymous(plugin: YamlMap): boolean {
    const own = entry(get(plugin, "config"), "anonymous");
    const shared = text(get(plugin, "_config"));
    const value = own?.value ?? (shared === null ? undefined : get(this.root, "_plugin_configs", shared, "anonymous"));
    return !isNull(value) && text(value) !== "";
  }
}

function maps(node: YamlNode | undefined): YamlMap[] {
  return items(node).filter((item): item is YamlMap => item.kind === "map");
}

function nameOf(entity: YamlNode | undefined): string | null {
  return text(get(entity, "name")) ?? text(get(entity, "id"));
}

/** `orders`, `{name: orders}`, `{id: 4f2a…}`. */
function reference(node: YamlNode | undefined): string | null {
  return node?.kind === "map" ? (nameOf(node) ?? text(get(node, "username"))) : text(node);
}

function urlOf(service: YamlMap): string | null {
  const url = text(get(service, "url"));
  if (url !== null) return withoutUserInfo(url);
  const host = text(get(service, "host"));
  if (host === null) return null;
  const scheme = text(get(service, "protocol")) ?? "http";
  return `${scheme}://${host}:${text(get(service, "port")) ?? "80"}${text(get(service, "path")) ?? ""}`;
}

function hostOf(url: string | null): string | null {
  return url === null ? null : (/^[a-z][a-z0-9+.-]*:\/\/(?:[^/@\s]*@)?([^/:\s]+)/i.exec(url)?.[1] ?? null);
}

function pluginInsertion(holder: YamlMap, writable: Writable): PluginInsertion | null {
  const plugins = get(holder, "plugins");
  if (plugins === undefined) {
    const point = insertionAtEnd(holder, writable);
    return point === null ? null : { ...point, list: "absent" };
  }
  const [first] = items(plugins);
  if (plugins.kind !== "sequence" || plugins.flow || first?.kind !== "map") {
    return null;
  }
  const line = writable.file.text[first.lines.startLine - 1] ?? "";
  const point = insertionAtEnd(first, writable);
  const dash = /^(\s*)-/.exec(line);
  const text = writable.file.text[plugins.lines.endLine - 1];
  return point === null || dash === null || text === undefined
    ? null
    : { ...point, line: plugins.lines.endLine, text, indent: dash[1]!, list: "present" };
}
