import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, afterEach, beforeAll, describe } from "vitest";
import { openStore } from "../../src/store/open.js";
import type { Store, StoreLocation } from "../../src/store/store.js";
import { databases, directories, findServer, QUICK, type EngineName, type Places } from "./places.js";

export { QUICK } from "./places.js";

export interface Engine {
  readonly name: EngineName;
  /** A place where nothing is stored yet. */
  place(): Promise<StoreLocation>;
  /** Closed after the test, if the test does not do it. */
  open(at?: StoreLocation): Promise<Store>;
}

/** Describes the same behaviour once for each engine. */
export function onBothEngines(name: string, tests: (engine: Engine) => void): void {
  describe(`${name} on pglite`, () => {
    tests(engineAt("pglite", directories));
  });
  const binaries = findServer();
  if (binaries === null && process.env.CI === "true") throw new Error("PostgreSQL is not installed: apt-get install postgresql");
  const reason = binaries === null ? " (skipped: PostgreSQL is not installed here)" : "";
  describe.runIf(binaries !== null)(`${name} on postgres${reason}`, () => {
    tests(engineAt("postgres", () => databases(binaries ?? "")));
  });
}

export function temporaryDirectory(): string {
  const directory = mkdtempSync(path.join(tmpdir(), "faultline-store-"));
  temporary.push(directory);
  return directory;
}

const temporary: string[] = [];

export function removeDirectories(): void {
  for (const directory of temporary.splice(0)) rmSync(directory, { recursive: true, force: true });
}

/** Stores opened by a test are closed after it, and their places are removed after all. */
function engineAt(name: EngineName, open: () => Promise<Places>): Engine {
  let places: Places | null = null;
  const opened: Store[] = [];
  beforeAll(async () => void (places = await open()));
  afterEach(async () => {
    for (const store of opened.splice(0)) await store.close();
  });
  afterAll(() => places?.close());
  const place = async (): Promise<StoreLocation> => {
    if (places === null) throw new Error("the engine has not started");
    return places.place();
  };
  return {
    name,
    place,
    async open(at) {
      const store = await openStore(at ?? (await place()), QUICK);
      let closed: Promise<void> | null = null;
      const once = { ...store, close: () => (closed ??= store.close()) };
      opened.push(once);
      return once;
    },
  };
}
