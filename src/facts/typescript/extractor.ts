import type { Extraction, Extractor, SourceText, Unreadable } from "../facts.js";
import type { FunctionSummary, SourceFact } from "../source.js";
import { loadCompiler, type ts } from "./compiler.js";
import { Frame } from "./frame.js";
import { quotesOf } from "./quotes.js";
import { SourceReader } from "./reader.js";
import { allReadings } from "./readings.js";
import { readStatements } from "./statements.js";
import { syntaxTrouble } from "./syntax-trouble.js";
import { LineIndex, scanText, type TextScan } from "./text-scan.js";

/** TypeScript and JavaScript sources, one summary for each file. */
export const typescript: Extractor = {
  id: "typescript",
  version: 9,
  accepts: (path) => /\.[cm]?[jt]sx?$/.test(path),
  extract: extractSource,
};

/** Characters. Longer files are bundles or data. */
const MAX_LENGTH = 2_000_000;
/** Brackets in brackets. Code written by people stays under 40. */
const MAX_BRACKETS = 300;
/** Each level doubles the compiler's time. Code written by people has one. */
const MAX_ASYNCS = 10;

const SERVER_ONLY = "server-only";

const NOTHING: Extraction = { facts: [], unreadable: [] };

function extractSource({ path, text }: SourceText): Extraction {
  if (text.length > MAX_LENGTH) return unreadable(1, `longer than ${MAX_LENGTH} characters`);
  const scan = scanText(text);
  const lines = new LineIndex(scan.lineStarts);
  if (scan.brackets.depth > MAX_BRACKETS)
    return unreadable(lines.at(scan.brackets.offset), `has brackets nested ${scan.brackets.depth} deep`);
  if (scan.asyncs.depth > MAX_ASYNCS)
    return unreadable(lines.at(scan.asyncs.offset), `has ${scan.asyncs.depth} asynchronous functions nested in each other's parameters`);
  try {
    return readSource(path, text, scan, lines);
  } catch (error) {
    // The compiler recurses: code can be nested deep without brackets (`a => a => a => …`).
    if (error instanceof RangeError) return unreadable(1, "nested too deep to be parsed");
    throw error;
  }
}

function unreadable(line: number, reason: string): Extraction {
  return { facts: [], unreadable: [{ line, reason }] };
}

function readSource(path: string, text: string, scan: TextScan, lines: LineIndex): Extraction {
  const source = parse(path, text);
  const troubles: Unreadable[] = syntaxTrouble(source, text, lines);
  const module = new Frame(0, "", { startLine: 1, endLine: scan.lineStarts.length });
  const reader = new SourceReader(text, lines, allReadings(), module);
  reader.functions.push(null);
  readDirectives(reader, source);
  readStatements(reader, source.statements);
  if (reader.cutAt !== null) troubles.push({ line: reader.cutAt, reason: "code is nested too deep to be read" });
  const fact = assemble(reader, module, scan);
  return isEmpty(fact) && troubles.length === 0 ? NOTHING : { facts: [fact], unreadable: troubles };
}

/** `"use server"` at the top says what importing the package for it says: this code never runs in a page. */
function readDirectives(reader: SourceReader, source: ts.SourceFile): void {
  const { isExpressionStatement, isStringLiteral } = loadCompiler();
  for (const statement of source.statements) {
    if (!isExpressionStatement(statement) || !isStringLiteral(statement.expression)) return;
    if (statement.expression.text !== "use server") continue;
    reader.imports.push({ local: "", module: SERVER_ONLY, imported: "*", typeOnly: false, line: reader.lineOfStart(statement) });
  }
}

function parse(path: string, text: string): ts.SourceFile {
  const compiler = loadCompiler();
  const options = { languageVersion: compiler.ScriptTarget.Latest, jsDocParsingMode: compiler.JSDocParsingMode.ParseNone };
  return compiler.createSourceFile(path.slice(path.lastIndexOf("/") + 1), text, options, false);
}

function assemble(reader: SourceReader, module: Frame, scan: TextScan): SourceFact {
  const hashes = reader.tokens.bodyHashes();
  const lines = module.blocks[0]!.lines;
  const top: FunctionSummary = {
    id: 0,
    name: "(module)",
    lines,
    bodyHash: hashes.at(-1)!,
    parent: null,
    class: null,
    parameters: [],
    decorators: [],
    async: false,
    generator: false,
    returnType: null,
    locals: module.locals,
    calls: module.calls,
    blocks: module.blocks,
    comparisons: module.comparisons,
    returns: [],
  };
  const functions = reader.functions.map((summary, id): FunctionSummary => {
    if (summary === null) return top;
    summary.bodyHash = hashes[reader.bodies[id]!]!;
    return summary;
  });
  return {
    kind: "source",
    lines,
    language: "typescript",
    imports: reader.imports,
    exports: reader.exports,
    functions,
    classes: reader.classes.filter((summary) => summary !== null),
    types: reader.types,
    quotes: quotesOf(reader.text, scan.lineStarts, functions, reader.imports),
  };
}

function isEmpty(fact: SourceFact): boolean {
  const [module] = fact.functions;
  return (
    fact.functions.length === 1 &&
    fact.imports.length + fact.exports.length + fact.classes.length + fact.types.length === 0 &&
    module!.calls.length + module!.locals.length === 0
  );
}
