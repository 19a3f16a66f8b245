import type { EntryPoint } from "../code.js";
import { consumersOf } from "./consumers.js";
import { declaredHandlers } from "./declared-functions.js";
import { decoratedHandlers } from "./decorated-handlers.js";
import type { CallSites, DirectSite } from "./direct.js";
import { fileHandlers } from "./file-handlers.js";
import type { Handler } from "./handler.js";
import type { Reading } from "./linking.js";
import { moleculerHandlers, schemasOf } from "./moleculer.js";
import { registeredHandlers } from "./registered-handlers.js";
import { functionKey, type SiteIndex } from "./sites.js";

/** Every handler of a part of the code. */
export class Handlers {
  readonly #all: Handler[] = [];
  readonly #byFunction = new Map<number, EntryPoint[]>();

  constructor(reading: Reading, sites: CallSites, direct: readonly DirectSite[], index: SiteIndex) {
    this.add([
      ...decoratedHandlers(reading),
      ...registeredHandlers(reading, sites, direct),
      ...consumersOf(reading, sites, direct, index),
      ...fileHandlers(reading),
      ...declaredHandlers(reading),
      ...moleculerHandlers(schemasOf(reading.program), reading.program),
    ]);
  }

  get all(): readonly Handler[] {
    return this.#all;
  }

  /** Handlers that are known only when effects have been followed. */
  add(handlers: readonly Handler[]): void {
    for (const handler of handlers) {
      this.#all.push(handler);
      if (handler.function !== null) this.#enter(functionKey(handler.function), handler.entry);
    }
  }

  entriesOf(key: number): readonly EntryPoint[] {
    return this.#byFunction.get(key) ?? [];
  }

  #enter(key: number, entry: EntryPoint): void {
    const known = this.#byFunction.get(key) ?? [];
    if (!known.some(({ kind, operation }) => kind === entry.kind && operation === entry.operation)) known.push(entry);
    this.#byFunction.set(key, known);
  }
}
