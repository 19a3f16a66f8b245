import posix from "node:path/posix";
import type { PrismaFact } from "../../facts/configuration.js";
import type { ModuleTarget } from "./denotation.js";

/** Whatever its schema has it called and wherever it is put, the client is the one of `@prisma/client`. */
export const PRISMA_CLIENT: ModuleTarget = { kind: "package", name: "@prisma/client", subpath: "" };

/** What of a generated client's directory code imports. */
const ENTRY = /^(?:\/(?:client|index|default|edge)(?:\.[cm]?[jt]s)?)?$/;

/** The modules into which Prisma generates clients: mostly made by a build and in no repository. */
export class PrismaClients {
  /** Directories from the root of the repository. */
  readonly #directories: string[] = [];
  readonly #packages = new Set<string>();

  /** A schema, at its path. Its `output` is relative to the file. */
  add(path: string, { output }: PrismaFact): void {
    if (output === null) return;
    const at = posix.join(posix.dirname(path), output).replace(/\/$/, "");
    const [, name] = /(?:^|\/)node_modules\/((?:@[^/]+\/)?[^/]+)$/.exec(at) ?? [];
    if (name !== undefined) this.#packages.add(name);
    else if (!at.startsWith("..")) this.#directories.push(at);
  }

  isPackage(name: string): boolean {
    return this.#packages.has(name);
  }

  /** Whether a path without or with extension means a client: of the directory of one, only what it is entered by. */
  isAt(path: string): boolean {
    return this.#directories.some((directory) => path.startsWith(directory) && ENTRY.test(path.slice(directory.length)));
  }
}
