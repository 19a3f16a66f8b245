import { Minimatch } from "minimatch";
import type { ComposeEntry } from "../compose.js";
import type { Evidence } from "../evidence.js";
import type { FactTable } from "../fact-table.js";
import { nameKey, wordsOf } from "../identity.js";
import { interpolate } from "../interpolation.js";
import type { Service } from "../model.js";
import { upwards } from "../paths.js";
import type { Host, ServiceDirectory } from "../services.js";
import { hostsOf, portNumber, type Hosts } from "./hosts.js";
import type { Owner, StatedWorkload } from "./owners.js";
import { libraryDirectories } from "./packages.js";
import type { SourceTree } from "./source-tree.js";

interface Inputs {
  readonly table: FactTable;
  readonly tree: SourceTree;
  readonly config: readonly { readonly name: string; readonly paths: readonly string[]; readonly directories: readonly string[] }[];
  readonly services: readonly Service[];
  readonly composed: ReadonlyMap<ComposeEntry, Owner<string>>;
  readonly workloads: ReadonlyMap<StatedWorkload, Owner<string>>;
}

export function directoryOfServices(inputs: Inputs): ServiceDirectory {
  const names = nameIndex(inputs.services);
  const named = (name: string): string | null => names.get(name.toLowerCase()) ?? names.get(nameKey(name)) ?? null;
  const serviceOf = fileIndex(inputs);
  const byPrefix = (variable: string): string | null => meantBy(variable, named);
  const hosts = hostsOf({ ...inputs, listening: listeningPorts(inputs.table, serviceOf, byPrefix) });
  const at = (host: string, port: number | null, from: string | null): Host => hostAt(hosts, named, host, port, from);
  const learnt = variablesWithHosts(inputs, at);
  return {
    services: inputs.services,
    serviceOf,
    named,
    at,
    meantBy: (variable) => learnt.get(variable.toUpperCase()) ?? byPrefix(variable),
  };
}

/** Names and keys that mean exactly one service. */
function nameIndex(services: readonly Service[]): ReadonlyMap<string, string> {
  const index = new Map<string, string>();
  for (const service of services) index.set(service.name.toLowerCase(), service.name);
  const weaker = new Map<string, string | null>();
  for (const service of services) {
    for (const alias of new Set([nameKey(service.name), ...service.aliases, ...service.aliases.map(nameKey)])) {
      if (index.has(alias)) continue;
      const known = weaker.get(alias);
      weaker.set(alias, known === undefined || known === service.name ? service.name : null);
    }
  }
  for (const [alias, service] of weaker) if (service !== null && alias !== "") index.set(alias, service);
  return index;
}

