/**
 * Names of one thing in several spellings: `orders`, `orders-service`, `ORDERS_SVC`, `ordersApi`, `shop-orders`.
 * A name is reduced to its words; words that only say "service" or "object of the cluster" carry no identity.
 */

/** Words that say what sort of thing it is and not which. */
const DECORATION = new Set([
  "service",
  "services",
  "svc",
  "srv",
  "microservice",
  "microservices",
  "ms",
  "api",
  "app",
  "application",
  "server",
  "backend",
  "deployment",
  "deploy",
  "depl",
  "statefulset",
  "daemonset",
  "pod",
  "clusterip",
  "nodeport",
  "loadbalancer",
  "headless",
  "container",
]);

/** Endings of another run of the same build. */
const VARIANTS = new Set([
  "test",
  "tests",
  "dev",
  "development",
  "local",
  "debug",
  "prod",
  "production",
  "staging",
  "stage",
  "ci",
  "canary",
  "blue",
  "green",
  "worker",
  "workers",
  "web",
  "consumer",
  "cron",
  "scheduler",
  "queue",
  "v1",
  "v2",
  "primary",
  "secondary",
]);

/** Splits at `-`, `_`, `.`, `/`, `:`, white space and changes of case; lower case. */
export function wordsOf(name: string): readonly string[] {
  return name
    .replace(/([a-z0-9])([A-Z])/g, "$1-$2")
    .replace(/([A-Z]+)([A-Z][a-z])/g, "$1-$2")
    .toLowerCase()
    .split(/[^a-z0-9]+/)
    .filter((word) => word !== "");
}

/** The words that tell this name from others of its sort; all of them where nothing else is left. */
function essentialWords(name: string): readonly string[] {
  const words = wordsOf(name).flatMap(unglued);
  const essential = withoutEdges(words, DECORATION);
  return essential.length === 0 ? words : essential;
}

/** A key that is equal for all spellings of a name: `orders-service`, `OrdersApi` and `orders` give `orders`. */
export function nameKey(name: string): string {
  return essentialWords(name).join("-");
}

/** The key without endings of variants: `orders-worker` and `orders-dev` give `orders`. */
export function variantKey(name: string): string {
  const words = [...essentialWords(name)];
  while (words.length > 1 && VARIANTS.has(words.at(-1)!)) words.pop();
  return withoutEdges(words, DECORATION).join("-") || words.join("-");
}

/** Names of things beside the system: they move its data or try it out, and serve nobody. */
const TOOLS = new Set([
  "migration",
  "migrations",
  "migrate",
  "migrator",
  "seed",
  "seeder",
  "seeds",
  "backup",
  "backups",
  "restore",
  "e2e",
  "cypress",
  "playwright",
  "loadgenerator",
  "loadgen",
  "loadtest",
  "k6",
  "locust",
  "storybook",
  "exporter",
  "pgadmin",
  "adminer",
  "flyway",
  "liquibase",
  "healthcheck",
  "base",
]);

/** Whether a name speaks of a migrator, backup job, test suite, load generator or the like. */
export function isToolName(name: string): boolean {
  const words = wordsOf(name);
  if (words.length === 0) return false;
  if (TOOLS.has(words[0]!) || TOOLS.has(words.at(-1)!)) return true;
  const essential = words.filter((word) => !DECORATION.has(word));
  return /(^|-)load-(generator|test|tests|testing)$/.test(essential.join("-")) || TOOLS.has(essential.join(""));
}

/** A store by its name: `orders-db`, `user-mongo`, `session-redis`. */
export function isStoreName(name: string): boolean {
  return /^(?:db|database|postgres|postgresql|mysql|mariadb|mongo|mongodb|redis|elasticsearch)$/.test(wordsOf(name).at(-1) ?? "");
}

/** Names of directories and images that do not say what they are about. */
const GENERIC = new Set([
  "app",
  "apps",
  "application",
  "api",
  "server",
  "src",
  "service",
  "services",
  "backend",
  "web",
  "main",
  "node",
  "docker",
  "build",
  "code",
  "core",
  "root",
  "microservice",
  "microservices",
  "worker",
  "default",
  "project",
  "packages",
  "",
]);

export function isGenericName(name: string): boolean {
  return GENERIC.has(wordsOf(name).join("-"));
}

/** `ordersservice` is two words that somebody wrote as one. */
function unglued(word: string): readonly string[] {
  const glued = /^([a-z][a-z0-9]{2,})(microservice|service|svc)$/.exec(word);
  return glued === null ? [word] : [glued[1]!, glued[2]!];
}

function withoutEdges(words: readonly string[], noise: ReadonlySet<string>): readonly string[] {
  let start = 0;
  let end = words.length;
  while (end > start && noise.has(words[end - 1]!)) end -= 1;
  while (start < end && noise.has(words[start]!)) start += 1;
  return words.slice(start, end);
}
