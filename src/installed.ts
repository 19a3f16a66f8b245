/**
 * A file of the package outside its code, such as `docs/rules/…`. The program is shipped in files that lie side by side, so
 * that the way from any module is the way from this one.
 */
export function installed(path: string): URL {
  return new URL(`../${path}`, import.meta.url);
}
