import type { ContainerFact } from "../../facts/kubernetes.js";
import type { ComposeEntry } from "../compose.js";
import type { Evidence } from "../evidence.js";
import type { FactTable, Stated } from "../fact-table.js";
import { isGenericName, isStoreName, isToolName } from "../identity.js";
import { isTool } from "../migrating.js";
import { isPrivateRegistry, knownAs, parseImage, type ImageName, type ImageRole } from "../images.js";
import { directoryOf, lastSegment } from "../paths.js";
import type { Draft, Drafts } from "./draft.js";
import type { Matcher } from "./matcher.js";
import { at } from "./signals.js";
import type { SourceTree } from "./source-tree.js";

/** A container of somebody else's image: a store, a broker, a gateway, a tool, a product. */
export interface Infrastructure {
  /** Unique: `compose:deploy#postgres`, `kubernetes:shop/postgres`. */
  readonly id: string;
  readonly name: string;
  readonly image: string | null;
  readonly role: ImageRole;
  /** Of a store: `postgres`, `mongodb`, …. */
  readonly engine: string | null;
  readonly evidence: Evidence;
}

/** Who runs in a container: a service of the system or somebody else's product. */
export type Owner<S> =
  | { readonly kind: "service"; readonly service: S }
  | { readonly kind: "infrastructure"; readonly infrastructure: Infrastructure };

export type StatedWorkload = Stated<"workload">;

/** How images are told apart: the system's own are built here or come from where its own come from. */
export interface OwnImages {
  isOwn(image: ImageName): boolean;
}

/** `owners`: who publishes the system's own images. */
export function ownImages(owners: ReadonlySet<string>): OwnImages {
  return {
    isOwn: (image) => {
      if (image.variableOwner || isPrivateRegistry(image)) return true;
      if (image.owner === "") return image.registry === null;
      return owners.has(image.owner) || owners.has(image.owner.split("/")[0]!);
    },
  };
}

/** The owner of each compose entry by path and key; entries without code add homeless drafts. */
export function composeOwners(
  entries: readonly ComposeEntry[],
  context: {
    readonly tree: SourceTree;
    readonly drafts: Drafts;
    readonly matcher: Matcher;
    readonly images: OwnImages;
    readonly built: ReadonlyMap<string, Draft>;
    readonly table: FactTable;
  },
): ReadonlyMap<ComposeEntry, Owner<Draft>> {
  const owners = new Map<ComposeEntry, Owner<Draft>>();
  const configured = configuredProducts(entries, context);
  for (const entry of entries) {
    const owner = composeOwner(entry, { ...context, configured });
    if (owner !== null) owners.set(entry, owner);
  }
  return owners;
}

type ComposeContext = Parameters<typeof composeOwners>[1] & { readonly configured: ReadonlyMap<string, ImageName> };

/** Products that are built here with nothing but their settings, by the key of their entry: another file may run what was built of them. */
function configuredProducts(
  entries: readonly ComposeEntry[],
  { built, table }: Parameters<typeof composeOwners>[1],
): ReadonlyMap<string, ImageName> {
  const bases = new Map<string, ImageName>();
  for (const entry of entries) {
    const base = entry.build === null || built.has(entry.identity) ? null : baseOf(table, entry);
    if (base !== null && (knownAs(base)?.role ?? "runtime") !== "runtime") bases.set(entry.key, base);
  }
  return bases;
}

