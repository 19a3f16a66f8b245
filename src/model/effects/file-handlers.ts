import type { EntryPoint } from "../code.js";
import type { SourceFile } from "../code/denotation.js";
import { functionsOf, type Handler } from "./handler.js";
import type { Reading } from "./linking.js";
import { routeTemplate } from "./route-match.js";

const VERBS = ["GET", "POST", "PUT", "PATCH", "DELETE"];

/** Handlers that a file's place makes: Next.js `app/…/route.ts` and `pages/api/…`. */
export function fileHandlers(reading: Reading): readonly Handler[] {
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
