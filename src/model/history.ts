import type { Diff } from "../snapshot/diff.js";
import type { History } from "../snapshot/history.js";

/** Which services each past change touched, changes that say nothing about coupling left out. */
export interface ServiceHistory {
  readonly changes: readonly (readonly string[])[];
}

/** Above this many files a change is a move, a format or an upgrade, not a feature. */
const MAX_FILES = 30;

/** Files that change with every dependency or release, whatever the change is about. */
const INCIDENTAL =
  /(^|\/)(package-lock\.json|npm-shrinkwrap\.json|yarn\.lock|pnpm-lock\.yaml|bun\.lockb?|go\.sum|Cargo\.lock|poetry\.lock|composer\.lock|Gemfile\.lock|CHANGELOG(\.md)?|\.prettierrc[^/]*|\.editorconfig)$/i;

/** Maps the files of changes to services, and puts them on top of a past that is told in services. */
export function serviceHistory(
  history: History | undefined,
  serviceOf: (path: string) => string | null,
  past?: ServiceHistory,
): ServiceHistory {
  const changes = (history?.changes ?? []).flatMap(({ bot, files }) => {
    const told = files.filter((file) => !INCIDENTAL.test(file));
    if (bot || told.length === 0 || told.length > MAX_FILES) return [];
    const services = new Set(told.map(serviceOf).filter((service) => service !== null));
    return services.size === 0 ? [] : [[...services].sort()];
  });
  return { changes: [...changes, ...(past?.changes ?? [])] };
}

/** The pull request as one more change: a file that only moved says nothing about coupling. */
export function ownChange(diff: Diff): History {
  const files = [...diff.files.values()].filter(({ change, hunks }) => change !== "renamed" || hunks === null || hunks.length > 0);
  return { changes: [{ id: "head", author: "", bot: false, files: files.map(({ path }) => path) }] };
}