function composeOwner(entry: ComposeEntry, context: ComposeContext): Owner<Draft> | null {
  const built = context.built.get(entry.identity);
  if (built !== undefined) return { kind: "service", service: built };
  if (entry.buildsMissing) return null;
  if (entry.build === null && entry.image === null) return overridden(entry, context);
  const image = entry.image === null ? null : parseImage(entry.image);
  if (entry.build !== null || image === null) {
    const base = entry.build === null ? null : baseOf(context.table, entry);
    return infrastructureOf(entry, base ?? image, context.table);
  }
  const known = knownAs(image);
  if (known === null || known.role === "runtime") {
    const draft = isTool(entry, context.table)
      ? null
      : (context.matcher.match(image.name, entry.path) ?? context.matcher.match(entry.key, entry.path));
    if (draft !== null) return { kind: "service", service: attach(draft, entry, image) };
    const base = context.configured.get(entry.key);
    if (base !== undefined) return infrastructureOf(entry, base, context.table);
    if (known === null && isServiceImage(image, entry.key) && context.images.isOwn(image) && !context.tree.isAside(entry.path)) {
      return { kind: "service", service: homeless(context.drafts, entry, image) };
    }
  }
  return infrastructureOf(entry, image, context.table);
}

/** An entry that says nothing of what it runs adds to one of another file, which may be kept elsewhere. */
function overridden(entry: ComposeEntry, { matcher, table }: Parameters<typeof composeOwners>[1]): Owner<Draft> | null {
  const draft = isTool(entry, table) ? null : matcher.match(entry.key, entry.path);
  if (draft !== null) return { kind: "service", service: attach(draft, entry, null) };
  const owner = infrastructureOf(entry, null, table);
  return owner.kind === "infrastructure" && owner.infrastructure.role === "product" ? null : owner;
}

function isServiceImage(image: ImageName, name: string): boolean {
  return ![image.name, name].some((text) => isToolName(text) || isStoreName(text));
}

function attach(draft: Draft, entry: ComposeEntry, image: ImageName | null): Draft {
  draft.names.push({ source: "kubernetes", name: entry.key });
  if (image !== null) draft.aliases.add(image.name);
  draft.evidence.push(at(entry.path, entry.service.lines, "deployment", `runs \`${entry.key}\``));
  return draft;
}

function homeless(drafts: Drafts, entry: ComposeEntry, image: ImageName): Draft {
  return drafts.add({
    source: "compose",
    directory: null,
    name: entry.key,
    aliases: [image.name],
    evidence: at(entry.path, entry.service.lines, "deployment", `runs \`${entry.key}\``),
  });
}

function baseOf(table: FactTable, entry: ComposeEntry): ImageName | null {
  const dockerfile = entry.build?.dockerfile;
  if (dockerfile == null) return null;
  const last = table
    .in(dockerfile, "dockerfile")
    .flatMap((fact) => fact.baseImages)
    .at(-1);
  return last === undefined ? null : parseImage(last);
}

function infrastructureOf(entry: ComposeEntry, image: ImageName | null, table: FactTable): Owner<Draft> {
  const known = image === null ? null : knownAs(image);
  const role = isTool(entry, table) ? "tool" : (known?.role ?? (isStoreName(entry.key) ? "record" : "product"));
  const evidence = at(entry.path, entry.service.lines, "deployment", `runs \`${entry.key}\``);
  return {
    kind: "infrastructure",
    infrastructure: {
      id: `compose:${entry.identity}`,
      name: entry.key,
      image: image?.name ?? null,
      role: role === "runtime" ? "tool" : role,
      engine: known?.engine ?? null,
      evidence,
    },
  };
}

/** The owner of each Kubernetes workload; images that are the system's own add homeless drafts. */
export function workloadOwners(
  workloads: readonly StatedWorkload[],
  context: {
    readonly drafts: Drafts;
    readonly matcher: Matcher;
    readonly images: OwnImages;
    readonly tree: SourceTree;
    /** It is a template of a chart that was taken over from elsewhere. */
    readonly isForeign: (path: string) => boolean;
    readonly imagesOf: (workload: StatedWorkload, container: ContainerFact) => readonly string[];
  },
): ReadonlyMap<StatedWorkload, Owner<Draft>> {
  // By statement and not by fact: files of equal text share their facts.
  return new Map(workloads.map((workload) => [workload, workloadOwner(workload, context)]));
}

