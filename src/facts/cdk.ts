import { Found } from "./cloud-found.js";
import { CdkFile } from "./cdk-file.js";
import type { ServerlessFunction } from "./deployment.js";
import type { Extraction, Extractor, SourceText } from "./facts.js";
import { isDeep } from "./typescript/brackets.js";
import { handlerPlace, sstFunctions } from "./sst-functions.js";
import { loadCompiler } from "./typescript/compiler.js";

/** AWS CDK and SST in TypeScript and JavaScript: queues and topics, what becomes of messages that fail, functions with their variables. */
export const cdk: Extractor = {
  id: "cdk",
  version: 7,
  accepts: (path) => /\.[cm]?[jt]s$/.test(path) && !/\.d\.[cm]?ts$/.test(path),
  extract: readCdk,
};

const SST = /["'](?:sst\/constructs|@serverless-stack\/resources)["']|\bnew sst\.aws\./;
const IMPORTS = /["'](?:aws-cdk-lib(?:\/[\w/-]+)?|@aws-cdk\/[\w/-]+)["']/;
const MOST_CHARACTERS = 400_000;

function readCdk(source: SourceText): Extraction {
  const nothing = { facts: [], unreadable: [] };
  // What is larger, or deeper, the extractor of the language names.
  if (source.text.length > MOST_CHARACTERS || !(IMPORTS.test(source.text) || SST.test(source.text)) || isDeep(source.text)) return nothing;
  const compiler = loadCompiler();
  const options = { languageVersion: compiler.ScriptTarget.Latest, jsDocParsingMode: compiler.JSDocParsingMode.ParseNone };
  const found = new Found();
  const parsed = compiler.createSourceFile(source.path, source.text, options, false);
  const file = new CdkFile(parsed, source.path.slice(source.path.lastIndexOf("/") + 1), found);
  file.read();
  const functions = SST.test(source.text) ? withNamed(file.functions, sstFunctions(parsed)) : file.functions;
  const lines = { startLine: 1, endLine: source.text.split(/\r\n|[\n\r\u2028\u2029]/).length };
  const application =
    functions.length === 0
      ? []
      : [{ kind: "serverless-application", lines, framework: "cdk", name: null, environment: [], functions } as const];
  const messaging = found.fact(lines);
  return { facts: [...messaging, ...application], unreadable: [] };
}

/** Functions of their own by the place of their handlers, and those that are only named. */
function withNamed(own: readonly ServerlessFunction[], named: readonly ServerlessFunction[]): readonly ServerlessFunction[] {
  const placed = own.map((one) => (one.code === null ? { ...one, ...handlerPlace(one.handler) } : one));
  return [...placed, ...named.filter((one) => !placed.some(({ code, handler }) => code === one.code && handler === one.handler))];
}
