import type { ComparedEvidence } from "../../compare/comparison.js";
import type { SystemSummary } from "../report.js";

/** What a change did to an element of a picture; `same` everywhere when there is only one system. */
export type Change = "added" | "removed" | "same";

export interface PictureElement {
  /** `service:orders`, `database:postgres/orders_db`, `channel:order.created`. */
  readonly id: string;
  readonly kind: "service" | "database" | "channel";
  readonly label: string;
  /** A second, smaller line: the engine of a database, the paths of a service. */
  readonly detail: string;
  readonly change: Change;
}

export interface PictureEdge {
  readonly from: string;
  readonly to: string;
  readonly kind: "calls" | "uses" | "publishes" | "consumes";
  /** Operations of a call, sorted; empty for the others. */
  readonly labels: readonly string[];
  readonly evidence: readonly ComparedEvidence[];
  readonly change: Change;
}

/** A system, or the difference of two, as elements and edges between them. Sorted; a function of its input alone. */
export interface Picture {
  readonly elements: readonly PictureElement[];
  readonly edges: readonly PictureEdge[];
}

/** The system at head, with what the base had and the head has not shown as removed. */
export function drawPicture(head: SystemSummary, base: SystemSummary | null = null): Picture {
  const after = partsOf(head);
  const before = base === null ? after : partsOf(base);
  return { elements: overlay(before.elements, after.elements), edges: overlay(before.edges, after.edges) };
}

/** Keeps what changed and what it touches: the part of the system that a pull request is about. */
export function changedPart({ elements, edges }: Picture): Picture {
  const changed = edges.filter(({ change }) => change !== "same");
  const touched = new Set(changed.flatMap(({ from, to }) => [from, to]));
  for (const { id, change } of elements) if (change !== "same") touched.add(id);
  return {
    elements: elements.filter(({ id }) => touched.has(id)),
    edges: edges.filter(({ from, to }) => touched.has(from) && touched.has(to)),
  };
}

interface Parts {
  readonly elements: ReadonlyMap<string, PictureElement>;
  readonly edges: ReadonlyMap<string, PictureEdge>;
}

function partsOf(system: SystemSummary): Parts {
  const elements = new Map<string, PictureElement>();
  const edges = new Map<string, PictureEdge>();
  const element = (kind: PictureElement["kind"], name: string, label: string, detail: string): string => {
    const id = `${kind}:${name}`;
    if (!elements.has(id)) elements.set(id, { id, kind, label, detail, change: "same" });
    return id;
  };
  const edge = (from: string, to: string, kind: PictureEdge["kind"], label: string, evidence: readonly ComparedEvidence[]): void => {
    const key = `${from} ${kind} ${to}`;
    const known = edges.get(key);
    const labels = new Set([...(known?.labels ?? []), ...(label === "" ? [] : [label])]);
    edges.set(key, { from, to, kind, labels: [...labels].sort(), evidence: [...(known?.evidence ?? []), ...evidence], change: "same" });
  };

  for (const { name, paths } of system.services) element("service", name, name, paths.join(", "));
  for (const { id, engine, name, uses } of system.databases) {
    const database = element("database", id, name, engine);
    for (const { service, evidence } of uses) edge(element("service", service, service, ""), database, "uses", "", evidence);
  }
  for (const { from, to, operation, evidence } of system.calls) {
    edge(element("service", from, from, ""), element("service", to, to, ""), "calls", operation, evidence);
  }
  for (const { name, publications, consumptions } of system.channels) {
    const channel = element("channel", name, name, "");
    for (const { service, evidence } of publications) edge(element("service", service, service, ""), channel, "publishes", "", evidence);
    for (const { service, evidence } of consumptions) edge(channel, element("service", service, service, ""), "consumes", "", evidence);
  }
  return { elements, edges };
}

function overlay<T extends { readonly change: Change }>(before: ReadonlyMap<string, T>, after: ReadonlyMap<string, T>): readonly T[] {
  return [...new Set([...before.keys(), ...after.keys()])].sort().map((key) => {
    const here = after.get(key);
    if (here === undefined) return { ...before.get(key)!, change: "removed" };
    return before.has(key) ? here : { ...here, change: "added" };
  });
}
