import { Found } from "./cloud-found.js";
import { CdkFile } from "./cdk-file.js";
import type { Extraction, Extractor, SourceText } from "./facts.js";
import { isDeep } from "./typescript/brackets.js";
import { loadCompiler } from "./typescript/compiler.js";

/** AWS CDK in TypeScript and JavaScript: queues and topics, what becomes of messages that fail, functions with their variables. */
export const cdk: Extractor = {
  id: "cdk",
  version: 5,
  accepts: (path) => /\.[cm]?[jt]s$/.test(path) && !/\.d\.[cm]?ts$/.test(path),
  extract: readCdk,
};

const IMPORTS = /["'](?:aws-cdk-lib(?:\/[\w/-]+)?|@aws-cdk\/[\w/-]+|sst\/constructs)["']/;
const MOST_CHARACTERS = 400_000;

function readCdk(source: SourceText): Extraction {
  const nothing = { facts: [], unreadable: [] };
  // What is larger, or deeper, the extractor of the language names.
  if (source.text.length > MOST_CHARACTERS || !IMPORTS.test(source.text) || isDeep(source.text)) return nothing;
  const compiler = loadCompiler();
  const options = { languageVersion: compiler.ScriptTarget.Latest, jsDocParsingMode: compiler.JSDocParsingMode.ParseNone };
  const found = new Found();
  const file = new CdkFile(
    compiler.createSourceFile(source.path, source.text, options, false),
    source.path.slice(source.path.lastIndexOf("/") + 1),
    found,
  );
  file.read();
  const lines = { startLine: 1, endLine: source.text.split(/\r\n|[\n\r\u2028\u2029]/).length };
  const application =
    file.functions.length === 0
      ? []
      : [{ kind: "serverless-application", lines, framework: "cdk", name: null, environment: [], functions: file.functions } as const];
  const messaging = found.fact(lines);
  return { facts: [...messaging, ...application], unreadable: [] };
}
