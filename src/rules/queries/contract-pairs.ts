import type { EventContract } from "../../model/contracts.js";
import type { EventType, SystemModel } from "../../model/model.js";

/** A contract of the base and what became of it, with the event of each. */
export interface ContractPair {
  readonly base: EventContract;
  readonly head: EventContract;
  readonly before: EventType;
  readonly after: EventType;
}

interface Held {
  readonly event: EventType;
  readonly contract: EventContract;
}

/** Finds each contract of the base in head: the same version of it, or the one version that took its place. */
export function contractPairs(base: SystemModel, head: SystemModel): readonly ContractPair[] {
  const before = grouped(base);
  const after = grouped(head);
  const fresh = [...after].filter(([name]) => !before.has(name)).flatMap(([, group]) => group);
  return [...before].flatMap(([name, group]) => {
    const now = after.get(name);
    return group.flatMap((held, index) => {
      const successor = now === undefined ? renamed(held, fresh) : successorOf(held, index, group, now);
      return successor === undefined ? [] : [{ base: held.contract, head: successor.contract, before: held.event, after: successor.event }];
    });
  });
}

function grouped({ events }: SystemModel): ReadonlyMap<string, readonly Held[]> {
  const groups = new Map<string, Held[]>();
  for (const event of events) {
    for (const contract of event.contracts) {
      const key = `${contract.format} ${contract.name}`;
      groups.set(key, [...(groups.get(key) ?? []), { event, contract }]);
    }
  }
  return groups;
}

function successorOf({ contract }: Held, index: number, group: readonly Held[], now: readonly Held[]): Held | undefined {
  const same = now.filter((candidate) => candidate.contract.version === contract.version);
  const candidates = same.length > 0 ? same : new Set(now.map((candidate) => candidate.contract.version)).size === 1 ? now : [];
  // Services keep copies of one schema: each is compared with itself.
  const own = candidates.find((candidate) => candidate.contract.declared.path === contract.declared.path);
  if (own !== undefined) return own;
  const paths = new Set(group.map((held) => held.contract.declared.path));
  const free = candidates.filter((candidate) => !paths.has(candidate.contract.declared.path));
  return candidates.length === group.length ? candidates[index] : free[0];
}

/** Under another name: its new schema says the old one, it went to another namespace, or it describes the same topic in the same file. */
function renamed({ contract }: Held, fresh: readonly Held[]): Held | undefined {
  const own = fresh.filter((candidate) => candidate.contract.format === contract.format);
  const shared = (candidate: Held): boolean =>
    fileName(candidate.contract.declared.path) === fileName(contract.declared.path) && haveMostInCommon(contract, candidate.contract);
  return (
    own.find((candidate) => candidate.contract.aliases.some((alias) => simple(alias) === simple(contract.name))) ??
    only(own.filter((candidate) => contract.format !== "asyncapi" && simple(candidate.contract.name) === simple(contract.name))) ??
    only(own.filter((candidate) => contract.format === "asyncapi" && isSameMessage(contract, candidate.contract))) ??
    only(own.filter((candidate) => contract.format === "avro" && shared(candidate)))
  );
}

/** The name without its namespace, by which readers of Avro know a record. */
export function simple(name: string): string {
  return name.slice(name.lastIndexOf(".") + 1);
}

/** The file may have moved with its directory. */
function fileName(path: string): string {
  return path.slice(path.lastIndexOf("/") + 1);
}

/** At least half of the fields: a record under a new name, and not another one that took its place. */
function haveMostInCommon(one: EventContract, other: EventContract): boolean {
  const keys = new Set(other.fields.map(({ key }) => key));
  const kept = one.fields.filter(({ key }) => keys.has(key)).length;
  return kept > 0 && kept * 2 >= Math.max(one.fields.length, other.fields.length);
}

function isSameMessage(one: EventContract, other: EventContract): boolean {
  if (one.channels.length > 0 && one.channels.some((channel) => other.channels.includes(channel))) return true;
  const keys = (contract: EventContract): string => contract.fields.map(({ key, type }) => `${key} ${type}`).join("\n");
  return one.declared.path === other.declared.path && one.fields.length > 0 && keys(one) === keys(other);
}

function only<T>(all: readonly T[]): T | undefined {
  return all.length === 1 ? all[0] : undefined;
}
