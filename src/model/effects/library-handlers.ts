import type { SourceFact } from "../../facts/source.js";
import type { Program, SourceFile } from "../code/denotation.js";
import { handlerDecorators } from "../libraries/handlers.js";
import { LibraryModules } from "./library-modules.js";

const MODULES = new Set([...handlerDecorators.map(({ module }) => module), "@nestjs/bull", "@nestjs/bullmq"]);
const NAMES = new Set([...handlerDecorators.map(({ name }) => name), "Processor"]);

/**
 * Files of library code that handle something, by path, each with the one service that takes it in: a controller in a package
 * of its own answers for the service whose module lists it. Where several do, nobody's name is right.
 *
 * @param handling files of no service that have handlers
 */
export function handlersInLibraries(handling: readonly SourceFile[], program: Program): ReadonlyMap<string, string> {
  const modules = new LibraryModules(program);
  const found = new Map<string, string>();
  for (const file of handling) {
    const [only, ...others] = modules.importersOf(file);
    if (only !== undefined && others.length === 0) found.set(file.path, only.service);
  }
  return found;
}

/** Whether a file imports a decorator of handlers: without, it has none. */
export function mayHaveHandlers(fact: SourceFact): boolean {
  return decoratorsOf(fact).size > 0;
}

function decoratorsOf({ imports }: SourceFact): ReadonlySet<string> {
  return new Set(imports.filter(({ module, imported: name }) => MODULES.has(module) && NAMES.has(name)).map(({ local }) => local));
}

/** Whether a file handles requests, messages or schedules by its decorators. */
export function hasHandlers(fact: SourceFact): boolean {
  const imported = decoratorsOf(fact);
  if (imported.size === 0) return false;
  return fact.classes.some(({ decorators, methods }) =>
    [...decorators, ...methods.flatMap(({ function: id }) => fact.functions[id]?.decorators ?? [])].some(({ name }) => imported.has(name)),
  );
}
