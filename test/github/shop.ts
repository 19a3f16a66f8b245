import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import type { Files } from "./stand-in/repositories.js";

const SHOP = path.resolve(import.meta.dirname, "../../fixtures/systems/shop");

/** The example system before its pull request, and what the pull request makes of it. */
export function shop(): { readonly base: Files; readonly head: Files } {
  return { base: { ...filesIn("shared"), ...filesIn("base") }, head: filesIn("head") };
}

function filesIn(part: string): Files {
  const folder = path.join(SHOP, part);
  const files = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  return Object.fromEntries(files.map((entry) => path.join(entry.parentPath, entry.name)).map((file) => [path.relative(folder, file), readFileSync(file, "utf8")]));
}
