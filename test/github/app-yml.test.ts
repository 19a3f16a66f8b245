import { readFileSync } from "node:fs";
import path from "node:path";
import { expect, test } from "vitest";
import { parse } from "yaml";
import { EVENTS } from "../../src/github/events.js";

const manifest = parse(readFileSync(path.resolve(import.meta.dirname, "../../app.yml"), "utf8")) as {
  default_events: string[];
  default_permissions: Record<string, string>;
};

test("app.yml subscribes to the events that lead to work", () => {
  expect(manifest.default_events).toEqual(EVENTS);
});

test("app.yml asks for no more than is used", () => {
  expect(manifest.default_permissions).toEqual({
    checks: "write",
    contents: "read",
    pull_requests: "write",
    issues: "read",
    metadata: "read",
    actions: "read",
    security_events: "write",
    merge_queues: "read",
  });
});
