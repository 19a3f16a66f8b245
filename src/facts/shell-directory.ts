/** The directory that the script itself stands in, whatever directory it is run from. */
const SCRIPT_DIRECTORY = "<script>";
/** The root of the repository. */
const ROOT_DIRECTORY = "<root>";

const OWN_DIRECTORY =
  /\$\(\s*(?:cd\s+(?:-P\s+)?(?:--\s+)?"?\$\(\s*)?dirname\s+(?:--\s+)?"?\$(?:\{(?:BASH_SOURCE(?:\[0\])?|0)\}|BASH_SOURCE|0)"?\s*\)"?(?:\s*(\/[^\s"&;)]*)?"?\s*(?:&>\s*\/dev\/null|>\s*\/dev\/null(?:\s*2>&1)?)?\s*(?:&&|;)\s*pwd(?:\s+-P)?\s*\))?/g;

/** The spellings of "where this script is" and "the root of the repository" that need no running. */
export function knownDirectories(text: string, directory: string | null): string {
  if (text.length > 1_000) {
    return text;
  }
  return text
    .replace(OWN_DIRECTORY, (_, below: string | undefined) => SCRIPT_DIRECTORY + (below ?? ""))
    .replace(/\$\{0%\/\*\}/g, SCRIPT_DIRECTORY)
    .replace(
      /\$\(\s*git rev-parse --show-toplevel\s*\)|\$\{GITHUB_WORKSPACE\}|\$GITHUB_WORKSPACE\b|\$\{\{\s*github\.workspace\s*\}\}/g,
      ROOT_DIRECTORY,
    )
    .replace(/\$\(\s*pwd\s*\)|`pwd`|\$\{PWD\}|\$PWD\b/g, directory ?? ".");
}

/** Longer than the paths that systems allow in practice: what grows beyond is hostile. */
const MAX_PATH = 1_000;

/** Joins as a shell would, as far as text can tell: what starts from elsewhere stands alone. */
export function joinDirectory(from: string | null, to: string): string | null {
  const target = to.replace(/\/+$/, "") || to;
  if (target === "." || target === "") {
    return from;
  }
  if (from === null || /^(?:[/~$<]|\.?\/?$)/.test(target)) {
    return target.replace(/^\.\//, "");
  }
  if (from.length + target.length > MAX_PATH) {
    return target.slice(0, MAX_PATH);
  }
  const parts = from.split("/");
  for (const part of target.split("/")) {
    const last = parts.at(-1);
    if (part === ".." && last !== undefined && last !== ".." && last !== "" && !/[<$]/.test(last)) {
      parts.pop();
    } else if (part !== "." && part !== "") {
      parts.push(part);
    }
  }
  return parts.join("/") || null;
}
