import { kinds, type ts } from "./compiler.js";
import { dottedName, propertyName } from "./names.js";
import type { SourceReader } from "./reader.js";

/** `require("m")` and `await import("m")`, also of one part: `require("m").a`. */
export interface RequiredModule {
  readonly module: string;
  readonly imported: string;
}

export function requiredModule(node: ts.Expression): RequiredModule | null {
  switch (node.kind) {
    case kinds.CallExpression: {
      const { expression } = node as ts.CallExpression;
      return expression.kind === kinds.Identifier && (expression as ts.Identifier).text === "require"
        ? moduleOf(node as ts.CallExpression)
        : null;
    }
    case kinds.AwaitExpression: {
      const { expression } = node as ts.AwaitExpression;
      if (expression.kind !== kinds.CallExpression || (expression as ts.CallExpression).expression.kind !== kinds.ImportKeyword)
        return null;
      return moduleOf(expression as ts.CallExpression);
    }
    case kinds.PropertyAccessExpression: {
      const { expression, name } = node as ts.PropertyAccessExpression;
      const whole = requiredModule(expression);
      return whole === null || whole.imported !== "*" ? null : { module: whole.module, imported: name.text };
    }
    case kinds.ParenthesizedExpression:
    case kinds.AsExpression:
      return requiredModule((node as ts.ParenthesizedExpression).expression);
    default:
      return null;
  }
}

function moduleOf(call: ts.CallExpression): RequiredModule | null {
  const argument = call.arguments[0];
  if (argument === undefined || (argument.kind !== kinds.StringLiteral && argument.kind !== kinds.NoSubstitutionTemplateLiteral))
    return null;
  return { module: (argument as ts.StringLiteral).text, imported: "*" };
}

/** `const a = require("m")`, `const { a, b: c } = require("m")`: imports, wherever they stand. */
export function readRequire(reader: SourceReader, name: ts.BindingName, { module, imported }: RequiredModule): void {
  reader.tokens.word(module);
  const add = (local: string, from: string, line: number): void => {
    reader.tokens.declare(local);
    reader.tokens.reference(local);
    reader.imports.push({ local, module, imported: from, typeOnly: false, line });
  };
  if (name.kind === kinds.Identifier) {
    add(name.text, imported, reader.lineOfEnd(name));
    return;
  }
  if (name.kind !== kinds.ObjectBindingPattern) return;
  for (const element of name.elements) {
    const local = dottedName(element.name);
    if (local === null) continue;
    const property = element.dotDotDotToken === undefined ? propertyName(element.propertyName ?? element.name) : "*";
    add(local, property, reader.lineOfEnd(element.name));
  }
}
