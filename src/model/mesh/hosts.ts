/** `orders` in `shop` is `orders.shop.svc.cluster.local`; a host with a domain of its own stays as it is. */
export function fullHost(host: string, namespace: string): string {
  if (host.endsWith(".svc")) return `${host}.cluster.local`;
  return host.includes(".") || host.includes("*") ? host : `${host}.${namespace}.svc.cluster.local`;
}

/** The shortest name of a host for those who live in the namespace: `orders`, `orders.shop`, `api.bank.example`. */
export function shortHost(host: string, namespace: string): string {
  const inside = host.replace(/\.svc(?:\.cluster\.local)?$/, "");
  if (inside === host) return host;
  return inside.endsWith(`.${namespace}`) && !inside.startsWith("*") ? inside.slice(0, -namespace.length - 1) : inside;
}

/** Suffixes that clusters and meshes use for themselves. */
const INSIDE = /\.(?:local|svc|internal|cluster|global|mesh|consul|localhost|test)$/i;
/** Domains of two parts are read as a Service and its namespace, unless they end in one of these. */
const PUBLIC = /\.(?:com|net|org|io|edu|gov|co|info|biz|ai|de|eu|uk|us|fr|nl|ch|at|jp|cn|in|br|example)$/i;

/** A host of the public internet by its name alone. */
export function isPublicHost(written: string): boolean {
  // Dots within a template are no parts of a domain.
  const host = written.replace(/\{\{.*?\}\}/g, "x");
  return host.includes(".") && !INSIDE.test(host) && (PUBLIC.test(host) || host.split(".").length > 3);
}

/** Whether a wildcard host (`*`, `*.shop.svc.cluster.local`) takes in another. */
export function coversHost(wildcard: string, host: string): boolean {
  return wildcard.startsWith("*") && host.length >= wildcard.length && host.endsWith(wildcard.slice(1));
}
