import type { Service } from "../model/model.js";
import type { Finding } from "../rules/rule.js";
import type { Changes } from "./changes.js";

/** What comparison needs to know of a service. */
export type KnownService = Pick<Service, "name" | "paths" | "aliases">;

export interface ServicesOfBothSides {
  readonly base: readonly KnownService[];
  readonly head: readonly KnownService[];
}

/**
 * Names of base services to their names in head, for those that the pull request renamed: the name is gone, and most of
 * the files of its directory were renamed into that of one new service, or the two share a directory or an alias. Pairs
 * are taken only where neither side has a second candidate, so that the answer is the same seen from head to base.
 */
export function renamedServices(services: ServicesOfBothSides, changes: Changes): ReadonlyMap<string, string> {
  let gone = without(services.base, services.head);
  let fresh = without(services.head, services.base);
  const renames = new Map<string, string>();
  for (const succeeds of [movedTo(changes), sharesName]) {
    const pairs = onlyCandidates(gone, fresh, succeeds);
    for (const [before, after] of pairs) renames.set(before.name, after.name);
    gone = gone.filter((service) => !pairs.some(([before]) => before === service));
    fresh = fresh.filter((service) => !pairs.some(([, after]) => after === service));
  }
  return renames;
}

function without(services: readonly KnownService[], others: readonly KnownService[]): readonly KnownService[] {
  const names = new Set(others.map((service) => service.name));
  return services.filter((service) => !names.has(service.name));
}

type Succession = (gone: KnownService, fresh: KnownService) => boolean;

function onlyCandidates(
  gone: readonly KnownService[],
  fresh: readonly KnownService[],
  succeeds: Succession,
): [KnownService, KnownService][] {
  const pairs = gone.flatMap((before) =>
    fresh.filter((after) => succeeds(before, after)).map((after) => [before, after] as [KnownService, KnownService]),
  );
  return pairs.filter(([before, after]) => pairs.every((pair) => (pair[0] === before) === (pair[1] === after)));
}

/** More than half of the files that left the one directory went to the other, and were more than half of what came there. */
function movedTo(changes: Changes): Succession {
  const left = changes.files.filter((file) => file.change === "renamed" || file.change === "deleted");
  const came = changes.files.filter((file) => file.change === "renamed" || file.change === "added");
  return (gone, fresh) => {
    const leaving = left.filter((file) => under(file.basePath ?? file.path, gone.paths));
    const coming = came.filter((file) => under(file.path, fresh.paths));
    const moved = leaving.filter((file) => file.change === "renamed" && under(file.path, fresh.paths));
    return moved.length * 2 > Math.max(leaving.length, coming.length);
  };
}

const sharesName: Succession = (gone, fresh) => {
  const known = new Set([gone.name.toLowerCase(), ...gone.aliases]);
  const samePlace = gone.paths.some((path) => path !== "" && fresh.paths.includes(path));
  return samePlace || [fresh.name.toLowerCase(), ...fresh.aliases].some((alias) => known.has(alias));
};

function under(path: string, directories: readonly string[]): boolean {
  return directories.some((directory) => directory !== "" && path.startsWith(`${directory}/`));
}

/** The finding as it would be called had its services always had their names of the head. */
export function withServiceNames<T extends Pick<Finding, "subject">>(finding: T, renames: ReadonlyMap<string, string>): T {
  if (renames.size === 0) return finding;
  return { ...finding, subject: finding.subject.map((part) => renamePart(part, renames)) };
}

/** A member is a service's name, alone or before a slash. */
export function memberName(member: string, renames: ReadonlyMap<string, string>): string {
  const slash = member.indexOf("/");
  const name = slash < 0 ? member : member.slice(0, slash);
  const renamed = renames.get(name);
  return renamed === undefined ? member : renamed + member.slice(name.length);
}

/** Kinds whose names are a contract of their own: a topic called like a service keeps its name when the service loses it. */
export const OWN_NAMES: ReadonlySet<string> = new Set(["channel", "database", "event", "queue", "table"]);

/** The part of `database:postgres/orders_db` before the colon. */
export function kindOf(part: string): string {
  return part.slice(0, Math.max(0, part.indexOf(":")));
}

/** `service:orders` and `function:orders/OrdersService.create` carry a service's name after the colon. */
function renamePart(part: string, renames: ReadonlyMap<string, string>): string {
  if (OWN_NAMES.has(kindOf(part))) return part;
  const colon = part.indexOf(":");
  return part.slice(0, colon + 1) + memberName(part.slice(colon + 1), renames);
}
