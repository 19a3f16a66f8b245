import type { Decorator } from "../source.js";
import { kinds, type ts } from "./compiler.js";
import { dottedName } from "./names.js";
import type { SourceReader } from "./reader.js";

/** The decorators among modifiers. Their arguments are read in the code around them; the decorators are no calls. */
export function readDecorators(reader: SourceReader, modifiers: readonly ts.ModifierLike[] | undefined): Decorator[] {
  if (modifiers === undefined) return [];
  const decorators: Decorator[] = [];
  for (const modifier of modifiers) {
    if (modifier.kind !== kinds.Decorator) continue;
    const { expression } = modifier;
    const isCall = expression.kind === kinds.CallExpression;
    const named = isCall ? (expression as ts.CallExpression).expression : expression;
    const name = dottedName(named);
    if (name === null) continue;
    const { holder } = reader;
    reader.holder = `@${name}`;
    const args = isCall ? (expression as ts.CallExpression).arguments.map((argument) => reader.expression(argument)) : [];
    reader.holder = holder;
    decorators.push({ name, args, line: reader.lineOfEnd(named) });
  }
  return decorators;
}
