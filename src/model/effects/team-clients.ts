import { minimatch } from "minimatch";
import type { ClientSettings, SystemSettings } from "../../config/config.js";
import type { Callees, LibraryPath, SourceFile } from "../code/denotation.js";
import type { Known } from "../libraries/knowledge.js";
import { bound, call } from "../libraries/make.js";

/** The team's own clients, as the settings name them: packages, and modules of the repository. */
export class TeamClients {
  readonly #settings: readonly ClientSettings[];

  constructor(config: SystemSettings) {
    this.#settings = config.clients;
  }

  get isEmpty(): boolean {
    return this.#settings.length === 0;
  }

  /** What the settings say of a call: by the package that it leads to, or the file that holds the function. */
  at(callees: Callees, method: string, from: SourceFile): { readonly known: Known; readonly path: LibraryPath } | null {
    const { library } = callees;
    if (library !== null) {
      const settings = this.#settings.find(({ module }) => module === library.module || module === `${library.module}/${library.subpath}`);
      if (settings !== undefined) return clientCall(settings, library, method);
    }
    for (const { function: fn } of callees.functions) {
      const settings = this.#settings.find(({ module }) => minimatch(fn.file.path, module));
      if (settings === undefined || minimatch(from.path, settings.module)) continue;
      return clientCall(
        settings,
        { module: settings.module, subpath: "", path: fn.summary.name, calls: [], typeArgs: [], declared: true },
        method,
      );
    }
    return null;
  }
}

/** Its timeouts are the client's own business. */
function clientCall(
  { module, service }: ClientSettings,
  path: LibraryPath,
  method: string,
): { readonly known: Known; readonly path: LibraryPath } {
  const knowledge = call("rpc", {
    target: service === null ? "0" : `=${service}`,
    operation: `=${method}`,
    bound: bound({ instance: true }),
  });
  return { known: { library: module, knowledge, names: new Map() }, path: { ...path, declared: true } };
}
