import { expect, onTestFinished } from "vitest";
import type { Snapshot } from "../../src/snapshot/snapshot.js";
import { testRepository, type TestRepository } from "./repository.js";

/** A repository that is gone when the test is over. */
export function repository(...initArgs: string[]): TestRepository {
  const made = testRepository(...initArgs);
  onTestFinished(made.remove);
  return made;
}

export function idsOf({ files }: Snapshot): Record<string, string> {
  return Object.fromEntries([...files].map(([path, { mode, blob }]) => [path, `${mode} ${blob}`]));
}

/** Path → text, or the reason why there is none in angle brackets. */
export async function contents(snapshot: Snapshot): Promise<Record<string, string>> {
  const found = new Map<string, string>();
  for await (const content of snapshot.read([...snapshot.files.values()])) {
    expect(found.has(content.file.path)).toBe(false);
    found.set(content.file.path, "text" in content ? content.text : `<${content.unread}>`);
  }
  return Object.fromEntries([...found].sort());
}
