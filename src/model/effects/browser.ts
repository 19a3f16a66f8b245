import { glanceOf } from "../../facts/source-outline.js";
import type { PackageFact } from "../../facts/workspace.js";
import { append, type FactTable } from "../fact-table.js";
import { directoryOf, isWithin, joined, upwards } from "../paths.js";

const BROWSER =
  /^(react-scripts|react-native|expo|@angular\/core|vue|svelte|@vue\/cli-service|parcel|@ionic\/\w+|preact|solid-js|react-dom)$/;
const SERVER =
  /^(express|fastify|koa|@hapi\/hapi|@nestjs\/core|next|nuxt|@sveltejs\/kit|@remix-run\/\w+|hono|apollo-server|@apollo\/server|moleculer|@grpc\/grpc-js|astro|restify|@feathersjs\/feathers)$/;
const COMPONENT = /\.(tsx|jsx|vue|svelte)$/;
/** Modules that only components import. */
const UI =
  /^(react|react-dom|react-native|react-redux|@tanstack\/react-query|react-router|react-router-dom|vue|svelte|@angular\/core|swr|@reduxjs\/toolkit|redux-saga|redux-loop|next\/navigation|next\/router)(\/|$)/;

/** What only runs in a page: a server renders components too, but holds no state for them. */
const HOOK = /^use[A-Z]/;

/**
 * Which files' code runs at the user's end: components and what imports a user interface library, what only pages with a state
 * of their own import, and everything in a package that builds a user interface and has no server.
 */
export function browserFiles(table: FactTable): (path: string) => boolean {
  const packages = new Map(table.of("package").map(({ path, fact }) => [directoryOf(path), isBrowserPackage(fact)]));
  const components = new Set(
    table
      .of("source")
      .filter(({ fact }) => fact.imports.some(({ module, typeOnly }) => !typeOnly && UI.test(module)) || glanceOf(fact).touchesDocument)
      .map(({ path }) => path),
  );
  const onServer = new Set(
    table
      .of("source")
      .filter(({ fact }) => fact.imports.some(({ module }) => module === "server-only"))
      .map(({ path }) => path),
  );
  const isForPages = onlyForPages(table, packages, hidesPages(table));
  return (path) => !onServer.has(path) && (COMPONENT.test(path) || components.has(path) || nearest(path, packages) || isForPages(path));
}

const MOST_STEPS = 4;
const EXTENSION = /(?:\/index)?\.[cm]?[jt]sx?$/;

const NEXT = /(?:^|\/)next\.config\.[cm]?[jt]s$/;
/** Where Next.js, or a process beside it, begins by itself: what nobody imports there runs on the server. */
const BEGINS =
  /(?:^|\/)(?:route|middleware|proxy|instrumentation|sitemap|robots|manifest|main|server|worker)\.[cm]?[jt]s$|(?:^|\/)(?:page|layout|template|default|not-found)\.[jt]sx?$|(?:^|\/)(?:pages|scripts?|jobs?|workers?|cron|server)\//;
/** Packages that no page can import. */
const ON_SERVER =
  /^(?:node:|server-only$|next\/(?:headers|server|cache)$|next-auth|@prisma\/|@grpc\/|@aws-sdk\/|drizzle-orm|(?:pg|mysql2|mongoose|mongodb|kafkajs|amqplib|nats|ioredis|redis|bullmq|nodemailer|typeorm|sequelize|knex|fs|http|https|net|child_process)(?:\/|$))/;

/**
 * Whether a file is in an application of Next.js some of whose code was left out for running in pages: those who import what
 * seems to be imported by nobody may be among it.
 */
function hidesPages(table: FactTable): (path: string) => boolean {
  const applications = [...table.paths].filter((path) => NEXT.test(path)).map(directoryOf);
  if (applications.length === 0) return () => false;
  const read = new Set(table.of("source").map(({ path }) => path));
  const leftOut = [...table.paths].filter((path) => /\.[jt]sx$/.test(path) && !read.has(path));
  const hiding = new Set(applications.filter((root) => leftOut.some((path) => isWithin(path, root))));
  return (path) => [...upwards(directoryOf(path))].some((at) => hiding.has(at));
}

/** Whether everybody who imports a file runs in a page, or is imported by such files alone. */
function onlyForPages(
  table: FactTable,
  packages: ReadonlyMap<string, boolean>,
  isHidden: (path: string) => boolean,
): (path: string) => boolean {
  const pages = new Set<string>();
  const importers = new Map<string, string[]>();
  const onServer = new Set<string>();
  for (const { path, fact } of table.of("source")) {
    if (BEGINS.test(path) || fact.imports.some(({ module }) => ON_SERVER.test(module))) onServer.add(path);
    const used = fact.imports.filter(({ typeOnly }) => !typeOnly);
    if (used.some(({ module, imported }) => UI.test(module) && HOOK.test(imported))) pages.add(path);
    for (const target of new Set(used.flatMap(({ module }) => targetsOf(path, module, packages)))) append(importers, target, path);
  }
  const known = new Map<string, boolean>();
  const isForPages = (path: string, steps: number): boolean => {
    const answer = known.get(path);
    if (answer !== undefined || steps === 0) return answer ?? false;
    const by = importers.get(path.replace(EXTENSION, "")) ?? [];
    const found =
      by.length === 0
        ? isHidden(path) && !onServer.has(path)
        : by.every((importer) => pages.has(importer) || (importer !== path && isForPages(importer, steps - 1)));
    if (steps === MOST_STEPS) known.set(path, found);
    return found;
  };
  return (path) => isForPages(path, MOST_STEPS);
}

/** Files, without extension, that an import may mean: beside the importer, or below its package (`@/lib/api`). */
function targetsOf(path: string, module: string, packages: ReadonlyMap<string, boolean>): readonly string[] {
  const stem = module.replace(EXTENSION, "");
  if (stem.startsWith(".")) return [joined(directoryOf(path), stem)].filter((target) => target !== null);
  if (!/^[@~]\//.test(stem)) return [];
  const root = [...upwards(directoryOf(path))].find((at) => packages.has(at)) ?? "";
  return ["", "src/", "app/"].flatMap((below) => joined(root, below + stem.slice(2)) ?? []);
}

function isBrowserPackage({ dependencies }: PackageFact): boolean {
  const names = Object.keys(dependencies);
  return names.some((name) => BROWSER.test(name)) && !names.some((name) => SERVER.test(name));
}

/** What the nearest package above a file is. */
function nearest(path: string, packages: ReadonlyMap<string, boolean>): boolean {
  for (const at of upwards(directoryOf(path))) {
    const found = packages.get(at);
    if (found !== undefined) return found;
  }
  return false;
}
