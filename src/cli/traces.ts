import { readdir, readFile, stat } from "node:fs/promises";
import path from "node:path";
import { TRACE_FILE, type TraceFile } from "../facts/traces/span.js";
import { UsageError } from "./failure.js";

const MAX_BYTES = 64 * 1024 * 1024;
const MAX_FILES = 2000;

/** The trace files below a directory (or the one file that was named), in order of path. */
export async function readTraceFiles(directory: string, named: string): Promise<TraceFile[]> {
  const root = path.resolve(directory, named);
  const names = await list(root, named);
  const files: TraceFile[] = [];
  let bytes = 0;
  for (const name of names.sort()) {
    const full = path.join(root, name);
    bytes += (await stat(full)).size;
    if (bytes > MAX_BYTES || files.length >= MAX_FILES) {
      throw new UsageError(
        `${named} holds more than ${MAX_FILES} files or ${MAX_BYTES / 1024 / 1024} MB of traces.`,
        "Keep the traces of one run of the tests there, a few for each operation.",
      );
    }
    files.push({ path: name === "" ? path.basename(root) : name, text: await readFile(full, "utf8") });
  }
  if (files.length === 0)
    throw new UsageError(`${named} holds no trace files.`, "Traces are read from .json, .jsonl and .ndjson files: OTLP, Jaeger or Zipkin.");
  return files;
}

async function list(root: string, named: string): Promise<string[]> {
  try {
    if ((await stat(root)).isFile()) return [""];
    const entries = await readdir(root, { recursive: true, withFileTypes: true });
    return entries
      .filter((entry) => entry.isFile() && TRACE_FILE.test(entry.name))
      .map((entry) => path.relative(root, path.join(entry.parentPath, entry.name)));
  } catch (error) {
    throw new UsageError(
      `The traces in ${named} cannot be read (${(error as NodeJS.ErrnoException).code ?? "unknown error"}).`,
      "Give a directory with recorded traces that you may read.",
    );
  }
}
