import type { SourceFact } from "../../facts/source.js";
import { outlineOf } from "../../facts/source-outline.js";
import type { PackageFact } from "../../facts/workspace.js";
import type { FactTable } from "../fact-table.js";

const BROWSER =
  /^(react-scripts|react-native|expo|@angular\/core|vue|svelte|@vue\/cli-service|parcel|@ionic\/\w+|preact|solid-js|react-dom)$/;
const SERVER =
  /^(express|fastify|koa|@hapi\/hapi|@nestjs\/core|next|nuxt|@sveltejs\/kit|@remix-run\/\w+|hono|apollo-server|@apollo\/server|moleculer|@grpc\/grpc-js|astro|restify|@feathersjs\/feathers)$/;
const COMPONENT = /\.(tsx|jsx|vue|svelte)$/;
/** Modules that only components import. */
const UI =
  /^(react|react-dom|react-native|react-redux|@tanstack\/react-query|react-router|react-router-dom|vue|svelte|@angular\/core|swr|@reduxjs\/toolkit|redux-saga|redux-loop|next\/navigation|next\/router)(\/|$)/;

/**
 * Which files' code runs at the user's end: components and what imports a user interface library, and everything in a package
 * that builds a user interface and has no server.
 */
export function browserFiles(table: FactTable): (path: string) => boolean {
  const packages = new Map(table.of("package").map(({ path, fact }) => [directory(path), isBrowserPackage(fact)]));
  const components = new Set(
    table
      .of("source")
      .filter(({ fact }) => fact.imports.some(({ module, typeOnly }) => !typeOnly && UI.test(module)) || touchesDocument(fact))
      .map(({ path }) => path),
  );
  return (path) => COMPONENT.test(path) || components.has(path) || nearest(path, packages);
}

/** `document.querySelector(…)`: only a page has a document. */
function touchesDocument(fact: SourceFact): boolean {
  if (!outlineOf(fact).receivers.includes("document")) return false;
  return fact.functions.some(({ calls }) =>
    calls.some(
      ({ callee }) =>
        callee.kind === "member" && callee.object.kind === "name" && callee.object.name === "document" && DOM.test(callee.property),
    ),
  );
}

const DOM = /^(getElementById|querySelector(All)?|addEventListener|createElement|getElementsBy\w+)$/;

function isBrowserPackage({ dependencies }: PackageFact): boolean {
  const names = Object.keys(dependencies);
  return names.some((name) => BROWSER.test(name)) && !names.some((name) => SERVER.test(name));
}

/** What the nearest package above a file is. */
function nearest(path: string, packages: ReadonlyMap<string, boolean>): boolean {
  for (let at = directory(path); ; at = directory(at)) {
    const found = packages.get(at);
    if (found !== undefined) return found;
    if (at === "") return false;
  }
}

function directory(path: string): string {
  const slash = path.lastIndexOf("/");
  return slash < 0 ? "" : path.slice(0, slash);
}
