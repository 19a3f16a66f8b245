import { Graph, layout as placeLayers } from "@dagrejs/dagre";
import type { Picture, PictureEdge, PictureElement } from "./picture.js";

export interface PlacedElement extends PictureElement {
  /** Centre, in pixels. */
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
  /** The label, shortened to what fits. */
  readonly text: string;
}

export interface PlacedEdge extends PictureEdge {
  readonly points: readonly { readonly x: number; readonly y: number }[];
}

export interface Layout {
  readonly width: number;
  readonly height: number;
  readonly elements: readonly PlacedElement[];
  readonly edges: readonly PlacedEdge[];
}

/** Mean widths in pixels of the two sizes of text in a shape. */
const CHARACTER = 7.4;
const SMALL_CHARACTER = 5.9;
const LONGEST = 30;
const HEIGHT = { service: 44, database: 50, channel: 36 } as const;

/** Which way the layers go. Downwards suits a narrow page. */
export type Direction = "right" | "down";

const RANKS = { right: { rankdir: "LR", nodesep: 22, ranksep: 90 }, down: { rankdir: "TB", nodesep: 16, ranksep: 50 } } as const;

/** Layers: callers before what they call, stores and channels last. */
export function layOut({ elements, edges }: Picture, direction: Direction = "right"): Layout {
  const graph = new Graph({ multigraph: true });
  graph.setGraph({ ...RANKS[direction], edgesep: 14, marginx: 24, marginy: 24 });
  graph.setDefaultEdgeLabel(() => ({}));
  for (const element of elements) {
    const text = shorten(element.label);
    const wide = Math.max(text.length * CHARACTER, Math.min(element.detail.length, LONGEST) * SMALL_CHARACTER);
    graph.setNode(element.id, { width: Math.max(92, wide + 32), height: HEIGHT[element.kind] });
  }
  for (const { from, to, kind } of edges) graph.setEdge(from, to, { weight: kind === "calls" ? 2 : 1 }, kind);
  placeLayers(graph);

  const { width = 0, height = 0 } = graph.graph() as { width?: number; height?: number };
  return {
    width: elements.length === 0 ? 320 : Math.ceil(width),
    height: elements.length === 0 ? 80 : Math.ceil(height),
    elements: elements.map((element) => ({ ...element, ...boxOf(graph, element.id), text: shorten(element.label) })),
    edges: edges.map((edge) => ({ ...edge, points: graph.edge(edge.from, edge.to, edge.kind).points ?? [] })),
  };
}

function boxOf(graph: Graph, id: string): { x: number; y: number; width: number; height: number } {
  const { x, y, width, height } = graph.node(id) as { x: number; y: number; width: number; height: number };
  return { x, y, width, height };
}

/** Keeps both ends: names in one system tend to share their beginnings. */
function shorten(label: string): string {
  if (label.length <= LONGEST) return label;
  const half = Math.floor((LONGEST - 1) / 2);
  return `${label.slice(0, half)}…${label.slice(-half)}`;
}
