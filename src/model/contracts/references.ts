import type { ContractDefinition, ContractFact, ContractMessage, ContractType } from "../../facts/contract.js";
import { append, type FactTable, type Stated } from "../fact-table.js";
import { directoryOf, joined } from "../paths.js";

export type ContractFile = Stated<"contract">;

export interface FoundDefinition {
  readonly file: ContractFile;
  readonly definition: ContractDefinition;
}

export interface FoundMessage {
  readonly file: ContractFile;
  readonly message: ContractMessage;
}

const LONGEST_TRAIL = 20;

/** Contract files by what others refer to in them. */
export class ContractFiles {
  readonly all: readonly ContractFile[];
  readonly #byPath = new Map<string, ContractFile[]>();
  readonly #byName = new Map<string, FoundDefinition[]>();
  readonly #byPlace = new Map<string, FoundDefinition>();
  readonly #messages = new Map<string, FoundMessage>();

  constructor(table: FactTable) {
    this.all = table.of("contract");
    for (const file of this.all) {
      append(this.#byPath, file.path, file);
      for (const definition of file.fact.definitions) {
        this.#byPlace.set(`${file.path} ${file.fact.format} ${definition.name}`, { file, definition });
        if (isByName(file.fact)) append(this.#byName, `${file.fact.format} ${definition.name}`, { file, definition });
      }
      for (const message of file.fact.messages) this.#messages.set(`${file.path} ${message.pointer}`, { file, message });
    }
  }

  /** What the type refers to; `null` for anything that is not in the repository. */
  definition(type: ContractType & { kind: "reference" }, from: ContractFile): FoundDefinition | null {
    for (const to of type.to) {
      const found = to.includes("#") || to.includes("/") || !isByName(from.fact) ? this.#atPlace(to, from) : this.#named(to, from);
      if (found !== null) return found;
    }
    return null;
  }

  /** The message that stands at the end of references. */
  message(to: string, from: ContractFile): FoundMessage | null {
    let found: FoundMessage | null = null;
    let next: string | null = to;
    let file = from;
    for (let step = 0; next !== null && step < LONGEST_TRAIL; step += 1) {
      const target = placeOf(next, file);
      found = target === null ? null : (this.#messages.get(`${target.path} ${target.pointer}`) ?? null);
      if (found === null) return null;
      next = found.message.reference;
      file = found.file;
    }
    return next === null ? found : null;
  }

  #named(name: string, from: ContractFile): FoundDefinition | null {
    const all = this.#byName.get(`${from.fact.format} ${name}`) ?? [];
    // Copies of one file are kept beside several services: the nearest is meant.
    return all.toSorted((one, other) => distance(from.path, one.file.path) - distance(from.path, other.file.path))[0] ?? null;
  }

  #atPlace(to: string, from: ContractFile): FoundDefinition | null {
    const own = this.#byPlace.get(`${from.path} ${from.fact.format} ${to}`);
    if (own !== undefined) return own;
    const target = placeOf(to, from);
    if (target === null) return null;
    for (const file of this.#byPath.get(target.path) ?? []) {
      const found = this.#byPlace.get(`${file.path} ${file.fact.format} ${target.pointer}`) ?? named(file, target.pointer);
      if (found !== undefined) return found;
    }
    return null;
  }
}

/** Types of these formats are known by their names, wherever they stand. */
function isByName({ format }: ContractFact): boolean {
  return format === "avro" || format === "protobuf";
}

/** A file of such a format that is referred to as a whole, or with a name for a pointer. */
function named(file: ContractFile, pointer: string): FoundDefinition | undefined {
  if (!isByName(file.fact)) return undefined;
  const wanted = pointer.replace(/^#\/?/, "");
  const definition = file.fact.definitions.findLast(({ name, top }) =>
    wanted === "" ? top : name === wanted || name.endsWith(`.${wanted}`),
  );
  return definition === undefined ? undefined : { file, definition };
}

/** The file and the pointer of a `$ref`, relative to the file that holds it. */
function placeOf(to: string, from: ContractFile): { readonly path: string; readonly pointer: string } | null {
  const mark = to.indexOf("#");
  const path = mark < 0 ? to : to.slice(0, mark);
  const pointer = mark < 0 ? "#" : decoded(to.slice(mark)).replace(/\/$/, "");
  const target = path === "" ? from.path : joined(directoryOf(from.path), decoded(path));
  return target === null ? null : { path: target, pointer };
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/** How many directories lie between two files. */
function distance(one: string, other: string): number {
  const [left, right] = [one.split("/"), other.split("/")];
  const common = left.findIndex((segment, index) => segment !== right[index]);
  return common < 0 ? 0 : left.length + right.length - 2 * common;
}
