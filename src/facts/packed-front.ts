import type { OutlinedSource, SourceGlance } from "./source-outline.js";
import type { ImportBinding, SourceFact } from "./source.js";

/** What is asked of every source file of a system: whom it imports, and a glance at the rest. */
export type Front = Pick<OutlinedSource, "lines" | "imports" | "glance">;

/** As JSON: the last line, the imports, and the glance; its modules without those that are imported, which are nearly always all. */
type WrittenFront = [endLine: number, WrittenImport[], Omit<SourceGlance, "modules">, modules: string[]];
type WrittenImport = [local: string, module: string, imported: string, line: number, typeOnly: 0 | 1];

export function writeFront({ lines, imports }: SourceFact, { modules, ...glance }: SourceGlance): string {
  const imported = new Set(imports.map(({ module }) => module));
  const others = modules.filter((module) => !imported.has(module));
  return JSON.stringify([lines.endLine, imports.map(writeImport), glance, others] satisfies WrittenFront);
}

/** Throws where the text is damaged. */
export function readFront(text: string): Front {
  const [endLine, written, glance, others] = JSON.parse(text) as WrittenFront;
  const imports = written.map(readImport);
  const modules = [...new Set([...imports.map(({ module }) => module), ...others])];
  return { lines: { startLine: 1, endLine }, imports, glance: { ...glance, modules } };
}

function writeImport({ local, module, imported, line, typeOnly }: ImportBinding): WrittenImport {
  return [local, module, imported, line, typeOnly ? 1 : 0];
}

function readImport([local, module, imported, line, typeOnly]: WrittenImport): ImportBinding {
  return { local, module, imported, typeOnly: typeOnly === 1, line };
}
