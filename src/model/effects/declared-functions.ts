import type { ServerlessFunction } from "../../facts/deployment.js";
import type { CloudChannels, HandedChannel } from "../cloud-channels.js";
import type { EntryPoint } from "../code.js";
import type { Evidence } from "../evidence.js";
import type { FactTable } from "../fact-table.js";
import { directoryOf, joined, upwards } from "../paths.js";
import type { ServiceDirectory } from "../services.js";
import type { NamedUse } from "./channels.js";
import { functionsOf, type Handler } from "./handler.js";
import type { Reading } from "./linking.js";
import type { FunctionAt } from "./sites.js";

/** The source files of a commit, or some of them, as whoever asks knows them. */
interface Files<File> {
  file(path: string): File | null;
}

/** Functions that a serverless file, a template, Terraform or CDK names, with the queues, topics and buses that they are wired to. */
export function declaredHandlers(reading: Reading): readonly Handler[] {
  return reading.table.of("serverless-application").flatMap(({ path, fact }) =>
    fact.functions.flatMap((declared) => {
      const file = codeOf(path, declared, reading.program);
      if (file === null || file.service === null) return [];
      const exported = declared.handler!.slice(declared.handler!.lastIndexOf(".") + 1);
      const functions = functionsOf(reading.program.calleesOf(reading.program.exported(file, exported)));
      const handed = reading.cloud.handedTo(path, declared.lines.startLine);
      const consumers = functions.length === 0 ? [null] : functions;
      return [
        ...functions.map((at) => invoked(file.service!, at, { path, declared })),
        ...handed.flatMap((channel) => consumers.map((at) => handing(file.service!, at, channel))),
      ];
    }),
  );
}

/** What declared functions take whose code is in no file that is read. */
export function unreadConsumers(table: FactTable, services: ServiceDirectory, cloud: CloudChannels): readonly NamedUse[] {
  const read: Files<true> = { file: (path) => (table.in(path, "source").length > 0 ? true : null) };
  return table.of("serverless-application").flatMap(({ path, fact }) =>
    fact.functions.flatMap((declared) => {
      const handed = cloud.handedTo(path, declared.lines.startLine);
      if (handed.length === 0 || codeOf(path, declared, read) !== null) return [];
      const service = services.named(declared.name) ?? services.serviceOf(path);
      if (service === null) return [];
      return handed.map(({ name, event, transport, place }): NamedUse => {
        const evidence: Evidence = { ...place, kind: "deployment", note: `hands ${declared.name} what comes to ${name}` };
        return { channel: name, transport, use: { service, function: null, event, confidence: "high", evidence: [evidence] } };
      });
    }),
  );
}

/** It may be called by its name, whatever else leads to it. */
function invoked(
  service: string,
  at: FunctionAt,
  { path, declared }: { readonly path: string; readonly declared: ServerlessFunction },
): Handler {
  const entry: EntryPoint = { kind: "lambda", operation: declared.name, place: { path, ...declared.lines } };
  return { service, function: at, entry, method: "", path: "", channel: null, event: null, transport: "" };
}

function handing(service: string, at: FunctionAt | null, { name, event, transport, place }: HandedChannel): Handler {
  const entry: EntryPoint = { kind: "consumer", operation: name, place };
  return { service, function: at, entry, method: "", path: "", channel: name, event, transport, isDeclared: true };
}

function codeOf<File>(path: string, { handler, code }: ServerlessFunction, program: Files<File>): File | null {
  if (handler === null) return null;
  return code === null ? handlerFile(directoryOf(path), handler, program) : functionFile(path, code, handler, program);
}

/** The code's path is relative to the file, or to a directory above it. */
function functionFile<File>(path: string, code: string, handler: string, program: Files<File>): File | null {
  for (const from of upwards(directoryOf(path))) {
    const directory = joined(from, code);
    const file = directory === null ? null : handlerFile(directory, handler, program);
    if (file !== null) return file;
  }
  return null;
}

/** `src/orders.create` beside the serverless file, in whatever language the file is written. */
function handlerFile<File>(directory: string, handler: string, program: Files<File>): File | null {
  const stem = `${directory === "" ? "" : `${directory}/`}${handler.slice(0, handler.lastIndexOf(".")).replace(/^\.?\//, "")}`;
  for (const ending of [".ts", ".js", ".mts", ".mjs", ".cjs", "/index.ts", "/index.js"]) {
    const file = program.file(stem + ending);
    if (file !== null) return file;
  }
  return null;
}
