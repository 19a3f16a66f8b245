import { describe, expect, test } from "vitest";
import { LibraryModules } from "../../../src/model/effects/library-modules.js";
import { link } from "../code/linked.js";
import { processorTime } from "../../processor-time.js";

/** `service path:line` of each service that imports a library file. */
function importersOf(path: string, sources: Readonly<Record<string, string>>): readonly string[] {
  const linked = link(sources);
  return new LibraryModules(linked.program)
    .importersOf(linked.file(path))
    .map(({ service, place }) => `${service} ${place.path}:${place.startLine}`);
}

const ENTITY = "libs/data/order.entity.ts";
const library = {
  [ENTITY]: "export class Order {}",
  "libs/data/logger.ts": "export const logger = console;",
  "libs/data/index.ts": 'export * from "./order.entity";\nexport { logger as log } from "./logger";',
};

describe("who imports a library file", () => {
  test("directly, the first in order of path", () => {
    const take = 'import { Order } from "../../../libs/data/order.entity";\nnew Order();';
    expect(
      importersOf(ENTITY, {
        ...library,
        "services/orders/src/b.ts": take,
        "services/orders/src/a.ts": take,
        "services/mail/src/a.ts": take,
      }),
    ).toEqual(["mail services/mail/src/a.ts:1", "orders services/orders/src/a.ts:1"]);
  });

  test.each([
    ['import { Order } from "../../../libs/data";', true],
    ['import * as data from "../../../libs/data";', true],
    ['export { Order } from "../../../libs/data";', true],
    ['export * from "../../../libs/data";', true],
    ['import { log } from "../../../libs/data";', false],
    ['import type { Order } from "../../../libs/data";', false],
    ['import data from "../../../libs/data";', false],
  ])("through an index: %s", (text, found) => {
    expect(importersOf(ENTITY, { ...library, "services/orders/src/a.ts": text })).toEqual(
      found ? ["orders services/orders/src/a.ts:1"] : [],
    );
  });

  test("through code of the library that uses it, if that is imported", () => {
    const store = 'import { Order } from "./order.entity";\nexport const all: Order[] = [new Order()];\nexport default all;';
    const sources = { ...library, "libs/data/store.ts": store };
    const taking = (text: string) => importersOf(ENTITY, { ...sources, "services/orders/src/a.ts": text });
    expect(taking('import all from "../../../libs/data/store";')).toEqual(["orders services/orders/src/a.ts:1"]);
    expect(taking('import { log } from "../../../libs/data";')).toEqual([]);
  });

  test("nearest rather than first", () => {
    expect(
      importersOf(ENTITY, {
        ...library,
        "libs/data/store.ts": 'import { Order } from "./order.entity";\nexport const all = [new Order()];',
        "services/orders/src/a.ts": 'import { all } from "../../../libs/data/store";',
        "services/orders/src/b.ts": 'import { Order } from "../../../libs/data/order.entity";',
      }),
    ).toEqual(["orders services/orders/src/b.ts:1"]);
  });

  test("`export *` passes no default on", () => {
    const sources = {
      "libs/data/order.entity.ts": "export default class Order {}",
      "libs/data/index.ts": 'export * from "./order.entity";\nexport { default as Order } from "./order.entity";',
      "libs/data/all.ts": 'export * from "./order.entity";',
    };
    const taking = (text: string) => importersOf(ENTITY, { ...sources, "services/orders/src/a.ts": text });
    expect(taking('import { Order } from "../../../libs/data";')).toHaveLength(1);
    expect(taking('import * as all from "../../../libs/data/all";')).toEqual([]);
    expect(taking('import all from "../../../libs/data/all";')).toEqual([]);
  });

  test("whatever name they ask of `module.exports`", () => {
    const sources = { "libs/data/order.entity.js": "module.exports = { Order: class {} };" };
    const text = 'const { Order } = require("../../../libs/data/order.entity");';
    expect(importersOf("libs/data/order.entity.js", { ...sources, "services/orders/src/a.ts": text })).toHaveLength(1);
  });

  test("where files of the library import each other in a circle", () => {
    expect(
      importersOf(ENTITY, {
        [ENTITY]: 'export * from "./index";\nexport class Order {}',
        "libs/data/index.ts": 'export * from "./order.entity";\nexport * from "./index";',
        "services/orders/src/a.ts": 'import { Order } from "../../../libs/data";',
      }),
    ).toEqual(["orders services/orders/src/a.ts:1"]);
  });

  test("of a library of many files, each taking from the index, costs no square of them", () => {
    const names = Array.from({ length: 800 }, (_, number) => `entity${number}`);
    const linked = link({
      "libs/data/index.ts": names.map((name) => `export * from "./${name}";`).join("\n"),
      ...Object.fromEntries(
        names.map((name, number) => [
          `libs/data/${name}.ts`,
          `import { ${names[(number + 1) % names.length]} as next } from "./index";\nexport const ${name} = () => next;`,
        ]),
      ),
      "services/orders/src/a.ts": 'import { entity0 } from "../../../libs/data";',
    });
    const modules = new LibraryModules(linked.program);
    const files = names.map((name) => linked.file(`libs/data/${name}.ts`));
    let found = 0;
    expect(processorTime(() => (found = files.filter((file) => modules.importersOf(file).length === 1).length))).toBeLessThan(3_000);
    expect(found).toBe(names.length);
  });
});
