import { directoryOf, joined, upwards } from "../paths.js";

/**
 * Where the code of a function is that a file of infrastructure deploys. Its path is relative to that file, or to the
 * directory above it in which the tool is run.
 */
export function codeDirectory(path: string, code: string, exists: (directory: string) => boolean): string | null {
  for (const from of upwards(directoryOf(path))) {
    const directory = joined(from, code);
    if (directory !== null && exists(directory)) return directory;
  }
  return null;
}
