import { readFile } from "node:fs/promises";
import path from "node:path";
import { parseEnv } from "node:util";

/** What stands in `.env` holds where the environment itself says nothing. */
export async function envFile(directory: string): Promise<Record<string, string | undefined>> {
  try {
    return parseEnv(await readFile(path.join(directory, ".env"), "utf8"));
  } catch {
    return {};
  }
}
