import { isAscii } from "node:buffer";
import { readFileSync } from "node:fs";
import { createRequire, Module } from "node:module";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { Script } from "node:vm";
import { compilerFile } from "../facts/typescript/compiler.js";

/*
 * V8 spends most of half a second of processor time on loading the compiler, in each thread, and a third of that where it finds
 * what it made of the text before. That is kept beside the program when it is built.
 */
const require = createRequire(import.meta.url);

/** Where what V8 made of a compiler of this version is kept, in the directory of the shipped program. */
export function compilerCodeFile(directory: URL): string {
  const { version } = createRequire(compilerFile())("../package.json") as { version: string };
  return fileURLToPath(new URL(`compiler-${version}.v8`, directory));
}

/**
 * Loads the compiler, unless it is loaded or nothing was kept. V8 takes what another V8 or another set of flags made for nothing.
 *
 * @returns whether what was kept was of use
 */
export function loadKeptCompiler(directory?: URL): boolean {
  if (require.cache[compilerFile()] !== undefined) return false;
  try {
    const script = compilerScript(readFileSync(compilerCodeFile(directory ?? new URL(".", import.meta.url))));
    run(script);
    return script.cachedDataRejected === false;
  } catch {
    // Nothing is lost but time: it is loaded when it is asked for.
    return false;
  }
}

/** What V8 has made of the compiler once it has done some work. */
export async function compilerCode(work: () => Promise<unknown>): Promise<Buffer> {
  const script = compilerScript();
  run(script);
  await work();
  return script.createCachedData();
}

function compilerScript(kept?: Buffer): Script {
  const file = compilerFile();
  const text = readFileSync(file);
  // Nine million characters: where they are all below 128, as they are, this takes a quarter of the time.
  return new Script(Module.wrap(text.toString(isAscii(text) ? "latin1" : "utf8")), { filename: file, cachedData: kept });
}

/** As `require` runs a module: whoever requires it from now on finds it loaded. */
function run(script: Script): void {
  const file = compilerFile();
  const module = new Module(file);
  module.filename = file;
  const main = script.runInThisContext() as (...scope: unknown[]) => void;
  main.call(module.exports, module.exports, createRequire(file), module, file, path.dirname(file));
  module.loaded = true;
  require.cache[file] = module;
}
