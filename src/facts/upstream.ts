/** The address of an upstream without the name and password that stand before its host: those are for the upstream's eyes alone. */
export function withoutUserInfo(url: string): string {
  return url.replace(/\/\/[^/\s]*@/, "//");
}
