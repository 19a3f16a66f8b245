/** The parts of `faultline graph --format json` that are compared. */
export interface Graph {
  readonly calls: readonly { readonly from: string; readonly to: string; readonly kind: string }[];
  readonly channels: readonly { readonly name: string; readonly publishers: readonly string[]; readonly consumers: readonly string[] }[];
  readonly databases: readonly {
    readonly id: string;
    readonly engine: string;
    readonly name: string;
    readonly services: readonly string[];
  }[];
}

/** What a person who read a system's code says of it. */
export interface Reading {
  /** `owner/name`. */
  readonly repository: string;
  readonly commit: string;
  /** What was read how, and what stays open to argument. */
  readonly reading: string;
  /** Service, service, protocol. */
  readonly calls: readonly (readonly [string, string, string])[];
  /** Service, channel. */
  readonly publishes: readonly (readonly [string, string])[];
  readonly consumes: readonly (readonly [string, string])[];
  /**
   * Service, database: `engine/name`, or the engine alone where the repository names no database. Where files name one database
   * differently, all of its names.
   */
  readonly databases: readonly (readonly [string, string | readonly string[]])[];
  /** What counts neither for nor against: everything that these services do, and single edges. */
  readonly open: { readonly services: readonly string[]; readonly edges: readonly (readonly [Kind, string, string])[] };
}

export const KINDS = ["calls", "publishes", "consumes", "databases"] as const;
export type Kind = (typeof KINDS)[number];

/** One kind of edge of one system. Each edge is written `from -> to`. */
export interface Score {
  readonly kind: Kind;
  readonly found: readonly string[];
  readonly missed: readonly string[];
  readonly wrong: readonly string[];
}

/** Caches and buses are no databases of record. */
const CACHES: ReadonlySet<string> = new Set(["redis", "amqp", "kafka"]);

/** Compares what the graph shows with what was read, kind by kind. */
export function score(reading: Reading, graph: Graph): readonly Score[] {
  const open = new Set(reading.open.edges.map(([kind, from, to]) => `${kind} ${from} -> ${to}`));
  const shown = edgesOf(graph);
  return KINDS.map((kind) => {
    const left = new Map(
      shown[kind]
        .filter(({ from, names }) => !reading.open.services.includes(from) && !names.some((name) => open.has(`${kind} ${from} -> ${name}`)))
        .map((edge) => [`${edge.from} -> ${edge.names[0]!}`, edge]),
    );
    const found: string[] = [];
    const missed: string[] = [];
    for (const [from, ...rest] of reading[kind]) {
      const names = kind === "calls" ? [rest.join(" ")] : [rest[0]].flat();
      const hits = [...left].filter(([, edge]) => edge.from === from && edge.names.some((name) => names.includes(name)));
      (hits.length > 0 ? found : missed).push(`${from} -> ${names.join(" | ")}`);
      for (const [key] of hits) left.delete(key);
    }
    return { kind, found, missed, wrong: [...left.keys()] };
  });
}

/** Edges with every name by which a reading may call their end; the first is the one that is printed. */
function edgesOf(graph: Graph): Readonly<Record<Kind, readonly { readonly from: string; readonly names: readonly string[] }[]>> {
  return {
    calls: graph.calls.map(({ from, to, kind }) => ({ from, names: [`${to} ${kind}`] })),
    publishes: graph.channels.flatMap(({ name, publishers }) => publishers.map((from) => ({ from, names: [name] }))),
    consumes: graph.channels.flatMap(({ name, consumers }) => consumers.map((from) => ({ from, names: [name] }))),
    databases: graph.databases
      .filter(({ engine }) => !CACHES.has(engine))
      .flatMap(({ id, engine, name, services }) => services.map((from) => ({ from, names: [id, `${engine}/${name}`, engine] }))),
  };
}

/** The share of the shown edges that are true, and the share of the true edges that are shown; 1 where there are none. */
export function precisionAndRecall(scores: readonly Score[]): { readonly precision: number; readonly recall: number } {
  const count = (of: (one: Score) => readonly string[]): number => scores.reduce((sum, one) => sum + of(one).length, 0);
  const found = count((one) => one.found);
  const share = (of: number): number => (of === 0 ? 1 : found / of);
  return { precision: share(found + count((one) => one.wrong)), recall: share(found + count((one) => one.missed)) };
}
