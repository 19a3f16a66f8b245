/** Items by the text that they have in common. */
export function grouped<T>(items: readonly T[], key: (item: T) => string): Map<string, T[]> {
  return indexed(items, (item) => [key(item)]);
}

/** Items by each of their keys. */
export function indexed<T>(items: readonly T[], keys: (item: T) => readonly string[]): Map<string, T[]> {
  const groups = new Map<string, T[]>();
  for (const item of items) {
    for (const key of new Set(keys(item))) {
      const group = groups.get(key);
      if (group === undefined) groups.set(key, [item]);
      else group.push(item);
    }
  }
  return groups;
}

/** Items by key, without those whose key is missing or shared. */
export function unique<T>(items: readonly T[], key: (item: T) => string | null): Map<string, T> {
  const found = new Map<string, T>();
  for (const [name, group] of indexed(items, (item) => [key(item) ?? ""])) {
    const [only] = group;
    if (name !== "" && only !== undefined && group.length === 1) found.set(name, only);
  }
  return found;
}
