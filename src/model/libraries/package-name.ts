/** The package that a specifier names: `@scope/name` or `name`, with `node:` for Node's own. */
export function packageOf(specifier: string): string {
  const parts = specifier.split("/");
  const name = specifier.startsWith("@") ? parts.slice(0, 2).join("/") : (parts[0] ?? "");
  return name === "http" || name === "https" ? `node:${name}` : name;
}
