/** The directory of a path, without trailing slash; "" is the root. */
export function directoryOf(path: string): string {
  const slash = path.lastIndexOf("/");
  return slash < 0 ? "" : path.slice(0, slash);
}

/** The last segment of a path or directory; "" for the root. */
export function lastSegment(path: string): string {
  return path.slice(path.lastIndexOf("/") + 1);
}

/**
 * Where a relative path leads from a directory. A leading slash is taken from the root of the repository.
 * `null` where it leaves the repository or holds something that is not a path (a URL, a variable).
 */
export function joined(directory: string, relative: string): string | null {
  if (relative.includes("$") || relative.includes("://") || relative.startsWith("~")) return null;
  const from = relative.startsWith("/") ? [] : directory.split("/");
  const segments: string[] = [];
  for (const segment of [...from, ...relative.split("/")]) {
    if (segment === "" || segment === ".") continue;
    if (segment !== "..") {
      segments.push(segment);
      continue;
    }
    if (segments.pop() === undefined) return null;
  }
  return segments.join("/");
}

/** Whether a path is the directory or stands below it. */
export function isWithin(path: string, directory: string): boolean {
  return directory === "" || path === directory || path.startsWith(`${directory}/`);
}

/** The directories of a path from the innermost to the root, the path itself first. */
export function* upwards(path: string): Generator<string> {
  for (let current = path; ; current = directoryOf(current)) {
    yield current;
    if (current === "") return;
  }
}

/** Code-unit order: the same on every machine. */
export function byText(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}
