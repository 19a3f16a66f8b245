import type { ComposeEntry } from "../compose.js";
import type { Evidence } from "../evidence.js";
import { append, type FactTable } from "../fact-table.js";
import { interpolate } from "../interpolation.js";
import { directoryOf } from "../paths.js";
import type { Host } from "../services.js";
import { chartDirectory, isReadable, type Owner, type StatedWorkload } from "./owners.js";
import { at } from "./signals.js";

/** Something that answers under a host name. `scope` is the directory of a compose project or the namespace of a cluster. */
interface Answer {
  readonly owner: Owner<string>;
  readonly scope: string;
  readonly evidence: Evidence;
}

/** Host names and ports of compose files and clusters. */
export interface Hosts {
  at(host: string, port: number | null, from: string | null): Host | null;
  onPort(port: number, from: string | null): Host | null;
}

export interface HostInputs {
  readonly table: FactTable;
  readonly composed: ReadonlyMap<ComposeEntry, Owner<string>>;
  readonly workloads: ReadonlyMap<StatedWorkload, Owner<string>>;
  /** Ports on which services listen as settings and dotenv files say; `own`: the service's own dotenv file says it. */
  readonly listening: readonly { readonly port: number; readonly service: string; readonly own: boolean; readonly evidence: Evidence }[];
}

export function hostsOf(inputs: HostInputs): Hosts {
  const composed = composeAnswers(inputs);
  const cluster = clusterAnswers(inputs);
  const ports = portAnswers(inputs);
  const scopes = new Map<string, Set<string>>();
  for (const [entry, owner] of inputs.composed) {
    if (owner.kind === "service") (scopes.get(owner.service) ?? setIn(scopes, owner.service)).add(entry.directory);
  }
  const near = (answers: readonly Answer[], from: string | null): Answer | null => {
    const mine = from === null ? undefined : scopes.get(from);
    const close = answers.filter((answer) => mine?.has(answer.scope) === true);
    return soleAnswer(close.length > 0 ? close : answers);
  };
  return {
    at: (host, _port, from) => {
      const inCompose = near(composed.get(host) ?? [], from);
      if (inCompose !== null) return hostOf(inCompose);
      const inCluster = clusterAnswer(cluster, host);
      return inCluster === null ? null : hostOf(inCluster);
    },
    onPort: (port, from) => {
      // Where its own file has the caller itself listen there, the port speaks of nobody else.
      if (inputs.listening.some((one) => one.own && one.port === port && one.service === from)) return null;
      const published = near(ports.published.get(port) ?? [], from);
      const answer = published ?? soleAnswer(ports.listening.get(port) ?? []);
      return answer === null ? null : hostOf(answer);
    },
  };
}

function setIn(sets: Map<string, Set<string>>, key: string): Set<string> {
  const set = new Set<string>();
  sets.set(key, set);
  return set;
}

/** The first of the answers if all are of one owner. */
function soleAnswer(answers: readonly Answer[]): Answer | null {
  const first = answers[0];
  if (first === undefined) return null;
  return answers.every((answer) => sameOwner(answer.owner, first.owner)) ? first : null;
}

function sameOwner(a: Owner<string>, b: Owner<string>): boolean {
  if (a.kind === "service") return b.kind === "service" && a.service === b.service;
  return b.kind === "infrastructure" && a.infrastructure.name === b.infrastructure.name && a.infrastructure.role === b.infrastructure.role;
}

function hostOf(answer: Answer): Host {
  if (answer.owner.kind === "service") return { kind: "service", service: answer.owner.service, evidence: [answer.evidence] };
  const { infrastructure } = answer.owner;
  return {
    kind: "infrastructure",
    id: infrastructure.id,
    name: infrastructure.name,
    role: infrastructure.role,
    engine: infrastructure.engine,
    image: infrastructure.image,
    evidence: [answer.evidence],
  };
}

function composeAnswers(inputs: HostInputs): ReadonlyMap<string, readonly Answer[]> {
  const answers = new Map<string, Answer[]>();
  for (const [entry, owner] of inputs.composed) {
    const { service } = entry;
    const evidence = at(
      entry.path,
      { startLine: service.lines.startLine, endLine: service.lines.startLine },
      "deployment",
      `\`${entry.key}\` answers here`,
    );
    const names = [entry.key, service.containerName, service.hostname, ...service.aliases];
    for (const name of new Set(names.flatMap((text) => (text === null ? [] : [interpolate(text, entry.names).text.toLowerCase()])))) {
      append(answers, name, { owner, scope: entry.directory, evidence });
    }
  }
  return answers;
}

