import type { Lines } from "../place.js";
import { entries, type YamlNode } from "../yaml-node.js";

/** A key that the mesh does not know, which it ignores or refuses. */
export interface UnknownField {
  readonly name: string;
  readonly lines: Lines;
}

/** Keys of a map that are not in the list. The mesh takes `camelCase` and `snake_case`; templated keys are left out. */
export function unknownFields(map: YamlNode | undefined, known: ReadonlySet<string>): UnknownField[] {
  return entries(map)
    .filter(({ key }) => !known.has(key) && !known.has(camelCase(key)) && !/[{}\uE000]|^\$|^x-/.test(key))
    .map(({ key, lines }) => ({ name: key, lines }));
}

function camelCase(key: string): string {
  return key.replace(/_([a-z0-9])/g, (_, letter: string) => letter.toUpperCase());
}
