import { expect, it } from "vitest";
import { serviceHistory } from "../../src/model/history.js";
import type { PastChange } from "../../src/snapshot/history.js";

const change = (files: readonly string[], more: Partial<PastChange> = {}): PastChange => ({
  id: "1",
  author: "Ada",
  bot: false,
  files,
  ...more,
});
const serviceOf = (path: string): string | null => /^services\/([^/]+)/.exec(path)?.[1] ?? null;

it("maps changes to the services whose files they touch", () => {
  const changes = [change(["services/orders/src/a.ts", "services/inventory/src/b.ts", "README.md"])];
  expect(serviceHistory({ changes }, serviceOf).changes).toEqual([["inventory", "orders"]]);
});

it("leaves out what says nothing about coupling", () => {
  const changes = [
    change(["services/orders/src/a.ts"], { bot: true }),
    change(["services/orders/package-lock.json"]),
    change(Array.from({ length: 31 }, (_, index) => `services/orders/src/${index}.ts`)),
    change(["README.md"]),
  ];
  expect(serviceHistory({ changes }, serviceOf).changes).toEqual([]);
});