function clusterAnswers(inputs: HostInputs): ReadonlyMap<string, readonly Answer[]> {
  const answers = new Map<string, Answer[]>();
  for (const { path, fact } of inputs.table.of("kubernetes-service")) {
    const owner = selectedOwner(inputs, path, fact.selector, fact.namespace);
    if (owner === null || !isReadable(fact.name)) continue;
    append(answers, fact.name.toLowerCase(), {
      owner,
      scope: fact.namespace ?? "",
      evidence: at(path, { startLine: fact.lines.startLine, endLine: fact.lines.endLine }, "deployment", `\`${fact.name}\` answers here`),
    });
  }
  for (const [{ path, fact }, owner] of inputs.workloads) {
    const name = fact.name.toLowerCase();
    if (!isReadable(fact.name) || answers.has(name)) continue;
    answers.set(name, [
      {
        owner,
        scope: fact.namespace ?? "",
        evidence: at(path, { startLine: fact.lines.startLine, endLine: fact.lines.endLine }, "deployment", `runs \`${fact.name}\``),
      },
    ]);
  }
  return answers;
}

/** The owner of the workloads that a Service selects, those of its own file, chart or directory first. */
function selectedOwner(
  inputs: HostInputs,
  path: string,
  selector: Readonly<Record<string, string>>,
  namespace: string | null,
): Owner<string> | null {
  const wanted = Object.entries(selector);
  if (wanted.length === 0) return null;
  const chosen = [...inputs.workloads].filter(
    ([{ fact }]) => sameNamespace(fact.namespace, namespace) && wanted.every(([key, value]) => fact.podLabels[key] === value),
  );
  const distance = (workload: StatedWorkload): number => {
    if (workload.path === path) return 0;
    if (chartDirectory(workload.path) !== null && chartDirectory(workload.path) === chartDirectory(path)) return 1;
    return directoryOf(workload.path) === directoryOf(path) ? 2 : 3;
  };
  const nearest = chosen.sort(([a], [b]) => distance(a) - distance(b))[0];
  if (nearest === undefined) return null;
  const templated = Object.values(selector).every((value) => !isReadable(value));
  return templated && distance(nearest[0]) > 1 ? null : nearest[1];
}

function sameNamespace(a: string | null, b: string | null): boolean {
  return a === null || b === null || a === b || !isReadable(a) || !isReadable(b);
}

/** `orders`, `orders.shop`, `orders.shop.svc`, `orders.shop.svc.cluster.local`, `db-0.db.shop.svc`. */
function clusterAnswer(answers: ReadonlyMap<string, readonly Answer[]>, host: string): Answer | null {
  const plain = host.replace(/\.cluster\.local$/, "").replace(/\.svc$/, "");
  const labels = plain.split(".");
  // Without `.svc` three labels are a domain.
  if (labels.length > (plain === host ? 2 : 3)) return null;
  const tries =
    labels.length === 1
      ? [[labels[0]!, null] as const]
      : [[labels[0]!, labels[1]!] as const, ...(labels.length === 3 ? [[labels[1]!, labels[2]!] as const] : [])];
  for (const [name, namespace] of tries) {
    const all = answers.get(name) ?? [];
    const exact = all.filter((answer) => namespace === null || answer.scope === namespace);
    // Manifests that name no namespace are applied to whichever one the command says.
    const found = soleAnswer(exact.length > 0 ? exact : all.filter((answer) => answer.scope === "" || !isReadable(answer.scope)));
    if (found !== null) return found;
  }
  return null;
}

function portAnswers(inputs: HostInputs): {
  readonly published: ReadonlyMap<number, readonly Answer[]>;
  readonly listening: ReadonlyMap<number, readonly Answer[]>;
} {
  const published = new Map<number, Answer[]>();
  const listening = new Map<number, Answer[]>();
  for (const [entry, owner] of inputs.composed) {
    const evidence = at(entry.path, entry.service.lines, "deployment", `publishes the ports of \`${entry.key}\``);
    for (const mapping of entry.service.ports) {
      const host = mapping.host === null ? null : portNumber(interpolate(mapping.host, entry.names).text);
      const container = portNumber(interpolate(mapping.container, entry.names).text);
      if (host !== null) append(published, host, { owner, scope: entry.directory, evidence });
      if (container !== null && owner.kind === "service") append(listening, container, { owner, scope: entry.directory, evidence });
    }
  }
  for (const [{ path, fact }, owner] of inputs.workloads) {
    if (owner.kind !== "service") continue;
    for (const container of fact.containers) {
      for (const port of container.ports)
        append(listening, port, {
          owner,
          scope: "",
          evidence: at(path, container.lines, "deployment", `\`${fact.name}\` listens on port ${port}`),
        });
    }
  }
  for (const { port, service, evidence } of inputs.listening)
    append(listening, port, { owner: { kind: "service", service }, scope: "", evidence });
  return { published, listening };
}

/** `3000`, `127.0.0.1:3000`, `3000/tcp`; the first port of a range. */
export function portNumber(text: string): number | null {
  const match = /(?:^|:)(\d{1,5})(?:-\d+)?(?:\/\w+)?$/.exec(text.trim());
  return match === null ? null : Number(match[1]);
}
