import { PARAMETER } from "./cloud-found.js";
import type { NestedStack } from "./deployment.js";
import { loadCompiler, type ts } from "./typescript/compiler.js";

const MOST_DEPTH = 20;

/** The last word of what is constructed: `Queue` of `new sqs.Queue(…)`. */
export function isNamed(expression: ts.Expression): string {
  const compiler = loadCompiler();
  if (compiler.isIdentifier(expression)) return expression.text;
  return compiler.isPropertyAccessExpression(expression) ? expression.name.text : "";
}

/**
 * What expressions of a CDK file mean, in the spelling of templates: a queue made here is `${OrdersDlq}`, a variable
 * `${OrdersStack:dlq}`, a property `${OrdersStack.dlq}`, an option of the constructor `${props.dlq}`.
 */
export class CdkNames {
  readonly values: { name: string; value: string }[] = [];
  readonly outputs: { name: string; value: string }[] = [];
  readonly #ts = loadCompiler();
  readonly #file: ts.SourceFile;
  readonly #fileName: string;
  readonly #declared: (node: ts.NewExpression) => string | null;
  /** Modules by the name that is imported from them; classes of this file are its own. */
  readonly #modules = new Map<string, string>();
  readonly #objects = new Map<string, ts.ObjectLiteralExpression>();
  readonly #targets = new Map<ts.NewExpression, string>();
  #class = "";
  #options: string | null = null;

  constructor(file: ts.SourceFile, fileName: string, declared: (node: ts.NewExpression) => string | null) {
    this.#file = file;
    this.#fileName = fileName;
    this.#declared = declared;
    for (const statement of file.statements) this.#imported(statement);
  }

