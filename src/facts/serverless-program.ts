import type { SourceText } from "./facts.js";
import type { Lines } from "./place.js";
import { isDeep } from "./typescript/brackets.js";
import { loadCompiler, type ts } from "./typescript/compiler.js";
import type { YamlEntry, YamlMap, YamlNode } from "./yaml-node.js";

const MOST_CHARACTERS = 400_000;
/** Constants that are made of constants. */
const MOST_STEPS = 20;

/** The configuration that `serverless.ts` exports, as the tree that YAML gives; `null` where it is not written out in the file. */
export function serverlessProgram(source: SourceText): YamlNode | null {
  if (source.text.length > MOST_CHARACTERS || isDeep(source.text)) return null;
  const compiler = loadCompiler();
  const options = { languageVersion: compiler.ScriptTarget.Latest, jsDocParsingMode: compiler.JSDocParsingMode.ParseNone };
  return new ProgramTree(compiler.createSourceFile(source.path, source.text, options, false)).exported();
}

/** Turns the literals of one file into a tree. What is computed, or comes from another file, is left empty. */
class ProgramTree {
  readonly #ts = loadCompiler();
  readonly #file: ts.SourceFile;
  readonly #constants = new Map<string, ts.Expression>();

  constructor(file: ts.SourceFile) {
    this.#file = file;
    for (const statement of file.statements) {
      if (!this.#ts.isVariableStatement(statement)) continue;
      for (const { name, initializer } of statement.declarationList.declarations)
        if (this.#ts.isIdentifier(name) && initializer !== undefined) this.#constants.set(name.text, initializer);
    }
  }

  exported(): YamlNode | null {
    for (const statement of this.#file.statements) {
      const value = this.#ts.isExportAssignment(statement) ? statement.expression : this.#assigned(statement);
      const found = value === null ? null : this.#resolved(value);
      if (found !== null && this.#ts.isObjectLiteralExpression(found)) return this.#map(found, 0);
    }
    return null;
  }

  /** `module.exports = configuration`. */
  #assigned(statement: ts.Statement): ts.Expression | null {
    if (!this.#ts.isExpressionStatement(statement) || !this.#ts.isBinaryExpression(statement.expression)) return null;
    const { left, right } = statement.expression;
    return left.getText(this.#file) === "module.exports" ? right : null;
  }

  /** The literal behind a name, an assertion or brackets. */
  #resolved(expression: ts.Expression): ts.Expression {
    let at = expression;
    for (let steps = 0; steps < MOST_STEPS; steps += 1) {
      if (this.#ts.isAsExpression(at) || this.#ts.isSatisfiesExpression(at) || this.#ts.isParenthesizedExpression(at)) at = at.expression;
      else if (this.#ts.isIdentifier(at) && this.#constants.has(at.text)) at = this.#constants.get(at.text)!;
      else break;
    }
    return at;
  }

  #node(expression: ts.Expression, steps: number): YamlNode {
    const value = steps > MOST_STEPS ? expression : this.#resolved(expression);
    const lines = this.#lines(value);
    if (steps <= MOST_STEPS && this.#ts.isObjectLiteralExpression(value)) return this.#map(value, steps + 1);
    if (steps <= MOST_STEPS && this.#ts.isArrayLiteralExpression(value)) {
      return { kind: "sequence", items: value.elements.map((item) => this.#node(item, steps + 1)), flow: true, tag: null, lines };
    }
    const text = this.#text(value, steps);
    return { kind: "scalar", text: text ?? "", quoted: text !== null, literal: false, tag: null, templated: false, lines };
  }

  #map(object: ts.ObjectLiteralExpression, steps: number): YamlMap {
    const byKey = new Map<string, YamlEntry>();
    for (const property of object.properties) {
      for (const entry of this.#entries(property, steps)) {
        byKey.delete(entry.key);
        byKey.set(entry.key, entry);
      }
    }
    return { kind: "map", entries: [...byKey.values()], byKey, flow: true, tag: null, lines: this.#lines(object) };
  }

  #entries(property: ts.ObjectLiteralElementLike, steps: number): readonly YamlEntry[] {
    const lines = this.#lines(property);
    const keyLine = lines.startLine;
    if (this.#ts.isSpreadAssignment(property)) {
      const spread = this.#node(property.expression, steps + 1);
      return spread.kind === "map" ? spread.entries : [];
    }
    if (this.#ts.isShorthandPropertyAssignment(property)) {
      const { text: key } = property.name;
      // A function that another file describes is there all the same.
      const value = this.#constants.has(key) ? this.#node(property.name, steps + 1) : empty(lines);
      return [{ key, keyLine, value, lines }];
    }
    if (!this.#ts.isPropertyAssignment(property)) return [];
    const { name, initializer } = property;
    if (!this.#ts.isIdentifier(name) && !this.#ts.isStringLiteralLike(name)) return [];
    return [{ key: name.text, keyLine, value: this.#node(initializer, steps + 1), lines }];
  }

  #text(value: ts.Expression, steps: number): string | null {
    if (this.#ts.isStringLiteralLike(value) || this.#ts.isNumericLiteral(value)) return value.text;
    if (value.kind === this.#ts.SyntaxKind.TrueKeyword) return "true";
    if (value.kind === this.#ts.SyntaxKind.FalseKeyword) return "false";
    if (!this.#ts.isTemplateExpression(value) || steps > MOST_STEPS) return null;
    const spans = value.templateSpans.map(({ expression, literal }) => {
      const inner = this.#text(this.#resolved(expression), steps + 1);
      return `${inner ?? `\${${expression.getText(this.#file)}}`}${literal.text}`;
    });
    return value.head.text + spans.join("");
  }

  #lines(node: ts.Node): Lines {
    const at = (position: number): number => this.#file.getLineAndCharacterOfPosition(position).line + 1;
    return { startLine: at(node.getStart(this.#file)), endLine: at(node.getEnd()) };
  }
}

function empty(lines: Lines): YamlMap {
  return { kind: "map", entries: [], byKey: new Map(), flow: true, tag: null, lines };
}