function workloadOwner(workload: StatedWorkload, context: Parameters<typeof workloadOwners>[1]): Owner<Draft> {
  const { fact, path } = workload;
  const images = fact.containers
    .filter((container) => !container.init)
    .flatMap((container) => context.imagesOf(workload, container).flatMap((text) => parseImage(text) ?? []));
  const own = images.filter((image) => knownAs(image) === null || knownAs(image)!.role === "runtime");
  const evidence = at(path, fact.lines, "deployment", `runs \`${readableName(workload)}\` in Kubernetes`);
  const draft = matchWorkload(workload, own, images.length === 0, context.matcher);
  if (draft !== null) {
    for (const name of [fact.name, ...own.map((image) => image.name)]) if (isReadable(name)) draft.aliases.add(name);
    draft.evidence.push(evidence);
    return { kind: "service", service: draft };
  }
  const image = own.find(
    (candidate) => context.images.isOwn(candidate) && isServiceImage(candidate, fact.name) && isReadable(candidate.name),
  );
  if (image !== undefined && !context.tree.isAside(path) && !context.isForeign(path) && !/^(?:Job|CronJob)$/.test(fact.workloadKind)) {
    const name = isReadable(fact.name) ? fact.name : image.name;
    return {
      kind: "service",
      service: context.drafts.add({ source: "kubernetes", directory: null, name, aliases: [image.name], evidence }),
    };
  }
  return { kind: "infrastructure", infrastructure: clusterInfrastructure(workload, images, evidence) };
}

function matchWorkload(workload: StatedWorkload, own: readonly ImageName[], withoutImages: boolean, matcher: Matcher): Draft | null {
  if (isToolName(workload.fact.name) && own.every((image) => isToolName(image.name))) return null;
  for (const image of own) {
    const found = isReadable(image.name) && !isGenericName(image.name) ? matcher.match(image.name, workload.path) : null;
    if (found !== null) return found;
  }
  if (own.length === 0 && !withoutImages) return null;
  for (const name of [workload.fact.name, ...chartNames(workload)]) {
    const found = isReadable(name) ? matcher.match(name, workload.path) : null;
    if (found !== null) return found;
  }
  return null;
}

/** A templated workload is called after its chart. */
function chartNames(workload: StatedWorkload): readonly string[] {
  if (!workload.fact.templated) return [];
  const chart = chartDirectory(workload.path);
  return chart === null
    ? []
    : [lastSegment(workload.path).replace(/[-.]?(?:deployment|statefulset|rollout)?\.(?:ya?ml|tpl)$/, ""), lastSegment(chart)];
}

/** The chart whose template a file is. */
export function chartDirectory(path: string): string | null {
  const match = /^(.*?)\/?templates\//.exec(path);
  return match === null ? null : match[1]!;
}

function readableName(workload: StatedWorkload): string {
  return isReadable(workload.fact.name) ? workload.fact.name : lastSegment(chartDirectory(workload.path) ?? directoryOf(workload.path));
}

export function isReadable(name: string): boolean {
  return name !== "" && !/[{}$]/.test(name);
}

function clusterInfrastructure(workload: StatedWorkload, images: readonly ImageName[], evidence: Evidence): Infrastructure {
  const described = images.map((image) => ({ image, known: knownAs(image) }));
  const telling = described.find(({ known }) => known !== null && known.role !== "tool" && known.role !== "runtime") ?? described[0];
  const name = readableName(workload);
  // A job, or an image that cannot be read, is not known to keep data.
  const unknownRole = /^(?:Job|CronJob)$/.test(workload.fact.workloadKind) || !isReadable(telling?.image.name ?? "") ? "tool" : "product";
  return {
    id: `kubernetes:${workload.fact.namespace ?? ""}/${name}`,
    name,
    image: telling?.image.name ?? null,
    role:
      isToolName(name) || telling?.known?.role === "runtime"
        ? "tool"
        : (telling?.known?.role ?? (isStoreName(name) ? "record" : unknownRole)),
    engine: telling?.known?.engine ?? null,
    evidence,
  };
}