/** The service of a file: the settings first, then the innermost directory that belongs to a service or is a library. */
function fileIndex(inputs: Inputs): (path: string) => string | null {
  const owners = new Map<string, string | null>();
  const isService = new Set(inputs.services.flatMap(({ paths }) => paths));
  for (const directory of libraryDirectories(inputs.table, inputs.tree, (path) => isService.has(path))) owners.set(directory, null);
  for (const service of inputs.services) for (const path of service.paths) owners.set(path, service.name);
  const globs = inputs.config.flatMap(({ name, paths }) =>
    paths.filter((path) => /[*?[{(!]/.test(path)).map((path) => ({ name, glob: new Minimatch(path.replace(/^\.\//, ""), { dot: true }) })),
  );
  const known = new Map<string, string | null>();
  const ofDirectory = (directory: string): string | null => {
    for (const above of upwards(directory)) {
      const owner = known.get(above) ?? owners.get(above);
      if (owner !== undefined) return owner;
    }
    return null;
  };
  return (path) => {
    const byGlob = globs.find(({ glob }) => glob.match(path));
    if (byGlob !== undefined) return byGlob.name;
    const directory = path.slice(0, Math.max(0, path.lastIndexOf("/")));
    const owner = known.has(directory) ? known.get(directory)! : ofDirectory(directory);
    known.set(directory, owner);
    return owner;
  };
}

const LOCAL = new Set([
  "localhost",
  "127.0.0.1",
  "0.0.0.0",
  "::1",
  "host.docker.internal",
  "host.minikube.internal",
  "docker.for.mac.localhost",
  "gateway.docker.internal",
]);

function hostAt(hosts: Hosts, named: (name: string) => string | null, text: string, port: number | null, from: string | null): Host {
  const host = text
    .trim()
    .toLowerCase()
    .replace(/^\[|\]$/g, "")
    .replace(/\.$/, "");
  if (LOCAL.has(host)) return (port === null ? null : hosts.onPort(port, from)) ?? { kind: "unknown", host };
  if (host === "" || /[\s${}()]/.test(host)) return { kind: "unknown", host };
  const found = hosts.at(host, port, from);
  if (found !== null) return found;
  const inCluster = /\.svc(?:\.cluster\.local)?$/.test(host);
  if (!host.includes(".") || inCluster) {
    const service = named(host.split(".")[0]!);
    return service === null ? { kind: "unknown", host } : { kind: "service", service, evidence: [] };
  }
  const internal =
    /\.(?:local|internal|lan|localhost|test|example|invalid|cluster|home|corp)$/.test(host) ||
    /^(?:10|127|192\.168|172\.(?:1[6-9]|2\d|3[01]))\./.test(host);
  return internal ? { kind: "unknown", host } : { kind: "external", host };
}

const NOT_NAMES = new Set([
  "url",
  "uri",
  "host",
  "hostname",
  "addr",
  "address",
  "endpoint",
  "base",
  "baseurl",
  "path",
  "port",
  "http",
  "https",
  "grpc",
  "rest",
  "internal",
  "external",
  "public",
  "private",
  "api",
  "service",
  "services",
  "svc",
  "server",
  "origin",
  "domain",
  "root",
  "ms",
  "microservice",
  "client",
  "next",
  "vite",
  "react",
  "app",
  "nuxt",
  "dns",
  "name",
  "location",
  "connection",
]);

/** `ORDERS_SERVICE_URL`, `NEXT_PUBLIC_ORDERS_API`, `orders.service.base-url`: the words that are left name the service. */
function meantBy(variable: string, named: (name: string) => string | null): string | null {
  const words = wordsOf(variable);
  if (words.length < 2) return null;
  const whole = named(words.slice(0, -1).join("-"));
  if (whole !== null) return whole;
  let start = 0;
  let end = words.length;
  while (end > start && NOT_NAMES.has(words[end - 1]!)) end -= 1;
  while (start < end && NOT_NAMES.has(words[start]!)) start += 1;
  if (end === words.length && start === 0) return null;
  const left = words.slice(start, end);
  return left.length === 0 ? null : (named(left.join("-")) ?? named(left.join("")) ?? named(otherNumber(left.join("-"))));
}

/** `PRODUCT_URL` of the service `products`, and the other way round. */
function otherNumber(name: string): string {
  return name.endsWith("s") ? name.slice(0, -1) : `${name}s`;
}

/** Variables that some deployment file gives the host of a service: the name then speaks of that service elsewhere too. */
function variablesWithHosts(inputs: Inputs, at: ServiceDirectory["at"]): ReadonlyMap<string, string> {
  const found = new Map<string, string | null>();
  const learn = (variable: string, value: string, from: string | null): void => {
    const match = /^(?:[a-z][a-z0-9+.-]*:\/\/)?(?:[^@/\s]*@)?([a-z0-9.-]+)(?::(\d+))?(?:\/|$)/i.exec(value);
    if (match === null || !/(?:URL|URI|HOST|ADDR|ADDRESS|ENDPOINT|API|SERVICE|SVC)$/i.test(variable)) return;
    const host = at(match[1]!, match[2] === undefined ? null : Number(match[2]), from);
    const service = host.kind === "service" ? host.service : null;
    const name = variable.toUpperCase();
    if (service !== null) found.set(name, found.has(name) && found.get(name) !== service ? null : service);
  };
  for (const [entry, owner] of inputs.composed) {
    for (const { name, value } of entry.service.environment) {
      if (value !== null) learn(name, interpolate(value, entry.names).text, owner.kind === "service" ? owner.service : null);
    }
  }
  for (const [{ fact }, owner] of inputs.workloads) {
    for (const { name, value } of fact.containers.flatMap((container) => container.environment)) {
      if (value !== null) learn(name, value, owner.kind === "service" ? owner.service : null);
    }
  }
  return new Map([...found].flatMap(([name, service]) => (service === null ? [] : [[name, service] as const])));
}

/** Ports of services that compose files do not publish: `PORT` in their dotenv files, `ORDERS_SERVICE_PORT` in the root's. */
function listeningPorts(table: FactTable, serviceOf: (path: string) => string | null, meant: (variable: string) => string | null) {
  const found: { port: number; service: string; own: boolean; evidence: Evidence }[] = [];
  const offer = (
    path: string,
    name: string,
    value: string | null,
    lines: { startLine: number; endLine: number },
    service: string | null,
    own = false,
  ): void => {
    const port = value === null ? null : portNumber(value);
    if (port !== null && service !== null)
      found.push({
        port,
        service,
        own,
        evidence: { path, ...lines, kind: "deployment", note: `\`${name}\` is the port of \`${service}\`` },
      });
  };
  for (const { path, fact } of table.of("env-file")) {
    const own = serviceOf(path);
    for (const { name, value, lines } of fact.variables) {
      if (/^(?:HTTP_|SERVER_|APP_|API_)?PORT$/.test(name)) offer(path, name, value, lines, own, true);
      else if (own === null && name.endsWith("_PORT")) offer(path, name, value, lines, meant(name));
    }
  }
  for (const { path, fact } of table.of("settings-file")) {
    const setting = fact.settings.find(({ key }) => key === "server.port");
    if (setting !== undefined) offer(path, setting.key, setting.value, setting.lines, serviceOf(path));
  }
  for (const { path, fact } of table.of("dockerfile")) {
    for (const port of fact.exposes) offer(path, "EXPOSE", port, { startLine: 1, endLine: 1 }, serviceOf(path));
  }
  return found;
}
