import type { EntryPoint } from "../code.js";
import type { SourceFile } from "../code/denotation.js";
import { directoryOf, joined, upwards } from "../paths.js";
import { functionsOf, type Handler } from "./handler.js";
import type { Reading } from "./linking.js";
import { routeTemplate } from "./route-match.js";

const VERBS = ["GET", "POST", "PUT", "PATCH", "DELETE"];

/** Handlers that a file's place makes: Next.js `app/…/route.ts` and `pages/api/…`, and functions that a serverless file names. */
export function fileHandlers(reading: Reading): readonly Handler[] {
  return [...nextHandlers(reading), ...serverlessHandlers(reading)];
}

function serverlessHandlers(reading: Reading): readonly Handler[] {
  return reading.table.of("serverless-application").flatMap(({ path, fact }) =>
    fact.functions.flatMap(({ name, handler, code, lines }) => {
      const file =
        handler === null
          ? null
          : code === null
            ? handlerFile(directoryOf(path), handler, reading)
            : functionFile(path, code, handler, reading);
      if (file === null || file.service === null) return [];
      const functions = functionsOf(
        reading.program.calleesOf(reading.program.exported(file, handler!.slice(handler!.lastIndexOf(".") + 1))),
      );
      const entry: EntryPoint = { kind: "lambda", operation: name, place: { path, ...lines } };
      return functions.map((at): Handler => ({
        service: file.service!,
        function: at,
        entry,
        method: "",
        path: "",
        channel: null,
        event: null,
        transport: "",
      }));
    }),
  );
}

/** The code's path is relative to the file, or to a directory above it. */
function functionFile(path: string, code: string, handler: string, reading: Reading): SourceFile | null {
  for (const from of upwards(directoryOf(path))) {
    const directory = joined(from, code);
    const file = directory === null ? null : handlerFile(directory, handler, reading);
    if (file !== null) return file;
  }
  return null;
}

/** `src/orders.create` beside the serverless file, in whatever language the file is written. */
function handlerFile(directory: string, handler: string, reading: Reading): SourceFile | null {
  const stem = `${directory === "" ? "" : `${directory}/`}${handler.slice(0, handler.lastIndexOf(".")).replace(/^\.?\//, "")}`;
  for (const ending of [".ts", ".js", ".mts", ".mjs", ".cjs", "/index.ts", "/index.js"]) {
    const file = reading.program.file(stem + ending);
    if (file !== null) return file;
  }
  return null;
}

function nextHandlers(reading: Reading): readonly Handler[] {
  return reading.program.files.flatMap((file) => {
    if (file.service === null) return [];
    const app = /(?:^|\/)app\/(.*?)\/?route\.[jt]sx?$/.exec(file.path);
    if (app !== null) return appRoutes(file, file.service, app[1] ?? "", reading);
    const pages = /(?:^|\/)pages\/(api\/.*?)(?:\/index)?\.[jt]sx?$/.exec(file.path);
    return pages === null ? [] : pageRoute(file, file.service, pages[1] ?? "", reading);
  });
}

function appRoutes(file: SourceFile, service: string, folder: string, reading: Reading): readonly Handler[] {
  // `(group)` folders are no part of the path.
  const path = routeTemplate(
    `/${folder
      .split("/")
      .filter((part) => !part.startsWith("("))
      .join("/")}`,
  );
  return VERBS.flatMap((method) => handlers(file, service, method, path, method, reading));
}

function pageRoute(file: SourceFile, service: string, path: string, reading: Reading): readonly Handler[] {
  return handlers(file, service, "default", routeTemplate(`/${path}`), "ANY", reading);
}

function handlers(file: SourceFile, service: string, exported: string, path: string, method: string, reading: Reading): readonly Handler[] {
  if (!file.fact.exports.some((binding) => binding.exported === exported)) return [];
  const functions = functionsOf(reading.program.calleesOf(reading.program.exported(file, exported)));
  return functions.map((at) => {
    const entry: EntryPoint = { kind: "http", operation: `${method} ${path}`, place: { path: file.path, ...at.summary.lines } };
    return { service, function: at, entry, method, path, channel: null, event: null, transport: "" };
  });
}
