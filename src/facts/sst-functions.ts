import type { ServerlessFunction } from "./deployment.js";
import type { Lines } from "./place.js";
import { loadCompiler, type ts } from "./typescript/compiler.js";

/** `services/orders/src/place.main`: a file without its extension, and what it exports. */
const HANDLER = /^(?:\.\/)?((?:[\w@.-]+\/)+)([\w-]+\.\w+)$/;
const FILE = /\.(?:[cm]?[jt]sx?|json|html?|css|scss|md|ya?ml|toml|sql|txt|csv|png|jpe?g|svg|ico|pem|zip|sh|py|go|proto|graphql)$/i;
const MOST_DEPTH = 400;

/** Where a handler stands that SST is given the path of, from the directory of its application. */
export function handlerPlace(text: string | null): Pick<ServerlessFunction, "handler" | "code"> | null {
  const [, directory, handler] = text === null || FILE.test(text) ? [] : (HANDLER.exec(text) ?? []);
  return directory === undefined || handler === undefined ? null : { handler, code: directory.slice(0, -1) };
}

/** Functions that a file of SST deploys, wherever it names them: of their own, of routes, queues, topics and timetables. */
export function sstFunctions(file: ts.SourceFile): readonly ServerlessFunction[] {
  const compiler = loadCompiler();
  const found = new Map<string, ServerlessFunction>();
  const visit = (node: ts.Node, name: string, depth: number): void => {
    if (depth > MOST_DEPTH) return;
    const inside = nameOf(node, compiler) ?? name;
    const place = compiler.isStringLiteralLike(node) && inside !== "" ? handlerPlace(node.text) : null;
    if (place !== null && !found.has(`${place.code}/${place.handler}`))
      found.set(`${place.code}/${place.handler}`, { ...place, name: inside, environment: [], lines: linesOf(node, file) });
    compiler.forEachChild(node, (child) => visit(child, inside, depth + 1));
  };
  visit(file, "", 0);
  return [...found.values()];
}

/** The id of a construct (`new Queue(stack, "Mails", …)`, `new sst.aws.Function("Orders", …)`), or the key of a route. */
function nameOf(node: ts.Node, compiler: ReturnType<typeof loadCompiler>): string | null {
  if (!compiler.isNewExpression(node) && !compiler.isCallExpression(node)) return null;
  const first = node.arguments?.slice(0, 2).find((argument) => compiler.isStringLiteralLike(argument));
  return first !== undefined && compiler.isStringLiteralLike(first) ? first.text : null;
}

function linesOf(node: ts.Node, file: ts.SourceFile): Lines {
  const line = (offset: number): number => file.getLineAndCharacterOfPosition(offset).line + 1;
  return { startLine: line(node.getStart(file)), endLine: line(node.end) };
}
