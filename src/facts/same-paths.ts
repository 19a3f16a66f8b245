/** Whether two commits have files at the same paths. */
export function samePaths(one: ReadonlySet<string>, other: ReadonlySet<string>): boolean {
  return one === other || (one.size === other.size && [...one].every((path) => other.has(path)));
}
