import type { Program, WrittenType } from "./denotation.js";

/** `T` of `Repository<T>`: a name that is neither declared nor imported; who extends or makes the class says what it is. */
export function isTypeParameter(written: WrittenType, program: Pick<Program, "namedType">): boolean {
  const { file, type } = written;
  if (!/^(?:[A-Z]|T[A-Z]\w*|T?(?:Entity|Model|Doc|Document|Item|Row))$/.test(type.name) || type.args.length > 0) return false;
  return program.namedType(written) === null && !file.fact.imports.some(({ local }) => local === type.name);
}