  #imported(statement: ts.Statement): void {
    if ((this.#ts.isClassDeclaration(statement) || this.#ts.isFunctionDeclaration(statement)) && statement.name !== undefined)
      this.#modules.set(statement.name.text, `./${this.#fileName}`);
    if (this.#ts.isVariableStatement(statement))
      for (const { name, initializer } of statement.declarationList.declarations)
        if (this.#ts.isIdentifier(name) && initializer !== undefined && this.#isFunction(initializer))
          this.#modules.set(name.text, `./${this.#fileName}`);
    if (!this.#ts.isImportDeclaration(statement) || !this.#ts.isStringLiteral(statement.moduleSpecifier)) return;
    const from = statement.moduleSpecifier.text.replace(/\.[cm]?js$/, "");
    const clause = statement.importClause;
    if (!from.startsWith(".") || clause === undefined) return;
    if (clause.name !== undefined) this.#modules.set(clause.name.text, from);
    const bindings = clause.namedBindings;
    if (bindings !== undefined && this.#ts.isNamedImports(bindings))
      for (const { name } of bindings.elements) this.#modules.set(name.text, from);
  }

  /** Learns what a node names; what is returned is called behind it. */
  enter(node: ts.Node): () => void {
    const before = [this.#class, this.#options] as const;
    if (this.#ts.isClassDeclaration(node)) this.#class = node.name?.text ?? "";
    else if (this.#ts.isConstructorDeclaration(node)) this.#options = this.#optionsOf(node);
    else if (this.#ts.isVariableDeclaration(node)) this.#variable(node);
    else if (this.#ts.isFunctionDeclaration(node)) this.#parameters(node.name?.text ?? "", node);
    else if (this.#ts.isMethodDeclaration(node) && this.#ts.isIdentifier(node.name))
      this.#parameters(`${this.#class}.${node.name.text}`, node);
    else if (this.#ts.isPropertyDeclaration(node) && node.initializer !== undefined && this.#ts.isIdentifier(node.name))
      this.#named(`${this.#class}.${node.name.text}`, node.initializer);
    else if (this.#ts.isBinaryExpression(node) && node.operatorToken.kind === this.#ts.SyntaxKind.EqualsToken) this.#assigned(node);
    return () => {
      [this.#class, this.#options] = before;
    };
  }

  /** The third parameter of a construct. */
  #optionsOf({ parameters }: ts.ConstructorDeclaration): string | null {
    const name = parameters[2]?.name;
    return name !== undefined && this.#ts.isIdentifier(name) ? name.text : null;
  }

  #isFunction(node: ts.Expression): node is ts.ArrowFunction | ts.FunctionExpression {
    return this.#ts.isArrowFunction(node) || this.#ts.isFunctionExpression(node);
  }

  /** What is handed to a function is known by its place: `${makeAlarms(1)}`, and in an object `${makeAlarms(1).dlq}`. */
  #parameters(of: string, { parameters }: Pick<ts.SignatureDeclaration, "parameters">): void {
    parameters.forEach(({ name }, index) => {
      const place = `${of}(${index})`;
      if (this.#ts.isIdentifier(name)) this.values.push({ name: `${this.#class}:${name.text}`, value: `\${${place}}` });
      else if (this.#ts.isObjectBindingPattern(name)) this.#bound(name, place);
    });
  }

  #variable({ name, initializer }: ts.VariableDeclaration): void {
    if (initializer === undefined) return;
    if (this.#ts.isIdentifier(name) && this.#isFunction(initializer)) this.#parameters(name.text, initializer);
    if (this.#ts.isIdentifier(name)) {
      this.#named(`${this.#class}:${name.text}`, initializer);
      return;
    }
    const from = this.#ts.isObjectBindingPattern(name) ? this.#whole(initializer) : null;
    if (from !== null && this.#ts.isObjectBindingPattern(name)) this.#bound(name, from);
  }

  #bound({ elements }: ts.ObjectBindingPattern, from: string): void {
    for (const { name, propertyName } of elements) {
      if (!this.#ts.isIdentifier(name)) continue;
      const key = propertyName !== undefined && this.#ts.isIdentifier(propertyName) ? propertyName.text : name.text;
      this.values.push({ name: `${this.#class}:${name.text}`, value: `\${${from}.${key}}` });
    }
  }

  #assigned({ left, right }: ts.BinaryExpression): void {
    if (!this.#ts.isPropertyAccessExpression(left) || left.expression.kind !== this.#ts.SyntaxKind.ThisKeyword) return;
    this.#named(`${this.#class}.${left.name.text}`, right);
    const value = this.text(right);
    if (value?.includes("${") === true) this.outputs.push({ name: left.name.text, value });
  }

  #named(name: string, value: ts.Expression): void {
    if (this.#ts.isObjectLiteralExpression(value)) this.#objects.set(name, value);
    if (this.#ts.isNewExpression(value)) this.#targets.set(value, name);
    const text = this.text(value);
    if (text !== null && text !== `\${${name}}` && text.length < 300) this.values.push({ name, value: text });
  }

  /** The text that an expression gives; `null` for what is computed. */
  text(node: ts.Expression | undefined, depth = 0): string | null {
    if (node === undefined || depth > MOST_DEPTH) return null;
    if (this.#ts.isStringLiteralLike(node)) return node.text;
    if (this.#ts.isTemplateExpression(node)) {
      const parts = node.templateSpans.map(({ expression, literal }) => `${this.text(expression, depth + 1) ?? "${}"}${literal.text}`);
      return node.head.text + parts.join("");
    }
    if (this.#ts.isNewExpression(node)) {
      const id = this.#declared(node);
      return id === null ? null : `\${${id}}`;
    }
    if (
      this.#ts.isNonNullExpression(node) ||
      this.#ts.isAsExpression(node) ||
      this.#ts.isParenthesizedExpression(node) ||
      this.#ts.isAwaitExpression(node)
    )
      return this.text(node.expression, depth + 1);
    if (this.#ts.isCallExpression(node)) return this.#brought(node, depth);
    const whole = this.#whole(node);
    return whole === null ? null : `\${${whole}}`;
  }

  /** What comes from another stack: `Fn.importValue(name)`, a parameter of SSM, `Topic.fromTopicArn(this, id, arn)`. */
  #brought({ expression, arguments: given }: ts.CallExpression, depth: number): string | null {
    const name = isNamed(expression);
    const [first, second, third] = given;
    if (name === "importValue" && first !== undefined) return `\${import:${this.exported(first)}}`;
    if (name === "valueForStringParameter" && second !== undefined) return `\${import:${PARAMETER}${this.exported(second)}}`;
    return /^from[A-Z]\w*(?:Arn|Name)$/.test(name) && third !== undefined ? this.text(third, depth + 1) : null;
  }

  /** The name under which a value is exported: its text, or the expression that gives it in every stack. */
  exported(node: ts.Expression): string {
    return this.#ts.isStringLiteralLike(node) ? node.text : node.getText(this.#file).replace(/\s+/g, "");
  }

  /** A chain of names: `this.queues.dlq`, `props.dlq.queueArn`. */
  #whole(node: ts.Expression, depth = 0): string | null {
    if (depth > MOST_DEPTH) return null;
    if (this.#ts.isIdentifier(node)) return node.text === this.#options ? "props" : `${this.#class}:${node.text}`;
    if (this.#ts.isNonNullExpression(node)) return this.#whole(node.expression, depth + 1);
    if (!this.#ts.isPropertyAccessExpression(node)) return null;
    if (node.expression.kind === this.#ts.SyntaxKind.ThisKeyword) return `${this.#class}.${node.name.text}`;
    const before = this.#whole(node.expression, depth + 1);
    return before === null ? null : `${before}.${node.name.text}`;
  }

  /** An object that stands here or in a variable of the file. */
  object(node: ts.Expression): ts.ObjectLiteralExpression | undefined {
    if (this.#ts.isObjectLiteralExpression(node)) return node;
    const name = this.#whole(node);
    return name === null ? undefined : this.#objects.get(name);
  }

  /** What an object has under a key, also through objects that are spread into it. */
  member(node: ts.Expression, key: string, depth = 0): ts.Expression | undefined {
    const literal = depth > 3 ? undefined : this.object(node);
    for (const property of [...(literal?.properties ?? [])].reverse()) {
      if (this.#ts.isSpreadAssignment(property)) {
        const spread = this.member(property.expression, key, depth + 1);
        if (spread !== undefined) return spread;
      } else if (property.name !== undefined && this.#ts.isIdentifier(property.name) && property.name.text === key) {
        return this.#ts.isPropertyAssignment(property)
          ? property.initializer
          : this.#ts.isShorthandPropertyAssignment(property)
            ? property.name
            : undefined;
      }
    }
    return undefined;
  }

  /** A value among the options of what is constructed, which are the last argument. */
  option({ arguments: given }: ts.NewExpression, key: string): ts.Expression | undefined {
    const options = given?.at(-1);
    return options === undefined ? undefined : this.member(options, key);
  }

  /** A path relative to this file: `path.join(__dirname, "..", "src/create.ts")`, or as it is written. */
  path(node: ts.Expression): string | null {
    if (this.#ts.isStringLiteralLike(node)) return /^[\w./@-]+$/.test(node.text) ? node.text : null;
    if (!this.#ts.isCallExpression(node) || !/^(?:join|resolve)$/.test(isNamed(node.expression))) return null;
    const parts = node.arguments.map((part) =>
      this.#ts.isIdentifier(part) && part.text === "__dirname" ? "." : this.#ts.isStringLiteralLike(part) ? part.text : null,
    );
    const path = parts.includes(null) ? "" : parts.join("/");
    return /^[\w./@-]+$/.test(path) ? path : null;
  }

  /** `new OrdersStack(app, "Orders", { dlq })` of a class of this repository, as a nested stack with its parameters. */
  nested(node: ts.NewExpression): NestedStack | null {
    const template = this.#ts.isIdentifier(node.expression) ? this.#modules.get(node.expression.text) : undefined;
    if (template === undefined) return null;
    const options = node.arguments?.[2];
    const literal = options === undefined ? undefined : this.object(options);
    const parameters = literal === undefined ? [] : this.#given("props", literal, 0);
    return { id: this.#targets.get(node) ?? `new ${isNamed(node.expression)}`, template, parameters };
  }

  /** `{ dlq }` and `{ topics: { paid } }`, by the names under which the construct finds them. */
  #given(prefix: string, literal: ts.ObjectLiteralExpression, depth: number): NestedStack["parameters"] {
    return literal.properties.flatMap((property) => {
      if (property.name === undefined || !this.#ts.isIdentifier(property.name)) return [];
      const name = `${prefix}.${property.name.text}`;
      const value = this.member(literal, property.name.text);
      const inner = value === undefined || depth >= 2 ? undefined : this.object(value);
      return inner === undefined ? [{ name, value: this.text(value) }] : this.#given(name, inner, depth + 1);
    });
  }

  /** `makeAlarms(this, dlq)` of a function of this repository, or a method of the same class: what it is handed, by place. */
  handed({ expression, arguments: given }: ts.CallExpression): NestedStack | null {
    const own = this.#ts.isPropertyAccessExpression(expression) && expression.expression.kind === this.#ts.SyntaxKind.ThisKeyword;
    const name = own ? `${this.#class}.${expression.name.text}` : this.#ts.isIdentifier(expression) ? expression.text : "";
    const template = own ? `./${this.#fileName}` : this.#modules.get(name);
    if (template === undefined) return null;
    const parameters = given.flatMap((argument, index) => this.#handedAt(argument, `${name}(${index})`));
    return parameters.length === 0 ? null : { id: `${name}()`, template, parameters };
  }

  #handedAt(argument: ts.Expression, place: string): NestedStack["parameters"] {
    const literal = this.object(argument);
    const keys = (literal?.properties ?? []).flatMap(({ name }) => (name !== undefined && this.#ts.isIdentifier(name) ? [name.text] : []));
    const found =
      literal === undefined
        ? [{ name: place, value: this.text(argument) }]
        : keys.map((key) => ({ name: `${place}.${key}`, value: this.text(this.member(literal, key)) }));
    return found.filter(({ value }) => value?.includes("${") === true);
  }
}
