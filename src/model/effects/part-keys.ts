import * as crypto from "node:crypto";
import type { SnapshotFacts } from "../../facts/facts.js";
import type { Layout } from "../layout.js";
import type { Reading } from "./linking.js";

/**
 * A key for each part: equal keys stand for parts that are read the same, until they ask what other parts serve. `null`
 * where the facts may be told differently another time.
 */
export function partKeys(
  { parts, browser, byHand }: Layout,
  facts: SnapshotFacts,
  { config, services }: Pick<Reading, "config" | "services">,
  serviceOf: (path: string) => string | null,
): readonly string[] | null {
  if (facts.identity === null) return null;
  const around = hash([config.clients, services.services, otherFiles(facts)]);
  const blobs = new Map(facts.files.map(({ path, blob }) => [path, blob]));
  return parts.map(({ paths, imports }) =>
    hash([
      around,
      paths.map((path, index) => [path, blobs.get(path), serviceOf(path), browser.has(path), byHand.has(path), imports[index]]),
    ]),
  );
}

/** All that says something besides source code, and all manifests, which may say nothing but that they are there. */
function otherFiles({ files, paths }: SnapshotFacts): readonly unknown[] {
  const others = files.filter(({ facts }) => facts.some(({ kind }) => kind !== "source"));
  const manifests = [...paths].filter((path) => /(^|\/)(package|project)\.json$/.test(path));
  return [others.map(({ path, blob }) => [path, blob]), manifests];
}

function hash(value: unknown): string {
  return crypto.hash("sha256", JSON.stringify(value), "base64");
}
